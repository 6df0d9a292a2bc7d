"""What is Kimi's own: fixed sampling of its thinking models, partial mode, balance, error types.

References: Moonshot's OpenAPI (read 2026-08), platform.kimi.com docs (read 2026-11), and the
recorded traffic that the tests read.
"""

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
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
    ThinkingTable,
)

_FIXED = "the platform fixes it for this model; leave it out"
_ABSENT = dict.fromkeys(("seed", "logit_bias", "top_k"), "the API has no such field")
_FIXED_SAMPLING = dict.fromkeys(
    ("temperature", "top_p", "n", "presence_penalty", "frequency_penalty"), _FIXED
)

_SWITCH = ThinkingTable(
    on={"thinking": {"type": "enabled"}}, off={"thinking": {"type": "disabled"}}
)
_EFFORT = ThinkingTable(
    effort_field="reasoning_effort", efforts={"low": "low", "high": "high", "max": "max"}
)

CHAT = ChatTable(
    token_limit_field="max_completion_tokens",
    refused=_ABSENT,
    ranges={"temperature": (0, 1), "n": (1, 5)},
    stop_limit=5,
    stop_bytes=32,
    roles={"developer": "system"},
    flattens_text=True,
    tool_name=r"[a-zA-Z_][a-zA-Z0-9_-]{2,63}",
    tools_limit=128,
    tool_choices=frozenset({"auto", "none"}),
    offers=frozenset({"tools", "strict_tools"}),
    echo_reasoning="tool_calls",
    prefix_field="partial",
    inputs=frozenset({"image_data", "image_file_id"}),
    file_id_url="ms://{}",
    families=(
        Family(r"moonshot-v1-(8k|32k|128k|auto)$|kimi-k2-", {"inputs": frozenset()}),
        Family(
            r"kimi-k2-thinking",
            {"thinking": ThinkingTable(), "thinks_by_default": True, "echo_placeholder": " "},
        ),
        Family(
            r"kimi-k2\.[56]",
            {
                "thinking": _SWITCH,
                "thinks_by_default": True,
                "refused": _ABSENT | _FIXED_SAMPLING,
                "echo_placeholder": " ",
            },
        ),
        Family(
            r"kimi-k2\.7-code|kimi-k3",
            {
                "thinking": _EFFORT,
                "thinks_by_default": True,
                "refused": _ABSENT | _FIXED_SAMPLING,
                "echo_placeholder": " ",
                "tool_choices": frozenset({"auto", "none", "required"}),
            },
        ),
    ),
)

ACCOUNT = AccountTable(
    model_facts={"context_tokens": ("context_length",), "thinks": ("supports_reasoning",)},
    model_inputs={"image": ("supports_image_in",)},
    balance_path="users/me/balance",
    balance_list=("data",),
    balance_available=("available_balance",),
    balance_usable_above=0,
    tokens_path="tokenizers/estimate-token-count",
    tokens_field=("data", "total_tokens"),
)

ERRORS = ErrorTable(
    messages=(
        (r"token limit|token length", ContextLengthExceeded),
        (r"engine is currently overloaded", Overloaded),
        (r"suspended|check your (account )?balance|insufficient balance", InsufficientBalance),
    ),
    types={
        "content_filter": ContentFiltered,
        "invalid_authentication_error": AuthenticationError,
        "incorrect_api_key_error": AuthenticationError,
        "permission_denied_error": PermissionDenied,
        "resource_not_found_error": NotFound,
        "engine_overloaded_error": Overloaded,
        "exceeded_current_quota_error": QuotaExhausted,
        "rate_limit_reached_error": RateLimited,
        "server_error": ServerError,
        "unexpected_output": ServerError,
        "server_unavailable": Overloaded,
    },
    request_id_headers=("msh-request-id", "x-request-id"),
)


def _model(name: str, context: int, *inputs: str, thinks: bool = True) -> ModelCard:
    return ModelCard(name=name, context_tokens=context, inputs=("text", *inputs), thinks=thinks)


MODELS = (
    _model("kimi-k2.6", 262_144, "image"),
    _model("kimi-k2.5", 262_144, "image"),
    _model("kimi-k2.7-code", 262_144),
    _model("kimi-k3", 1_048_576, "image"),
    _model("kimi-k3.1-pro", 1_048_576, "image"),
    _model("kimi-k2-thinking", 262_144),
    _model("moonshot-v1-8k", 8_192, thinks=False),
    _model("moonshot-v1-32k", 32_768, thinks=False),
    _model("moonshot-v1-128k", 131_072, thinks=False),
)
