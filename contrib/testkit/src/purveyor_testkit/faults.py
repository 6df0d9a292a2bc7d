"""Faults: a simulator that misbehaves in a way that was ordered.

    broken = Faults(kimi()).fails_first(503, 503)              # then it works
    broken = Faults(kimi()).cut_after(400)                     # the stream ends in the middle
    broken = Faults(kimi(), sleep=waits.append).waits(2.0)     # slow, without a clock

Each method returns a further `Faults` around what it is called on; nothing is changed in place.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Final

from msgspec import structs

from purveyor.errors import ConnectionFailed
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor_testkit.simulators.base import Handler, Reply, json_reply

Parts = Callable[[Iterable[bytes]], Iterator[bytes]]

UNKNOWN_FIELD: Final = "x_unknown"

_WORDS: Final = "simulated fault"


class Faults:
    """A function from request to reply, with faults around it.

    Args:
        handler: a simulator, or any such function.
        sleep: how `waits` waits; tests pass a list's `append`.
    """

    def __init__(self, handler: Handler, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._handler = handler
        self._sleep = sleep
        self.base_path = getattr(handler, "base_path", "")

    def __call__(self, request: HttpRequest) -> Reply:
        """Answer one request."""
        return self._handler(request)

    def _around(self, handler: Handler) -> Faults:
        wrapped = Faults(handler, sleep=self._sleep)
        wrapped.base_path = self.base_path
        return wrapped

    def fails_first(self, *failures: int | HttpReply | Exception) -> Faults:
        """Answer the first calls so: a status, a whole reply, or an error that is raised."""
        waiting = list(failures)

        def handler(request: HttpRequest) -> Reply:
            return _failure(waiting.pop(0)) if waiting else self(request)

        return self._around(handler)

    def fails(self, failure: int | HttpReply | Exception) -> Faults:
        """Answer every call so."""
        return self._around(lambda _: _failure(failure))

    def refuses_connections(self, times: int) -> Faults:
        """Fail the first connections, as if nobody listened."""
        return self.fails_first(*[ConnectionFailed(_WORDS) for _ in range(times)])

    def cut_after(self, size_bytes: int) -> Faults:
        """End the body after so many bytes, as if it were complete."""
        return self._parts(lambda parts: _first_bytes(parts, size_bytes))

    def breaks_after(self, size_bytes: int) -> Faults:
        """Break the connection after so many bytes of the body."""

        def broken(parts: Iterable[bytes]) -> Iterator[bytes]:
            yield from _first_bytes(parts, size_bytes)
            raise ConnectionFailed(_WORDS)

        return self._parts(broken)

    def inserts(self, data: bytes, *, after: int) -> Faults:
        """Put bytes into a stream, after so many of its parts; nothing follows them."""

        def inserted(parts: Iterable[bytes]) -> Iterator[bytes]:
            for place, part in enumerate(parts):
                if place == after:
                    yield data
                    return
                yield part

        return self._parts(inserted)

    def repeats_parts(self) -> Faults:
        """Send every part of a stream twice: a model that stammers, not a fault to hide."""
        return self._parts(lambda parts: (part for part in parts for _ in range(2)))

    def recut(self, size_bytes: int) -> Faults:
        """Send the body in parts of so many bytes."""

        def cut(parts: Iterable[bytes]) -> Iterator[bytes]:
            body = b"".join(parts)
            for begin in range(0, len(body), size_bytes):
                yield body[begin : begin + size_bytes]

        return self._parts(cut)

    def waits(self, seconds: float) -> Faults:
        """Wait before every reply."""

        def handler(request: HttpRequest) -> Reply:
            self._sleep(seconds)
            return self(request)

        return self._around(handler)

    def adds_unknown_field(self) -> Faults:
        """Add a field nobody knows to every JSON object of the answer."""

        def handler(request: HttpRequest) -> Reply:
            reply = self(request)
            if isinstance(reply, HttpReply):
                return structs.replace(reply, body=_extended(reply.body))
            return structs.replace(reply, parts=tuple(_extended(part) for part in reply.parts))

        return self._around(handler)

    def _parts(self, change: Parts) -> Faults:
        """Change the parts of a body, made one by one while they are read."""

        def handler(request: HttpRequest) -> Reply:
            reply = self(request)
            if isinstance(reply, HttpReply):
                return MemoryStream(reply.status, reply.headers, _lazily(change((reply.body,))))
            return structs.replace(reply, parts=_lazily(change(reply.parts)))

        return self._around(handler)


def _lazily(parts: Iterator[bytes]) -> Generator[bytes, None, None]:
    yield from parts


def _failure(failure: int | HttpReply | Exception) -> HttpReply:
    if isinstance(failure, Exception):
        raise failure
    if isinstance(failure, int):
        return json_reply({"error": {"message": _WORDS}}, status=failure)
    return failure


def _first_bytes(parts: Iterable[bytes], size_bytes: int) -> Iterator[bytes]:
    left = size_bytes
    for part in parts:
        if left <= 0:
            return
        yield part[:left]
        left -= len(part)


def _extended(data: bytes) -> bytes:
    """Add the unknown field to a body, or to an event of a stream; anything else stays."""
    head, mark, text = data.partition(b"data: ") if data.startswith(b"data: ") else (b"", b"", data)
    try:
        value = json.loads(text)
    except ValueError:
        return data
    if not isinstance(value, dict):
        return data
    written = json.dumps(value | {UNKNOWN_FIELD: {"kept": True}}, ensure_ascii=False).encode()
    return head + mark + written + (b"\n\n" if mark else b"\n" * text.endswith(b"\n"))
