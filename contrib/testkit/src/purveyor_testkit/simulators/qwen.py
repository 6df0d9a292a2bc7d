"""Qwen, simulated: the compatible wire for chat, and what stands beside it on DashScope's host.

References: dashscope 2.0.2 and the Model Studio pages on errors, embedding and rerank (read
2026-11), recorded traffic of 2025 and 2026. The wording of some refusals is ours.
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
    Timeout,
)
from purveyor_testkit.simulators import completions, embeddings
from purveyor_testkit.simulators.answers import Answer, Question
from purveyor_testkit.simulators.base import Reply, WireError, json_reply
from purveyor_testkit.simulators.compatible import CHAT_FIELDS, CompatibleSimulator
from purveyor_testkit.simulators.questions import text_of

_REQUEST: Final = "649b2bbc-c541-9e16-9845-db7fe4fe5b2d"
_INVALID: Final = "invalid_request_error"


def _error(
    status: int, expected: type[SupplierError], code: str, message: str, type: str | None = None
) -> WireError:
    """Say an error as the compatible wire does."""
    error = {"message": message, "type": type or code, "param": None, "code": code}
    return WireError(
        status=status, body={"error": error, "request_id": _REQUEST}, expected=expected
    )


def _native(status: int, expected: type[SupplierError], code: str, message: str) -> WireError:
    """Say an error as the native wire does; gateways do so on the other one too."""
    body = {"code": code, "message": message, "request_id": _REQUEST}
    return WireError(status=status, body=body, expected=expected)


_STANDING: Final = "Access denied, please make sure your account is in good standing."
_RANGE: Final = "Range of input length should be [1, 129024]"
ERRORS: Final = {
    "bad_request": _error(400, BadRequest, "invalid_parameter_error", "bad value", _INVALID),
    "bad_request_native": _native(400, BadRequest, "InvalidParameter", "bad value"),
    "bad_algorithm": _native(400, BadRequest, "InternalError.Algo.InvalidParameter", "bad value"),
    "context": _error(400, ContextLengthExceeded, "invalid_parameter_error", _RANGE, type=_INVALID),
    "context_algorithm": _native(
        400, ContextLengthExceeded, "InternalError.Algo.InvalidParameter", _RANGE
    ),
    "filtered": _error(
        400,
        ContentFiltered,
        "data_inspection_failed",
        "Input data may contain inappropriate content.",
    ),
    "filtered_native": _native(
        400, ContentFiltered, "DataInspectionFailed", "Output data may be inappropriate."
    ),
    "arrears": _error(400, InsufficientBalance, "Arrearage", _STANDING),
    "arrears_inside_a_success": _native(200, InsufficientBalance, "Arrearage", _STANDING),
    "wrong_key": _error(
        401, AuthenticationError, "invalid_api_key", "Incorrect API key provided. ", _INVALID
    ),
    "wrong_key_native": _native(
        401, AuthenticationError, "InvalidApiKey", "Invalid API-key provided."
    ),
    "unpurchased": _native(403, PermissionDenied, "AccessDenied.Unpurchased", "Access denied."),
    "forbidden_model": _native(403, PermissionDenied, "Model.AccessDenied", "Access denied."),
    "free_tier": _error(
        403, QuotaExhausted, "AllocationQuota.FreeTierOnly", "The free quota has been exhausted."
    ),
    "missing_model": _error(
        404, NotFound, "model_not_found", "The model does not exist.", _INVALID
    ),
    "missing_model_native": _native(404, NotFound, "ModelNotFound", "Model not found."),
    "rate": _error(
        429, RateLimited, "limit_requests", "You have exceeded your current request limit."
    ),
    "rate_native": _native(
        429, RateLimited, "Throttling.RateQuota", "Requests rate limit exceeded."
    ),
    "burst": _error(429, RateLimited, "limit_burst_rate", "Request rate increased too quickly."),
    "quota": _error(429, QuotaExhausted, "insufficient_quota", "You exceeded your quota."),
    "quota_native": _native(
        429, QuotaExhausted, "Throttling.AllocationQuota", "Allocated quota exceeded."
    ),
    "server": _error(500, ServerError, "internal_error", "An internal error has occurred."),
    "server_timeout": _native(500, Timeout, "InternalError.Timeout", "An internal timeout."),
    "overloaded": _native(503, Overloaded, "ModelServingError", "Too many requests."),
    "timeout": _native(504, Timeout, "RequestTimeOut", "Request timed out."),
}

FIELDS: Final = CHAT_FIELDS | {
    *("n", "seed", "top_k", "logprobs", "top_logprobs", "parallel_tool_calls", "store"),
    *("enable_thinking", "thinking_budget", "reasoning_effort", "repetition_penalty"),
    *("enable_search", "search_options", "vl_high_resolution_images", "preserve_thinking"),
}

MODELS: Final = ("qwen-plus", "qwen3.8-max", "qwen3.7-plus", "qwen3-14b", "qwq-plus")

_OPEN_WEIGHTS: Final = re.compile(r"qwen3-(next-)?\d+b")
_ALWAYS: Final = re.compile(r"qwq|qvq|.*-thinking")
_OLD: Final = ("text-embedding-v1", "text-embedding-v2")


class QwenSimulator(CompatibleSimulator):
    """What is Qwen's own: thinking, partial mode, a native wire for embedding, rerank and tokens."""

    def __init__(self) -> None:
        super().__init__(
            "qwen", base_path="/compatible-mode/v1", models=MODELS, fields=FIELDS, errors=ERRORS
        )
        native = "/api/v1/services/embeddings"
        for path, route in {
            "/compatible-mode/v1/embeddings": self.embed,
            f"{native}/text-embedding/text-embedding": self.embed_native,
            f"{native}/multimodal-embedding/multimodal-embedding": self.embed_contents,
            "/compatible-api/v1/reranks": self.rerank,
            "/api/v1/services/rerank/text-rerank/text-rerank": self.rerank_native,
            "/api/v1/tokenizer": self.count_tokens,
        }.items():
            self.routes["POST", path] = route

    def chat(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer as the shared wire does; several tools at once only where that is asked for."""
        return super().chat(request, {"parallel_tool_calls": False, **body})

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what Qwen refuses."""
        super().check_chat(request, body)
        thinks = self.thinks(body)
        if thinks and not body.get("stream"):
            if _OPEN_WEIGHTS.match(body["model"]):
                message = "parameter.enable_thinking must be set to false for non-streaming calls"
                raise self.refuse("bad_request", message)
            if _ALWAYS.match(body["model"]):
                raise self.refuse("bad_request", "This model only support stream mode")
        if not 1 <= body.get("n", 1) <= (1 if thinks else 4):
            raise self.refuse("bad_request", "n is out of range")
        if not 0 <= body.get("temperature", 0) < 2:
            raise self.refuse("bad_request", "Temperature should be in [0.0, 2.0)")
        said = " ".join(text_of(message) for message in body["messages"])
        if body.get("response_format") == {"type": "json_object"} and "json" not in said.lower():
            raise self.refuse("bad_request", "'messages' must contain the word 'json'")
        if body.get("stream_options") and not body.get("stream"):
            raise self.refuse("bad_request", "'stream' and 'stream_options' must be set together")

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons: open weights do unless told not to, others if told to."""
        by_default = bool(_OPEN_WEIGHTS.match(body["model"]) or body.get("reasoning_effort"))
        return bool(_ALWAYS.match(body["model"])) or body.get("enable_thinking", by_default)

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Place it as the shared wire does; later fragments of a call have empty ids and names."""
        for choice in chunk["choices"]:
            for call in choice["delta"].get("tool_calls") or ():
                if "id" not in call:
                    call |= {"id": "", "type": "function"}
                    call["function"]["name"] = None
        return super().placed_usage(chunk, usage, asked)

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count, with what was cached; what was thought is told where there was thinking."""
        counted = completions.usage(question.input_tokens, answers)
        thought = completions.reasoning_tokens(answers)
        details = {"completion_tokens_details": {"reasoning_tokens": thought}} if thought else {}
        return counted | details | {"prompt_tokens_details": {"cached_tokens": 0}}

    def embed(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Embed texts: no more than the model takes at once."""
        texts = body.get("input") or ()
        limit = 25 if body.get("model") in _OLD else 10
        if not isinstance(texts, str) and len(texts) > limit:
            message = f"batch size is invalid, it should not be larger than {limit}."
            raise self.refuse("bad_request", message)
        return super().embed(request, body)

    def embed_native(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Embed texts, as the native wire says it."""
        texts, rows = body["input"]["texts"], []
        for index, vector in enumerate(_vectors(body, texts)):
            rows.append({"text_index": index, "embedding": vector})
        return _output({"embeddings": rows}, sum(len(text.split()) for text in texts))

    def embed_contents(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Embed contents into one vector."""
        shown = " ".join(str(content) for content in body["input"]["contents"])
        (vector,) = _vectors(body, [shown])
        return _output({"embeddings": [{"index": 0, "type": "vl", "embedding": vector}]}, 10)

    def rerank(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Rerank; only the total of tokens is told."""
        self.check_trigger(str(body.get("query")))
        said = embeddings.reranking(body) | {"object": "list", "usage": {"total_tokens": 5}}
        return json_reply(said)

    def rerank_native(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Rerank, as the native wire says it."""
        flat = {"model": body["model"], **body["input"], **body.get("parameters", {})}
        self.check_trigger(str(flat.get("query")))
        return _output({"results": embeddings.reranking(flat)["results"]}, 5)

    def count_tokens(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Count the tokens of messages: their words."""
        words = [word for message in body["input"]["messages"] for word in text_of(message).split()]
        said = {"token_ids": list(range(len(words))), "tokens": words}
        usage = {"input_tokens": len(words)}
        return json_reply({"output": said, "usage": usage, "request_id": _REQUEST})


def _vectors(body: Mapping[str, Any], texts: Sequence[str]) -> list[list[float]]:
    dimensions = (body.get("parameters") or {}).get("dimension") or 8
    return [embeddings.vector_of(text, dimensions) for text in texts]


def _output(output: Mapping[str, Any], total: int) -> Reply:
    usage = {"total_tokens": total}
    return json_reply({"output": output, "usage": usage, "request_id": _REQUEST})


def qwen() -> QwenSimulator:
    """Make a simulator of Qwen."""
    return QwenSimulator()
