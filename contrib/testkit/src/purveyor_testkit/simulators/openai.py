"""OpenAI, simulated.

References: openai-openapi 2.3.0 (read 2026-08-21) for fields, chunks and error codes; the rules of
its reasoning models as client libraries of 2026 know them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from purveyor.plugin import (
    AuthenticationError,
    BadRequest,
    ContentFiltered,
    ContextLengthExceeded,
    HttpRequest,
    InsufficientBalance,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
    SupplierError,
    UnsupportedParameter,
)
from purveyor_testkit.simulators import completions
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import WireError
from purveyor_testkit.simulators.compatible import CHAT_FIELDS, CompatibleSimulator

_THINKING: Final = re.compile(r"o\d|gpt-[5-9]")
_FIXED: Final = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}


def _error(
    status: int,
    expected: type[SupplierError],
    message: str,
    code: str | None = None,
    type: str = "invalid_request_error",
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> WireError:
    body = {"error": {"message": message, "type": type, "param": param, "code": code}}
    return WireError(status=status, body=body, expected=expected, headers=headers or {})


ERRORS: Final = {
    "bad_request": _error(400, BadRequest, "Invalid value.", "invalid_value"),
    "unsupported": _error(
        400, UnsupportedParameter, "Unsupported parameter.", "unsupported_parameter"
    ),
    "context": _error(
        400,
        ContextLengthExceeded,
        "This model's maximum context length is 128000 tokens.",
        "context_length_exceeded",
        param="messages",
    ),
    "filtered": _error(
        400, ContentFiltered, "Your request was rejected.", "content_policy_violation"
    ),
    "wrong_key": _error(
        401, AuthenticationError, "Incorrect API key provided: sk-bad.", "invalid_api_key"
    ),
    "wrong_country": _error(
        403,
        PermissionDenied,
        "Country, region, or territory not supported",
        "unsupported_country_region_territory",
    ),
    "missing_model": _error(
        404, NotFound, "The model does not exist or you do not have access", "model_not_found"
    ),
    "rate": _error(
        429,
        RateLimited,
        "Rate limit reached. Please try again in 20s.",
        "rate_limit_exceeded",
        "requests",
        headers={"retry-after": "20", "retry-after-ms": "20000"},
    ),
    "slow_down": _error(429, RateLimited, "Slow down.", "slow_down", "requests"),
    "quota": _error(
        429, QuotaExhausted, "You exceeded your quota.", "insufficient_quota", "insufficient_quota"
    ),
    "balance": _error(
        429,
        InsufficientBalance,
        "You exceeded your current quota.",
        "credit_balance_exhausted",
        "insufficient_quota",
    ),
    "spend_limit": _error(
        429,
        QuotaExhausted,
        "The organization's spend limit is reached.",
        "organization_spend_limit_exceeded",
        "insufficient_quota",
    ),
    "server": _error(500, ServerError, "The server had an error.", None, "server_error"),
    "overloaded": _error(503, Overloaded, "The engine is overloaded.", None, "overloaded"),
}

FIELDS: Final = CHAT_FIELDS | {
    *("max_completion_tokens", "n", "seed", "logit_bias", "logprobs", "top_logprobs"),
    *("parallel_tool_calls", "reasoning_effort", "metadata", "user", "store", "verbosity"),
}

MODELS: Final = ("gpt-6-luna", "gpt-5.4-mini", "gpt-4.1", "text-embedding-3-small")


class OpenAISimulator(CompatibleSimulator):
    """What is OpenAI's own: embeddings, models that reason unseen and choose their sampling."""

    def __init__(self) -> None:
        super().__init__("openai", base_path="/v1", models=MODELS, fields=FIELDS, errors=ERRORS)
        self.routes["POST", "/v1/embeddings"] = self.embed

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what reasoning models refuse."""
        super().check_chat(request, body)
        if len(body.get("stop") or ()) > 4 and not isinstance(body["stop"], str):
            raise self.refuse("bad_request", "stop takes at most 4 strings")
        if not self._reasons(body):
            if "reasoning_effort" in body and not _THINKING.match(body["model"]):
                raise self.refuse("unsupported")
            return
        fixed = {name for name, value in _FIXED.items() if body.get(name, value) != value}
        refused = fixed | {"max_tokens", "logit_bias", "logprobs"} & set(body)
        if refused:
            raise self.refuse("unsupported", f"Unsupported parameter: {min(refused)}")

    def _reasons(self, body: Mapping[str, Any]) -> bool:
        is_off = body.get("reasoning_effort") == "none"
        return bool(_THINKING.match(body["model"])) and not is_off

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count, with the details; what the model thought is only counted."""
        hidden = 5 if _THINKING.match(question.model) else 0
        counted = completions.usage(question.input_tokens + 0, answers)
        return {
            "prompt_tokens": counted["prompt_tokens"],
            "completion_tokens": counted["completion_tokens"] + hidden,
            "total_tokens": counted["total_tokens"] + hidden,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": hidden, "audio_tokens": 0},
        }


def openai() -> OpenAISimulator:
    """Make a simulator of OpenAI."""
    return OpenAISimulator()
