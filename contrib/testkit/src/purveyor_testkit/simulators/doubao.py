"""Doubao, simulated.

References: volcengine-ark-runtime 5.0.54, volcengine.com docs 82379/1299023 (read 2026-11) and
recorded traffic of 2025: fields, thinking, error codes. The wording of some refusals is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
)
from purveyor_testkit.simulators import completions, embeddings
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import Reply, WireError, json_reply
from purveyor_testkit.simulators.compatible import CHAT_FIELDS, CompatibleSimulator

_TYPES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    429: "TooManyRequests",
    500: "InternalServerError",
}


def _error(status: int, expected: type[SupplierError], code: str, message: str) -> WireError:
    body = {
        "error": {
            "code": code,
            "message": f"{message} Request id: 0217",
            "param": "",
            "type": _TYPES[status],
        }
    }
    return WireError(status=status, body=body, expected=expected)


ERRORS: Final = {
    "bad_request": _error(400, BadRequest, "InvalidParameter", "A parameter is not valid."),
    "missing_parameter": _error(400, BadRequest, "MissingParameter.messages", "It is missing."),
    "closed_endpoint": _error(400, BadRequest, "InvalidEndpoint.ClosedEndpoint", "It is closed."),
    "context": _error(
        400,
        ContextLengthExceeded,
        "InvalidParameter",
        "Total tokens of image and text exceed max message tokens.",
    ),
    "input_length": _error(
        400,
        ContextLengthExceeded,
        "InvalidParameter.messages",
        "Input length 99 exceeds the maximum length 32.",
    ),
    "filtered": _error(
        400, ContentFiltered, "InputTextSensitiveContentDetected", "It may be sensitive."
    ),
    "violence": _error(400, ContentFiltered, "SensitiveContentDetected.Violence", "Violence."),
    "risky": _error(400, ContentFiltered, "OutputTextRiskDetection", "It may be risky."),
    "wrong_key": _error(
        401, AuthenticationError, "AuthenticationError", "The API key is missing or invalid."
    ),
    "inactive": _error(401, AuthenticationError, "InvalidAccountStatus", "It is not active."),
    "overdue": _error(
        403, InsufficientBalance, "AccountOverdueError", "Your account has an overdue balance."
    ),
    "service_overdue": _error(
        403, InsufficientBalance, "OperationDenied.ServiceOverdue", "The service is overdue."
    ),
    "forbidden": _error(403, PermissionDenied, "AccessDenied", "You do not have access."),
    "not_open": _error(403, PermissionDenied, "OperationDenied.ServiceNotOpen", "Not open."),
    "missing_model": _error(
        404, NotFound, "InvalidEndpointOrModel.NotFound", "The model or endpoint does not exist."
    ),
    "model_not_open": _error(
        404, PermissionDenied, "ModelNotOpen", "Your account has not activated the model."
    ),
    "rate": _error(
        429, RateLimited, "RateLimitExceeded.EndpointRPMExceeded", "The RPM limit is exceeded."
    ),
    "account_rate": _error(429, RateLimited, "ModelAccountTpmRateLimitExceeded", "TPM exceeded."),
    "quota": _error(429, QuotaExhausted, "QuotaExceeded", "The free quota is used up."),
    "set_limit": _error(429, QuotaExhausted, "SetLimitExceeded", "The set limit is reached."),
    "overloaded": _error(
        429, Overloaded, "ServerOverloaded", "Currently unable to handle additional requests."
    ),
    "server": _error(500, ServerError, "InternalServiceError", "An internal error."),
}

FIELDS: Final = CHAT_FIELDS | {
    *("max_completion_tokens", "n", "logit_bias", "logprobs", "top_logprobs", "user"),
    *("parallel_tool_calls", "repetition_penalty", "service_tier"),
    *("thinking", "reasoning_effort"),
}

MODELS: Final = (
    *("doubao-seed-2-0-lite-260215", "doubao-seed-2-1-lite-260915"),
    *("doubao-1-5-pro-32k-250115", "doubao-embedding-large-text-250515"),
)


class DoubaoSimulator(CompatibleSimulator):
    """What is Doubao's own: thinking and its effort, a role in every delta, fused vectors."""

    def __init__(self) -> None:
        super().__init__("doubao", base_path="/api/v3", models=MODELS, fields=FIELDS, errors=ERRORS)
        self.routes["POST", "/api/v3/embeddings"] = self.embed
        self.routes["POST", "/api/v3/embeddings/multimodal"] = self.embed_contents

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what Doubao refuses."""
        super().check_chat(request, body)
        if {"max_tokens", "max_completion_tokens"} <= set(body):
            raise self.refuse("bad_request", "max_tokens and max_completion_tokens exclude another")
        stop = body.get("stop") or ()
        if not isinstance(stop, str) and len(stop) > 4:
            raise self.refuse("bad_request", "stop takes at most 4 strings")
        mode = (body.get("thinking") or {}).get("type")
        effort = body.get("reasoning_effort")
        if effort and mode and (mode == "disabled") is not (effort == "minimal"):
            pair = f"Invalid combination of reasoning_effort and thinking type: {effort} + {mode}"
            raise self.refuse("bad_request", pair)

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons: all since seed 1.6 do, unless they are told not to."""
        is_off = (body.get("thinking") or {}).get("type") == "disabled"
        return not (is_off or body["model"].startswith("doubao-1-5-pro"))

    def completion(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> dict[str, Any]:
        """Say the answers as one object, with the tier that served it."""
        return super().completion(body, question, answers) | {"service_tier": "default"}

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Place it as the shared wire does; the role stands in every delta, not in the first."""
        for choice in chunk["choices"]:
            choice["delta"]["role"] = "assistant"
            choice["delta"].setdefault("content", "")
        return chunk | {"usage": None, "service_tier": "default"}

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count, with what was cached and what was thought."""
        return completions.usage(question.input_tokens, answers) | {
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": completions.reasoning_tokens(answers)
            },
        }

    def embed_contents(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Embed texts and pictures into one vector: an object stands where a list is elsewhere."""
        vector = embeddings.vector_of(_shown(body["input"]), body.get("dimensions") or 8)
        counts = {"prompt_tokens": 10, "total_tokens": 10}
        data = {"object": "embedding", "embedding": vector}
        return json_reply({"object": "list", "model": body["model"], "data": data, "usage": counts})


def _shown(parts: Iterable[Mapping[str, Any]]) -> str:
    return " ".join(str(part[part["type"]]) for part in parts)


def doubao() -> DoubaoSimulator:
    """Make a simulator of Doubao."""
    return DoubaoSimulator()
