"""The embedded models behind the OpenAI-compatible wire: a function from requests to replies."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from purveyor.plugin import (
    HttpReply,
    HttpRequest,
    MalformedResponse,
    MemoryStream,
    decode_json,
    encode_json,
)
from purveyor_embedded import lexical, minilm
from purveyor_embedded.chat import EmbeddedChat, Generation
from purveyor_embedded.rerank import rank
from purveyor_embedded.weights import CorruptWeights

CHAT_MODEL = "purveyor-tiny"
MEANING_MODEL = "all-minilm-l6-v2"
SPELLING_MODEL = "lexical"

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_JSON = {"content-type": "application/json"}
_numbers = count(1)


def answer(request: HttpRequest) -> HttpReply | MemoryStream:
    """Answer one request; what is wrong with it is said with a status, as a supplier would."""
    path = request.url.rpartition("/")[2]
    try:
        body = decode_json(request.body or b"{}")
        if path == "models":
            return _reply({"object": "list", "data": [{"id": name} for name in _models()]})
        if path == "completions":
            return _chat(body)
        if path == "embeddings":
            return _embeddings(body)
        if path == "rerank":
            return _rerank(body)
    except (ValueError, TypeError, MalformedResponse) as error:
        return _refusal(400, "invalid_request_error", str(error))
    except minilm.DataMissing as error:
        return _refusal(404, "model_not_found", str(error))
    except CorruptWeights as error:
        return _refusal(500, "server_error", str(error), should_retry=False)
    return _refusal(404, "not_found", f"nothing is served at {path!r}")


def _models() -> tuple[str, ...]:
    return CHAT_MODEL, MEANING_MODEL, SPELLING_MODEL


@cache
def _model() -> EmbeddedChat:
    return EmbeddedChat()


def _chat(body: Mapping[str, Any]) -> HttpReply | MemoryStream:
    if body.get("model") != CHAT_MODEL:
        return _unknown(body.get("model"), CHAT_MODEL)
    limit = body.get("max_tokens")
    generation = _model().reply(body.get("messages") or [], limit)
    if body.get("stream"):
        return MemoryStream(200, {"content-type": "text/event-stream"}, _events(generation))
    text = "".join(generation)
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": generation.finish_reason}
    return _reply({**_head("chat.completion"), "choices": [choice], "usage": _usage(generation)})


def _events(generation: Generation) -> Iterator[bytes]:
    head = _head("chat.completion.chunk")
    for piece in generation:
        delta = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
        yield _event({**head, "choices": [delta]})
    last = {"index": 0, "delta": {}, "finish_reason": generation.finish_reason}
    yield _event({**head, "choices": [last], "usage": _usage(generation)})
    yield b"data: [DONE]\n\n"


def _event(chunk: Mapping[str, Any]) -> bytes:
    return b"data: " + encode_json(chunk) + b"\n\n"


def _head(kind: str) -> dict[str, Any]:
    identity = f"embedded-{next(_numbers)}"
    return {"id": identity, "object": kind, "created": int(time.time()), "model": CHAT_MODEL}


def _usage(generation: Generation) -> dict[str, int]:
    asked, answered = generation.prompt_tokens, generation.completion_tokens
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
    }


def _embedder(name: object) -> Embed | None:
    if name == MEANING_MODEL:
        return minilm.shared().embed
    return lexical.embed if name == SPELLING_MODEL else None


def _embeddings(body: Mapping[str, Any]) -> HttpReply:
    embed = _embedder(body.get("model"))
    if embed is None:
        return _unknown(body.get("model"), f"{MEANING_MODEL}, {SPELLING_MODEL}")
    texts = body.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError("input must be a text or a list of texts")
    is_base64 = body.get("encoding_format") == "base64"
    rows = [
        {"object": "embedding", "index": index, "embedding": _written(vector, is_base64)}
        for index, vector in enumerate(embed(texts))
    ]
    return _reply({"object": "list", "data": rows, "model": body["model"]})


def _written(vector: NDArray[np.float32], is_base64: bool) -> str | list[float]:
    if is_base64:
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector]


def _rerank(body: Mapping[str, Any]) -> HttpReply:
    embed = _embedder(body.get("model"))
    if embed is None:
        return _unknown(body.get("model"), f"{MEANING_MODEL}, {SPELLING_MODEL}")
    hits = rank(str(body.get("query", "")), list(body.get("documents") or []), embed)
    results = [{"index": index, "relevance_score": score} for index, score in hits]
    return _reply({"model": body["model"], "results": results[: body.get("top_n")]})


def _reply(body: Mapping[str, Any]) -> HttpReply:
    return HttpReply(200, _JSON, encode_json(body))


def _unknown(name: object, known: str) -> HttpReply:
    message = f"no embedded model is named {name!r}; there are: {known}"
    return _refusal(404, "model_not_found", message)


def _refusal(status: int, code: str, message: str, *, should_retry: bool = True) -> HttpReply:
    headers = _JSON if should_retry else {**_JSON, "x-should-retry": "false"}
    error = {"message": message, "type": code, "code": code}
    return HttpReply(status, headers, encode_json({"error": error}))
