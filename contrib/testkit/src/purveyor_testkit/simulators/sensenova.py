"""SenseNova, simulated: the token plan, the compatible mode, and embeddings in their native shape.

References: OpenSenseNova's API.md for 6.7 (read 2026-11) for shapes and errors; community reports of
the strict schema (what is refused, and that no field is named); the `sensenova` package 1.0.6 for
`embeddings`. Error words without a source are ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from purveyor.plugin import (
    AuthenticationError,
    BadRequest,
    ContentFiltered,
    ContextLengthExceeded,
    HttpReply,
    HttpRequest,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
    SupplierError,
    Timeout,
)
from purveyor_testkit.simulators import completions
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import Reply, WireError, json_reply
from purveyor_testkit.simulators.compatible import CompatibleSimulator


def _error(
    status: int, expected: type[SupplierError], message: str, code: str, type: str | None = None
) -> WireError:
    error = {"message": message, "code": code} | ({"type": type} if type else {})
    return WireError(status=status, body={"error": error}, expected=expected)


_STRICT: Final = "Errors in message queue response"
_INVALID: Final = "invalid_request_error"

ERRORS: Final = {
    "bad_request": _error(400, BadRequest, _STRICT, "3", _INVALID),
    "context": _error(400, ContextLengthExceeded, "token limit exceeded", "17", _INVALID),
    "filtered": _error(400, ContentFiltered, "input is filtered", "18", _INVALID),
    "wrong_key": _error(401, AuthenticationError, "unauthenticated", "16", "authentication_error"),
    "forbidden": _error(403, PermissionDenied, "permission denied", "7"),
    "not_in_plan": WireError(
        status=400,
        body={"error": {"message": "model is not available in the current token plan"}},
        expected=PermissionDenied,
    ),
    "missing_model": _error(404, NotFound, "model is not found", "5", "not_found_error"),
    "rate": _error(429, RateLimited, "rps exhausted", "8"),
    "rate_of_a_minute": _error(429, RateLimited, "rpm exhausted", "8"),
    "quota": _error(429, QuotaExhausted, "quota exceeded", "insufficient_quota"),
    "resold": _error(429, RateLimited, "too fast", "RateLimitExceeded.EndpointTPMExceeded"),
    "internal": _error(500, ServerError, "internal error", "13"),
    "unavailable": _error(503, Overloaded, "unavailable", "14"),
    "deadline": _error(504, Timeout, "deadline exceeded", "4"),
    "native": WireError(
        status=401,
        body={"error": {"code": 16, "message": "unauthenticated", "details": []}},
        expected=AuthenticationError,
    ),
    "native_gateway": WireError(
        status=429,
        body={"code": 8, "message": "resource exhausted", "details": []},
        expected=RateLimited,
    ),
}

_SHARED: Final = {
    *("model", "messages", "stream", "temperature", "top_p", "n", "stop", "frequency_penalty"),
    *("tools", "tool_choice"),
}

FIELDS: Final = frozenset(
    {
        *_SHARED,
        *("stream_options", "max_tokens", "presence_penalty", "reasoning_effort"),
        *("parallel_tool_calls", "seed", "top_k", "min_p", "repetition_penalty"),
    }
)
OLDER_FIELDS: Final = frozenset({*_SHARED, "max_new_tokens", "thinking", "repetition_penalty"})

MODELS: Final = ("sensenova-6.7-flash-lite", "sensenova-6.8-flash-lite", "deepseek-v4-flash")

_EFFORTS: Final = ("none", "low", "medium", "high")


class SenseNovaSimulator(CompatibleSimulator):
    """What is SenseNova's own: a strict schema, `reasoning`, an empty finish until there is one."""

    def __init__(self) -> None:
        super().__init__("sensenova", base_path="/v1", models=MODELS, fields=FIELDS, errors=ERRORS)
        self.routes["POST", "/compatible-mode/v1/chat/completions"] = self.chat
        self.routes["POST", "/v1/llm/embeddings"] = self.embed

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what SenseNova refuses: it never says which field it was."""
        is_older = "/compatible-mode/" in request.url
        if set(body) - (OLDER_FIELDS if is_older else FIELDS):
            raise self.refuse("bad_request")
        super().check_chat(request, {name: body[name] for name in body if name in FIELDS})
        messages = body["messages"]
        is_strict = any("strict" in tool["function"] for tool in body.get("tools") or ())
        systems = [message for message in messages if message["role"] == "system"]
        lowest, highest = (0.001 if is_older else 0), 2
        if (
            is_strict
            or len(systems) > 1
            or any(message.get("content") is None for message in messages)
            or any(message["role"] not in _ROLES for message in messages)
            or not lowest <= body.get("temperature", 1) <= highest
            or not 1 <= body.get("max_tokens", 1) <= 65_536
            or body.get("tool_choice", "auto") != "auto"
            or body.get("reasoning_effort", "low") not in _EFFORTS
        ):
            raise self.refuse("bad_request")

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons: its own models do, unless they are told not to."""
        return body["model"].startswith("sensenova-") and body.get("reasoning_effort") != "none"

    def completion(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> dict[str, Any]:
        """Say the answers as one object; what was thought is called `reasoning`."""
        written = super().completion(body, question, answers)
        for choice in written["choices"]:
            choice["message"] = _renamed(choice["message"])
            choice["message"]["content"] = choice["message"]["content"] or ""
        return written | {"request_id": written["id"]}

    def stream(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> Iterator[bytes]:
        """Say the answers; usage comes in a chunk of its own, asked for or not."""
        yield from super().stream(
            {**body, "stream_options": {"include_usage": True}}, question, answers
        )

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Say no usage yet; a choice that goes on has an empty finish."""
        for choice in chunk["choices"]:
            choice["finish_reason"] = choice["finish_reason"] or ""
            choice["delta"] = _renamed(choice["delta"])
        return chunk

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count, with what was cached; what was thought is not told apart."""
        details = {"cached_tokens": 0, "audio_tokens": 0}
        return completions.usage(question.input_tokens, answers) | {
            "prompt_tokens_details": details
        }

    def embed(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer an embedding request in the native shape."""
        if set(body) - {"model", "input"}:
            raise self.refuse("bad_request")
        reply = super().embed(request, body)
        assert isinstance(reply, HttpReply)
        said = json.loads(reply.body)
        rows = [row | {"status_code": 0} for row in said.pop("data")]
        kept = {name: value for name, value in said.items() if name not in ("object", "model")}
        return json_reply({"embeddings": rows, **kept})


_ROLES: Final = ("system", "user", "assistant", "tool")


def _renamed(said: Mapping[str, Any]) -> dict[str, Any]:
    names = {"reasoning_content": "reasoning"}
    return {names.get(name, name): value for name, value in said.items()}


def sensenova() -> SenseNovaSimulator:
    """Make a simulator of SenseNova."""
    return SenseNovaSimulator()
