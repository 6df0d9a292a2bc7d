"""GLM, simulated.

References: Z.ai's OpenAPI document (read 2026-08) for fields, ranges and `tool_choice`; its pages of
error codes, rerank and tokenizer (read 2026-11); recorded traffic for ids, usage and finishes. That
pictures need a model that sees, and the wording of some refusals, are ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import structs

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
from purveyor_testkit.simulators import completions
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import Reply, WireError, json_reply, sse_event
from purveyor_testkit.simulators.compatible import CompatibleSimulator
from purveyor_testkit.simulators.questions import image_urls, text_of

_LOG_ID: Final = "20261123070000a1b2c3d4e5f6"


def _error(status: int, expected: type[SupplierError], code: int, message: str) -> WireError:
    body = {"error": {"code": str(code), "message": message}}
    return WireError(status=status, body=body, expected=expected, headers={"x-log-id": _LOG_ID})


ERRORS: Final = {
    "wrong_key": _error(401, AuthenticationError, 1002, "Authorization Token非法"),
    "locked": _error(429, PermissionDenied, 1112, "您的账户已被锁定"),
    "balance": _error(429, InsufficientBalance, 1113, "您的账户已欠费，请充值后重试"),
    "bad_request": _error(400, BadRequest, 1210, "API 调用参数有误，请检查文档。"),
    "missing_model": _error(400, NotFound, 1211, "模型不存在，请检查模型代码。"),
    "field": _error(400, BadRequest, 1214, "tools[0].type:type cannot be empty."),
    "forbidden": _error(434, PermissionDenied, 1220, "您无权访问该 API"),
    "network": _error(500, ServerError, 1234, "网络错误，请联系客服"),
    "context": _error(400, ContextLengthExceeded, 1261, "Prompt 超长"),
    "filtered": WireError(
        status=400,
        body={
            "contentFilter": [{"level": 1, "role": "user"}],
            "error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含敏感内容"},
        },
        expected=ContentFiltered,
    ),
    "rate": _error(429, RateLimited, 1302, "您的账户已达到速率限制，请您控制请求频率"),
    "daily_quota": _error(429, QuotaExhausted, 1304, "该 API 已达今日调用次数限额"),
    "overloaded": _error(429, Overloaded, 1305, "The service may be temporarily overloaded"),
    "plan_quota": _error(429, QuotaExhausted, 1308, "已达到 5 小时的使用上限"),
    "bare": WireError(
        status=500, body={"code": 500, "message": "internal error"}, expected=ServerError
    ),
}

FIELDS: Final = frozenset(
    {
        *("model", "messages", "request_id", "user_id", "do_sample", "stream", "thinking"),
        *("reasoning_effort", "temperature", "top_p", "max_tokens", "tool_stream", "tools"),
        *("tool_choice", "stop", "response_format", "seed", "sensitive_word_check", "meta"),
        *("extra", "watermark_enabled", "stream_options"),
    }
)

MODELS: Final = ("glm-5.3", "glm-4.7", "glm-4.6v", "embedding-3", "rerank")

_SEES: Final = re.compile(r"glm-[\d.]+v|glm-5\.3-flash")
_THINKS: Final = re.compile(r"glm-(4\.[5-9]|[5-9])")
_RANGES: Final = {"temperature": (0, 1), "top_p": (0.01, 1), "max_tokens": (1, 131_072)}


class GlmSimulator(CompatibleSimulator):
    """What is GLM's own: thinking unless told not to, usage with the finish, rerank, tokenizer."""

    def __init__(self) -> None:
        path = "/api/paas/v4"
        super().__init__("glm", base_path=path, models=MODELS, fields=FIELDS, errors=ERRORS)
        self.routes["POST", f"{path}/embeddings"] = self.embed
        self.routes["POST", f"{path}/rerank"] = self.rerank
        self.routes["POST", f"{path}/tokenizer"] = self.count_tokens

    def chat(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer as the shared wire does; the id that support asks for has a name of its own."""
        reply = super().chat(request, body)
        kept = {name: value for name, value in reply.headers.items() if name != "x-request-id"}
        return structs.replace(reply, headers=kept | {"x-log-id": _LOG_ID})

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what GLM refuses."""
        super().check_chat(request, body)
        for name, (low, high) in _RANGES.items():
            if not low <= body.get(name, high) <= high:
                raise self.refuse("bad_request", f"{name} is out of range")
        if len(body.get("stop") or ()) > 1:
            raise self.refuse("bad_request", "stop takes one string")
        if body.get("tool_choice", "auto") != "auto":
            raise self.refuse("bad_request", "tool_choice takes auto")
        form = (body.get("response_format") or {}).get("type", "text")
        if form == "json_schema" and not body["model"].startswith("glm-5.3"):
            raise self.refuse("bad_request", "response_format takes text and json_object")
        self._check_pictures(body)

    def _check_pictures(self, body: dict[str, Any]) -> None:
        urls = image_urls(body)
        if urls and not _SEES.match(body["model"]):
            raise self.refuse("bad_request", "the model reads text")
        if any(url.startswith("data:") for url in urls):
            raise self.refuse("bad_request", "a picture is an address or bare base64")

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons: from 4.5 on, unless it is told not to."""
        is_off = (body.get("thinking") or {}).get("type") == "disabled"
        return bool(_THINKS.match(body["model"])) and not is_off

    def completion(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> dict[str, Any]:
        """Say the answers as one object, with the client's id or one of GLM's."""
        written = super().completion(body, question, answers)
        return written | {"id": _LOG_ID, "request_id": body.get("request_id", _LOG_ID)}

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Put usage on the chunk that finishes, asked for or not; each chunk says who speaks."""
        for choice in chunk["choices"]:
            choice["delta"] = {"role": "assistant", **choice["delta"]}
        is_last = any(choice["finish_reason"] for choice in chunk["choices"])
        said = chunk | {"id": _LOG_ID}
        return said | {"usage": usage} if is_last else said

    def stream(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> Iterator[bytes]:
        """Say the answers; tool calls come whole unless their stream is asked for."""
        usage = self.usage(question, answers)
        for chunk in completions.chunks(question.model, answers, None):
            if body.get("tool_stream") or _with_whole_calls(chunk, answers):
                yield sse_event(self.placed_usage(chunk, usage, asked=False))
        yield sse_event("[DONE]")

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count, with what was cached and what was thought."""
        thought = completions.reasoning_tokens(answers)
        return completions.usage(question.input_tokens, answers) | {
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": thought},
        }

    def count_tokens(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Count the tokens of a request: its words."""
        words = sum(len(text_of(message).split()) for message in body["messages"])
        counted = {"prompt_tokens": words, "image_tokens": 0, "total_tokens": words}
        return json_reply({"id": _LOG_ID, "request_id": _LOG_ID, "usage": counted})


def _with_whole_calls(chunk: dict[str, Any], answers: Sequence[Answer]) -> bool:
    """Put a call's arguments where it begins; False for a chunk that only goes on with one."""
    for choice in chunk["choices"]:
        for call in choice["delta"].get("tool_calls") or ():
            if "id" not in call:
                return False
            whole = answers[choice["index"]].calls[call["index"]]
            call["function"]["arguments"] = whole.arguments
    return True


def glm() -> GlmSimulator:
    """Make a simulator of GLM."""
    return GlmSimulator()
