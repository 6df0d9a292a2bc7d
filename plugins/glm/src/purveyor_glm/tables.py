"""What is GLM's own: thinking from 4.5 on, one stop string, pictures as bare base64.

References: Z.ai's OpenAPI document (read 2026-08), docs.bigmodel.cn and docs.z.ai (read 2026-11),
zai-sdk 0.2.3, and the recorded traffic that the tests read.
"""

from purveyor.plugin import (
    AccountTable,
    ChatTable,
    EmbeddingTable,
    Family,
    ServerError,
    ThinkingTable,
)

_ON, _OFF = {"thinking": {"type": "enabled"}}, {"thinking": {"type": "disabled"}}
_EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max")
_PICTURES = frozenset({"image_url", "image_data"})

CHAT = ChatTable(
    refused=dict.fromkeys(
        ("n", "top_k", "logit_bias", "presence_penalty", "frequency_penalty"),
        "it is not among the fields of the API",
    ),
    fixed={"n": 1},
    ranges={"temperature": (0, 1), "top_p": (0.01, 1), "max_tokens": (1, 131_072)},
    # Zero is out of the range of sampling temperatures: the SDK switches sampling off instead.
    rewritten={"temperature": {0: {"do_sample": False}}},
    stop_limit=1,
    roles={"developer": "system"},
    tool_name=r"[A-Za-z0-9_-]{1,64}",
    tools_limit=128,
    # Other choices were answered when recorded, but auto is the only one documented.
    tool_choices=frozenset({"auto"}),
    # logprobs are taken and ignored: recorded 2026-09-01.
    offers=frozenset({"tools"}),
    outputs=frozenset({"json_object"}),
    thinking=ThinkingTable(on=_ON, off=_OFF),
    thinks_by_default=True,
    # Dropped there, unless the body says thinking.clear_thinking=false; then it must be complete.
    echo_reasoning="always",
    inputs=_PICTURES,
    image_data_form="base64",
    sends_stream_options=False,  # usage comes with the finish, unasked
    finish_errors={"network_error": ServerError},
    families=(
        Family(r"glm-[\d.]+(-(?!v)[\w-]+)?$", {"inputs": frozenset()}),
        Family(r"glm-4-voice", {"inputs": frozenset({"audio"})}),
        Family(
            r"glm-(4(?!\.[5-9])|3)|chatglm|charglm|codegeex|emohaa",
            {"thinking": None, "thinks_by_default": False, "echo_reasoning": "never"},
        ),
        Family(r"glm-(4\.[6-9]|[5-9])", {"tool_stream_body": {"tool_stream": True}}),
        Family(
            r"glm-(5\.[2-9]|[6-9])",
            {
                "thinking": ThinkingTable(
                    on=_ON,
                    off=_OFF,
                    effort_field="reasoning_effort",
                    efforts={word: word for word in _EFFORTS},
                )
            },
        ),
        Family(r"glm-5\.3", {"outputs": frozenset({"json_object", "json_schema"})}),
        Family(r"glm-5\.3-flash", {"inputs": _PICTURES}),
    ),
)

EMBEDDING = EmbeddingTable(
    batch_limit=64, encoding=None, fixed_dimensions=frozenset({"embedding-2"})
)

ACCOUNT = AccountTable(tokens_path="tokenizer", tokens_field=("usage", "prompt_tokens"))
