"""What is OpenAI's own: its models, its reasoning families, its error codes.

References: openai-openapi 2.3.0 (read 2026-08-21), the deprecations page (read 2026-11), and the
recorded traffic that the tests read.
"""

from datetime import date

from purveyor.plugin import (
    AccountTable,
    AuthenticationError,
    BadRequest,
    Capability,
    ChatTable,
    EmbeddingTable,
    ErrorTable,
    Family,
    InsufficientBalance,
    ModelCard,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ThinkingTable,
)

_REASONING_ONLY = "reasoning models choose their own sampling; only the default is taken"

_WHEN_THINKING = {
    "temperature": _REASONING_ONLY,
    "top_p": _REASONING_ONLY,
    "presence_penalty": _REASONING_ONLY,
    "frequency_penalty": _REASONING_ONLY,
    "logit_bias": _REASONING_ONLY,
    "logprobs": "reasoning models do not report them",
}

_EFFORTS = {word: word for word in ("minimal", "low", "medium", "high", "max")}
_NO_MINIMAL = {word: word for word in ("low", "medium", "high", "max")}
_FIRST_EFFORTS = {word: word for word in ("low", "medium", "high")}


def _thinking(efforts: dict[str, str], *, can_be_off: bool) -> ThinkingTable:
    off = {"reasoning_effort": "none"} if can_be_off else None
    return ThinkingTable(off=off, effort_field="reasoning_effort", efforts=efforts)


def _reasoning(pattern: str, thinking: ThinkingTable) -> Family:
    return Family(
        pattern,
        {
            "thinking": thinking,
            "thinks_by_default": True,
            "refused_when_thinking": _WHEN_THINKING,
            "fixed": {"temperature": 1.0, "top_p": 1.0},
        },
    )


CHAT = ChatTable(
    token_limit_field="max_completion_tokens",
    refused={"top_k": "the API has no such field"},
    ranges={
        "temperature": (0, 2),
        "top_p": (0, 1),
        "presence_penalty": (-2, 2),
        "frequency_penalty": (-2, 2),
        "n": (1, 128),
        "logprobs": (0, 20),
    },
    stop_limit=4,
    tool_name=r"[a-zA-Z0-9_-]{1,64}",
    tools_limit=128,
    inputs=frozenset({"image_url", "image_data", "audio", "file"}),
    families=(
        _reasoning(r"o\d", _thinking(_FIRST_EFFORTS, can_be_off=False)),
        _reasoning(r"gpt-5(?!\.)(?!-chat)", _thinking(_EFFORTS, can_be_off=False)),
        _reasoning(r"gpt-5\.\d+(?!-chat)", _thinking(_NO_MINIMAL, can_be_off=True)),
        _reasoning(r"gpt-[6-9]", _thinking(_NO_MINIMAL, can_be_off=True)),
    ),
)

EMBEDDING = EmbeddingTable(batch_limit=2048, fixed_dimensions=frozenset({"text-embedding-ada-002"}))

ACCOUNT = AccountTable(model_facts={"retired": ("shutdown_date",)})

ERRORS = ErrorTable(
    codes={
        "credit_balance_exhausted": InsufficientBalance,
        "organization_spend_limit_exceeded": QuotaExhausted,
        "project_spend_limit_exceeded": QuotaExhausted,
        "organization_usage_limit_exceeded": QuotaExhausted,
        "insufficient_quota": QuotaExhausted,
        "invalid_authentication": AuthenticationError,
        "unsupported_country_region_territory": PermissionDenied,
        "slow_down": RateLimited,
        "invalid_value": BadRequest,
    },
    types={"insufficient_quota": QuotaExhausted, "overloaded": Overloaded},
)


def _chat(
    name: str,
    context: int | None = None,
    output: int | None = None,
    *,
    retired: date | None = None,
    successor: str | None = None,
    thinks: bool | None = None,
) -> ModelCard:
    return ModelCard(
        name=name,
        context_tokens=context,
        output_tokens=output,
        inputs=("text", "image"),
        thinks=thinks,
        retired=retired,
        successor=successor,
    )


def _vectors(name: str, dimensions: int) -> ModelCard:
    return ModelCard(
        name=name, capability=Capability.EMBEDDING, context_tokens=8192, dimensions=dimensions
    )


MODELS = (
    _chat("gpt-6-luna", 922_000, 128_000, thinks=True),
    _chat("gpt-6-sol", 922_000, 128_000, thinks=True),
    _chat("gpt-6-astra", 922_000, 128_000, thinks=True),
    _chat("gpt-5.6-terra", thinks=True),
    _chat("gpt-5.6-sol", thinks=True),
    _chat("gpt-5.5", 1_050_000, 128_000, thinks=True),
    _chat("gpt-5.4-mini", 272_000, 128_000, thinks=True),
    _chat("gpt-5", retired=date(2026, 12, 11), thinks=True),
    _chat("gpt-4o", retired=date(2027, 1, 14), successor="gpt-6-luna"),
    _chat("gpt-4o-mini", retired=date(2027, 1, 14), successor="gpt-6-luna"),
    _chat("gpt-4.1", retired=date(2027, 1, 14), successor="gpt-6-luna"),
    _chat("gpt-3.5-turbo", retired=date(2026, 10, 23), successor="gpt-5.6-terra"),
    _vectors("text-embedding-3-small", 1536),
    _vectors("text-embedding-3-large", 3072),
    _vectors("text-embedding-ada-002", 1536),
)
