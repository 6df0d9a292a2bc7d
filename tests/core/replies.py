"""Replies of an OpenAI-compatible supplier, made by hand, and a server that keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from purveyor.modules.options import make_request
from purveyor.plugin import (
    Capability,
    ChatTable,
    Endpoint,
    ErrorTable,
    HttpReply,
    HttpRequest,
    MemoryStream,
    OpenAICompatibleChat,
)
from purveyor.testing import answer_with, fresh_runtime
from purveyor.types.chat import ChatRequest, Event
from purveyor.types.wire import Timeouts

BASE = "https://acme.test/v1"
USAGE = {"prompt_tokens": 19, "completion_tokens": 5, "total_tokens": 24}
QUICK = Timeouts(connect=1, idle=1, first_event=1, total=2)

Answer = (
    HttpReply | MemoryStream | BaseException | Callable[[HttpRequest], HttpReply | MemoryStream]
)


def endpoint(capability: Capability = Capability.CHAT, base_url: str = BASE) -> Endpoint:
    return Endpoint(supplier="acme", capability=capability, base_url=base_url)


def dialect(
    table: ChatTable | None = None, errors: ErrorTable | None = None
) -> OpenAICompatibleChat:
    return OpenAICompatibleChat(endpoint(), table or ChatTable(), errors or ErrorTable())


def request(content: Any = "hi", model: str = "m", **options: Any) -> ChatRequest:
    return make_request(model, content, options, None)


def encoded(table: ChatTable | None, content: Any = "hi", **options: Any) -> dict[str, Any]:
    """Give the JSON body of a call."""
    return body_of(dialect(table).encode(request(content, **options)))


def body_of(asked: HttpRequest) -> dict[str, Any]:
    body = json.loads(asked.body)
    assert isinstance(body, dict)
    return body


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpReply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpReply(status, {"content-type": "application/json", **(headers or {})}, data)


def completion(content: Any = "hello", *, finish: Any = "stop", **more: Any) -> dict[str, Any]:
    """A whole answer; `message` replaces its message, anything else is added to the body."""
    message = more.pop("message", {"role": "assistant", "content": content})
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {"id": "c-1", "model": "m-1", "choices": [choice], "usage": USAGE, **more}


def failure(message: str = "no", **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def chunk(delta: Any = None, finish: Any = None, *, index: int = 0, **more: Any) -> dict[str, Any]:
    """One chunk of a stream; a string is its text."""
    delta = {"content": delta} if isinstance(delta, str) else delta
    choice = {"index": index, "delta": {} if delta is None else delta, "finish_reason": finish}
    return {"id": "c-1", "model": "m-1", "choices": [choice], **more}


def events_bytes(*chunks: Any, done: bool = True) -> bytes:
    """Write chunks as server-sent events; bytes are an event's data as it is."""
    datas = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in chunks]
    return b"".join(b"data: %b\n\n" % data for data in (*datas, *([b"[DONE]"] if done else [])))


def hello_stream() -> bytes:
    return events_bytes(
        chunk({"role": "assistant", "content": ""}),
        chunk("Hel"),
        chunk("lo"),
        chunk(finish="stop"),
        {"id": "c-1", "choices": [], "usage": USAGE},
    )


def streamed(body: bytes | Sequence[bytes], **headers: str) -> MemoryStream:
    return MemoryStream(200, headers, [body] if isinstance(body, bytes) else list(body))


def decoded(
    parts: bytes | Sequence[bytes], table: ChatTable | None = None, errors: ErrorTable | None = None
) -> list[Event]:
    """Give the events of a stream, part by part, to its end."""
    decoder = dialect(table, errors).stream_decoder(HttpReply(200))
    events: list[Event] = []
    for part in [parts] if isinstance(parts, bytes) else parts:
        events.extend(decoder.feed(part))
    events.extend(decoder.end())
    return events


def cuts(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Cut bytes at these places, taken modulo their length."""
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[left:right] for left, right in zip(ends, ends[1:], strict=False)]


class Server:
    """Gives its answers in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    def __call__(self, asked: HttpRequest) -> HttpReply | MemoryStream:
        self.requests.append(asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer(asked) if callable(answer) else answer

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body_of(asked) for asked in self.requests]


@contextmanager
def served(*answers: Answer) -> Iterator[Server]:
    """Answer every request inside the block, in a process of its own making."""
    server = Server(*answers or (reply(completion()),))
    with fresh_runtime():
        answer_with(server)
        yield server
