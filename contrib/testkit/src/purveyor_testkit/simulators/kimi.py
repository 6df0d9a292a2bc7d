"""Kimi, simulated.

References: Moonshot's OpenAPI (read 2026-08) and platform.kimi.com (read 2026-11): fields, error
types, fixed sampling of k2.5 and k2.6, reasoning that tool turns must carry back, usage inside
the last choice of a stream. The wording of some refusals is ours.
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
    RateLimited,
    ServerError,
    SupplierError,
)
from purveyor_testkit.simulators import completions
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import Reply, WireError, json_reply
from purveyor_testkit.simulators.compatible import CHAT_FIELDS, CompatibleSimulator
from purveyor_testkit.simulators.questions import image_urls, lacks_reasoning, text_of

_FIXED: Final = re.compile(r"kimi-k2\.[567]|kimi-k3")
_SAMPLING: Final = {"temperature", "top_p", "n", "presence_penalty", "frequency_penalty"}
_TAKES_REQUIRED: Final = re.compile(r"kimi-k2\.7|kimi-k3")


def _error(status: int, expected: type[SupplierError], type: str, message: str) -> WireError:
    body = {"error": {"message": message, "type": type}}
    return WireError(status=status, body=body, expected=expected)


_INVALID: Final = "invalid_request_error"
ERRORS: Final = {
    "bad_request": _error(400, BadRequest, _INVALID, "Invalid request: bad value"),
    "context": _error(
        400,
        ContextLengthExceeded,
        _INVALID,
        "Invalid request: Your request exceeded model token limit : 8192",
    ),
    "input_length": _error(400, ContextLengthExceeded, _INVALID, "Input token length too long"),
    "filtered": _error(
        400,
        ContentFiltered,
        "content_filter",
        "The request was rejected because it was considered high risk",
    ),
    "wrong_key": _error(
        401, AuthenticationError, "invalid_authentication_error", "Invalid Authentication"
    ),
    "incorrect_key": _error(
        401, AuthenticationError, "incorrect_api_key_error", "Incorrect API key provided"
    ),
    "forbidden": _error(403, PermissionDenied, "permission_denied_error", "Permission denied"),
    "missing_model": _error(
        404, NotFound, "resource_not_found_error", "Not found the model or Permission denied"
    ),
    "overloaded": _error(
        429,
        Overloaded,
        "engine_overloaded_error",
        "The engine is currently overloaded, please try again later",
    ),
    "balance": _error(
        429,
        InsufficientBalance,
        "exceeded_current_quota_error",
        "You exceeded your current token quota, please check your account balance",
    ),
    "suspended": _error(
        429,
        InsufficientBalance,
        "exceeded_current_quota_error",
        "Your account is suspended, please check your plan and billing details",
    ),
    "rate": _error(
        429,
        RateLimited,
        "rate_limit_reached_error",
        "Your account org-x<ak-y> request reached max organization concurrency: 1,"
        " please try again after 1 seconds",
    ),
    "coding_plan_overloaded": _error(
        429,
        Overloaded,
        "rate_limit_error",
        "The engine is currently overloaded, please try again later",
    ),
    "server": _error(500, ServerError, "server_error", "invalid state transition"),
    "unexpected": _error(500, ServerError, "unexpected_output", "Failed to extract file"),
    "unavailable": _error(503, Overloaded, "server_unavailable", "server unavailable"),
}

FIELDS: Final = CHAT_FIELDS | {
    *("max_completion_tokens", "n", "thinking", "reasoning_effort"),
    *("prompt_cache_key", "safety_identifier"),
}

MODELS: Final = ("kimi-k2.6", "kimi-k3", "moonshot-v1-8k")


class KimiSimulator(CompatibleSimulator):
    """What is Kimi's own: partial mode, thinking, balance, token estimate."""

    def __init__(self) -> None:
        super().__init__("kimi", base_path="/v1", models=MODELS, fields=FIELDS, errors=ERRORS)
        self.routes["GET", "/v1/users/me/balance"] = self.balance
        self.routes["POST", "/v1/tokenizers/estimate-token-count"] = self.count_tokens

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what Kimi refuses."""
        super().check_chat(request, body)
        model = body["model"]
        sampling = sorted(_SAMPLING & set(body)) if _FIXED.match(model) else []
        if sampling:
            raise self.refuse("bad_request", f"Invalid request: {sampling[0]} is fixed for {model}")
        choice = body.get("tool_choice")
        if choice not in (None, "auto", "none") and not _TAKES_REQUIRED.match(model):
            raise self.refuse(
                "bad_request", f"Invalid request: tool_choice {choice} is not supported"
            )
        if any(url.startswith("http") for url in image_urls(body)):
            raise self.refuse("bad_request", "Invalid request: unsupported image url")
        if self.thinks(body) and lacks_reasoning(body):
            raise self.refuse(
                "bad_request",
                "thinking is enabled but reasoning_content is missing in assistant tool call message",
            )

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons: k2.5 and later by default, k2.7 and k3 always."""
        model = body["model"]
        can_be_off = re.match(r"kimi-k2\.[56]", model) is not None
        is_off = (body.get("thinking") or {}).get("type") == "disabled"
        return bool(_FIXED.match(model)) and not (can_be_off and is_off)

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Put usage into the choice that finishes; no chunk has a usage of null."""
        choices = [
            choice | {"usage": usage} if choice["finish_reason"] else choice
            for choice in chunk["choices"]
        ]
        return chunk | {"choices": choices}

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count; what was cached stands at the top."""
        return completions.usage(question.input_tokens, answers) | {"cached_tokens": 0}

    def balance(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Tell the balance."""
        data = {
            "available_balance": 49.58894,
            "voucher_balance": 46.58893,
            "cash_balance": 3.00001,
        }
        return json_reply({"code": 0, "data": data, "scode": "0x0", "status": True})

    def count_tokens(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Estimate the tokens of a request: its words."""
        words = sum(len(text_of(message).split()) for message in body["messages"])
        return json_reply({"data": {"total_tokens": words}})


def kimi() -> KimiSimulator:
    """Make a simulator of Kimi."""
    return KimiSimulator()
