"""What is SenseNova's own: three wires, a strict schema, reasoning under a name of its own.

References: OpenSenseNova's API.md for 6.7 (read 2026-11) for the token plan; the `sensenova` package
1.0.6 and the public clients LazyLLM 1.4.0 and LobeChat for the older wires.
"""

from typing import Any

from purveyor.plugin import (
    AccountTable,
    ChatTable,
    EmbeddingTable,
    Family,
    FinishReason,
    ThinkingTable,
)

FILE_ADDRESS = "file-id:{}"
"""How an uploaded picture's id stands in a request until it gets a part of its own."""

_FINISHES = {"context": FinishReason.LENGTH}

TOKEN_PLAN = ChatTable(
    # An unknown field is a 400 that names no field.
    refused={"logit_bias": "the API refuses fields it does not list, and this is none of them"},
    ranges={"temperature": (0, 2), "max_tokens": (1, 65_536)},
    roles={"developer": "system"},
    merges_system=True,
    empty_content="",
    tool_choices=frozenset({"auto"}),  # the field is listed, its other values are not
    offers=frozenset({"tools", "parallel_tool_calls"}),
    outputs=frozenset(),
    thinking=ThinkingTable(
        off={"reasoning_effort": "none"},
        effort_field="reasoning_effort",
        efforts={"low": "low", "medium": "medium", "high": "high"},
    ),
    thinks_by_default=True,
    reasoning_fields=("reasoning", "reasoning_content"),  # the latter: models of other makers
    inputs=frozenset({"image_url", "image_data"}),
    sends_stream_options=False,  # a chunk with usage comes unasked
    finish_reasons=_FINISHES,
    # Models of other makers on the same host: how they are told to think is not documented.
    families=(Family(r"deepseek|glm|kimi", {"inputs": frozenset(), "thinking": None}),),
)

_UNLISTED = "no reference of this wire lists it"
_SEES = {"inputs": frozenset({"image_url", "image_data", "image_file_id"})}
_THINKS = {
    "thinking": ThinkingTable(
        on={"thinking": {"enabled": True}}, off={"thinking": {"enabled": False}}
    )
}


def _older(*unlisted: str, **own: Any) -> ChatTable:
    """Make the table of one of the older wires, which differ in little."""
    return ChatTable(
        token_limit_field="max_new_tokens",
        refused=dict.fromkeys(
            ("logit_bias", "presence_penalty", "seed", "top_k", *unlisted), _UNLISTED
        ),
        ranges={"temperature": (0, 2), "top_p": (0, 1), "frequency_penalty": (0, 2), "n": (1, 4)},
        open_bounds={"temperature": (0,), "top_p": (0, 1), "frequency_penalty": (0,)},
        roles={"developer": "system"},
        merges_system=True,
        empty_content="",
        tool_choices=frozenset({"auto"}),
        offers=frozenset({"tools"}),
        outputs=frozenset(),
        reasoning_fields=TOKEN_PLAN.reasoning_fields,
        inputs=frozenset(),
        image_form="text",
        file_id_url=FILE_ADDRESS,
        sends_stream_options=False,
        finish_reasons=_FINISHES,
        families=(
            Family(r"SenseNova-V6|SenseChat-Vision", _SEES),
            Family(r"SenseNova-V6-5", _THINKS),
        ),
        **own,
    )


COMPATIBLE = _older()
NATIVE = _older("frequency_penalty", "stop", path="chat-completions", envelope=("data",))

EMBEDDING = EmbeddingTable(
    batch_limit=16, encoding=None, dimensions_field=None, rows=("embeddings",)
)

NO_MODELS = AccountTable(models_path=None)
"""The older wires list models in a shape that is not documented."""
