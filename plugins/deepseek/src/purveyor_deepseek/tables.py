"""What is DeepSeek's own: thinking with an effort, prefix mode on /beta, balance, error words.

References: api-docs.deepseek.com (read 2026-11), and the recorded traffic that the tests read.
"""

from datetime import date

from purveyor.plugin import (
    AccountTable,
    AuthenticationError,
    ChatTable,
    ContentFiltered,
    ContextLengthExceeded,
    ErrorTable,
    Family,
    InsufficientBalance,
    ModelCard,
    Overloaded,
    ThinkingTable,
)

_ABSENT = "the API has no such field"
_IGNORED = "it is ignored while the model thinks; switch thinking off, or leave it out"

CHAT = ChatTable(
    prefix_path="beta/chat/completions",
    strict_tools_path="beta/chat/completions",
    refused={
        "n": "the API always gives one choice",
        "seed": _ABSENT,
        "logit_bias": _ABSENT,
        "top_k": _ABSENT,
    },
    refused_when_thinking=dict.fromkeys(
        ("temperature", "top_p", "presence_penalty", "frequency_penalty"), _IGNORED
    ),
    fixed={"n": 1},
    ranges={"temperature": (0, 2), "top_p": (0, 1), "logprobs": (0, 20)},
    stop_limit=16,
    roles={"developer": "system"},
    flattens_text=True,
    tools_limit=128,
    offers=frozenset({"tools", "logprobs", "strict_tools"}),
    outputs=frozenset({"json_object"}),
    needs_json_word=True,
    thinking=ThinkingTable(
        on={"thinking": {"type": "enabled"}},
        off={"thinking": {"type": "disabled"}},
        effort_field="reasoning_effort",
        efforts={"minimal": "low", "low": "low", "medium": "high", "high": "high", "max": "max"},
    ),
    thinks_by_default=True,
    echo_reasoning="tool_calls",
    echo_placeholder=" ",
    prefix_field="prefix",
    inputs=frozenset(),
    finish_errors={"insufficient_system_resource": Overloaded},
    families=(
        Family(
            r"deepseek-flash|deepseek-v4-flash", {"inputs": frozenset({"image_url", "image_data"})}
        ),
        # The retired names: `chat` never thought, `reasoner` refuses its own reasoning back.
        Family(r"deepseek-chat", {"thinks_by_default": False, "thinking": None}),
        Family(r"deepseek-reasoner", {"echo_reasoning": "never", "thinking": None}),
    ),
)

ACCOUNT = AccountTable(
    balance_path="user/balance",
    balance_list=("balance_infos",),
    balance_available=("total_balance",),
    balance_usable=("is_available",),
)

ERRORS = ErrorTable(
    messages=(
        (r"maximum context length", ContextLengthExceeded),
        (r"content exists risk", ContentFiltered),
        (r"insufficient balance", InsufficientBalance),
    ),
    types={"authentication_error": AuthenticationError},
    request_id_headers=("x-ds-trace-id", "x-request-id"),
)


def _model(
    name: str, *inputs: str, retired: date | None = None, thinks: bool | None = True
) -> ModelCard:
    return ModelCard(
        name=name,
        context_tokens=1_000_000 if retired is None else None,
        output_tokens=393_216 if retired is None else None,
        inputs=("text", *inputs),
        thinks=thinks,
        retired=retired,
        successor=None if retired is None else "deepseek-v4-flash",
    )


MODELS = (
    _model("deepseek-v4-flash", "image"),
    _model("deepseek-flash", "image"),
    _model("deepseek-v4-pro"),
    _model("deepseek-chat", retired=date(2026, 7, 24), thinks=False),
    _model("deepseek-reasoner", retired=date(2026, 7, 24)),
)
