"""DeepSeek, simulated.

References: api-docs.deepseek.com (read 2026-11): fields, thinking, prefix mode on /beta, errors,
keep-alive. The wording of some refusals is ours, and so are types and codes of 429 and 503.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import structs

from purveyor.plugin import (
    AuthenticationError,
    BadRequest,
    ContentFiltered,
    ContextLengthExceeded,
    HttpReply,
    HttpRequest,
    InsufficientBalance,
    NotFound,
    Overloaded,
    RateLimited,
    ServerError,
    SupplierError,
)
from purveyor_testkit.simulators import completions
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import Reply, WireError, json_reply
from purveyor_testkit.simulators.compatible import CHAT_FIELDS, CompatibleSimulator
from purveyor_testkit.simulators.questions import image_urls, lacks_reasoning, text_of

_INVALID: Final = "invalid_request_error"


def _error(
    status: int,
    expected: type[SupplierError],
    message: str,
    type: str = _INVALID,
    code: str = _INVALID,
) -> WireError:
    body = {"error": {"message": message, "type": type, "param": None, "code": code}}
    return WireError(status=status, body=body, expected=expected)


ERRORS: Final = {
    "bad_request": _error(400, BadRequest, "Invalid request"),
    "context": _error(
        400, ContextLengthExceeded, "This model's maximum context length is 1048576 tokens."
    ),
    "filtered": _error(400, ContentFiltered, "Content Exists Risk"),
    "reasoning_missing": _error(
        400,
        BadRequest,
        "The `reasoning_content` in the thinking mode must be passed back to the API.",
    ),
    "wrong_key": _error(
        401, AuthenticationError, "Authentication Fails", type="authentication_error"
    ),
    "balance": _error(402, InsufficientBalance, "Insufficient Balance", type="unknown_error"),
    "missing_model": _error(404, NotFound, "Model Not Exist"),
    "parameter": _error(422, BadRequest, "Invalid parameter"),
    "rate": _error(
        429, RateLimited, "Rate limit reached", "rate_limit_error", "rate_limit_reached"
    ),
    "server": _error(500, ServerError, "Server error", "server_error", "server_error"),
    "overloaded": _error(
        503,
        Overloaded,
        "Service is too busy",
        "service_unavailable_error",
        "service_unavailable_error",
    ),
}

FIELDS: Final = CHAT_FIELDS | {
    *("thinking", "reasoning_effort", "logprobs", "top_logprobs", "user_id"),
}

MODELS: Final = ("deepseek-v4-flash", "deepseek-v4-pro")

_SEES: Final = ("deepseek-v4-flash", "deepseek-flash")


class DeepSeekSimulator(CompatibleSimulator):
    """What is DeepSeek's own: keep-alives, thinking by default, prefix mode, balance."""

    def __init__(self) -> None:
        super().__init__("deepseek", base_path="", models=MODELS, fields=FIELDS, errors=ERRORS)
        for path in ("/v1/chat/completions", "/beta/chat/completions"):
            self.routes["POST", path] = self.chat
        self.routes["GET", "/user/balance"] = self.balance

    def chat(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer as the shared wire does, after blank lines while the request was queued."""
        reply = super().chat(request, body)
        if isinstance(reply, HttpReply):
            return structs.replace(reply, body=b"\n\n" + reply.body)
        return reply

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what DeepSeek refuses."""
        super().check_chat(request, body)
        last = body["messages"][-1]
        if last.get("prefix") and "/beta/" not in request.url:
            raise self.refuse("bad_request", "prefix is a feature of the beta base address")
        if image_urls(body) and not body["model"].startswith(_SEES):
            raise self.refuse("bad_request", "Model do not support image input")
        form = body.get("response_format") or {}
        said = " ".join(text_of(message) for message in body["messages"])
        if form.get("type") == "json_object" and "json" not in said.lower():
            raise self.refuse("bad_request", "Prompt must contain the word 'json'")
        if self.thinks(body) and lacks_reasoning(body):
            raise self.refuse("reasoning_missing")

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons: unless it is told not to."""
        return (body.get("thinking") or {}).get("type") != "disabled"

    def stream(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> Iterator[bytes]:
        """Say the answers after the comments that keep a queued request alive."""
        yield b": keep-alive\n\n"
        yield b": keep-alive\n\n"
        yield from super().stream(body, question, answers)

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Put usage on the chunk that finishes, asked for or not."""
        is_last = any(choice["finish_reason"] for choice in chunk["choices"])
        return chunk | {"usage": usage if is_last else None}

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count, with cache hits and misses."""
        counted = completions.usage(question.input_tokens, answers)
        thought = completions.reasoning_tokens(answers)
        return counted | {
            "completion_tokens_details": {"reasoning_tokens": thought},
            "prompt_cache_hit_tokens": 0,
            "prompt_cache_miss_tokens": counted["prompt_tokens"],
        }

    def balance(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Tell the balance; amounts are texts."""
        row = {
            "currency": "CNY",
            "total_balance": "110.00",
            "granted_balance": "10.00",
            "topped_up_balance": "100.00",
        }
        return json_reply({"is_available": True, "balance_infos": [row]})


def deepseek() -> DeepSeekSimulator:
    """Make a simulator of DeepSeek."""
    return DeepSeekSimulator()
