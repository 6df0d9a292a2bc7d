"""A function is a server: requests go to a callable, no socket is opened."""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from purveyor._transport.base import Deadline
from purveyor._transport.decoding import too_large
from purveyor.errors import ConnectionFailed
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits


class MemoryStream(Struct, frozen=True):
    """A reply whose parts are made one by one, while the caller reads."""

    status: int = 200
    headers: Mapping[str, str] = {}
    parts: Iterable[bytes] = ()


Handler = Callable[[HttpRequest], HttpReply | MemoryStream]


class MemoryTransport:
    """Answers requests by calling a function; what the function raises passes through.

    Args:
        handler: the server.
        keeps_requests: whether `requests` collects what was asked, for tests.
    """

    def __init__(self, handler: Handler, *, keeps_requests: bool = False) -> None:
        self.requests: list[HttpRequest] = []
        self._handler = handler
        self._keeps_requests = keeps_requests

    def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        exchange = self.open(request, deadline, limits)
        try:
            return HttpReply(exchange.status, exchange.headers, b"".join(exchange))
        finally:
            exchange.close()

    def open(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> MemoryExchange:
        """Send a request and read the reply's head."""
        deadline.step(math.inf)
        if self._keeps_requests:
            self.requests.append(request)
        return MemoryExchange(_as_stream(self._handler(request)), deadline, limits)

    def close(self) -> None:
        """Nothing is kept open."""


class MemoryExchange:
    """Reads a `MemoryStream`, under the same limits as a reply from a socket."""

    __slots__ = (
        *("status", "headers", "is_lazy", "hung_up"),
        *("_deadline", "_left", "_limits", "_lock", "_parts"),
    )

    def __init__(self, stream: MemoryStream, deadline: Deadline, limits: SizeLimits) -> None:
        self.status = stream.status
        self.headers: Mapping[str, str] = {k.lower(): v for k, v in stream.headers.items()}
        self.is_lazy = not isinstance(stream.parts, Sequence)
        self.hung_up = False
        self._limits = limits
        self._parts = iter(stream.parts)
        self._deadline = deadline
        self._left = limits.body_bytes
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[bytes]:
        while (part := self.take()) is not None:
            yield part

    def take(self) -> bytes | None:
        """Give the next part that is not empty, None at the end."""
        try:
            part: bytes | None = b""
            while part == b"":
                self._deadline.step(math.inf)
                part = self._next()
            self._deadline.step(math.inf)
            self._left -= len(part or b"")
            if self._left < 0:
                raise too_large(self._limits.body_bytes)
        except BaseException:
            self.close()
            raise
        return part

    def _next(self) -> bytes | None:
        with self._lock:
            if self._was_left():
                raise ConnectionFailed("this exchange was closed before its end was read")
            part = next(self._parts, None)
        if self._was_left():  # meanwhile, by another thread
            self.close()
        return part

    def _was_left(self) -> bool:
        return self.hung_up

    def close(self) -> None:
        """Close the generator behind the parts, so that its `finally` runs."""
        self.hung_up = True
        # A generator at work cannot be closed; whoever drives it looks at `hung_up` afterwards.
        if self._lock.acquire(blocking=False):
            try:
                close = getattr(self._parts, "close", None)
                if close is not None:
                    close()
            finally:
                self._lock.release()


class AsyncMemoryTransport:
    """As `MemoryTransport`; lazily made parts are made in a thread, so that the loop runs on.

    The handler itself is called in the event loop: one that works for long returns a
    `MemoryStream` and does its work in `parts`.
    """

    def __init__(self, handler: Handler, *, keeps_requests: bool = False) -> None:
        self._sync = MemoryTransport(handler, keeps_requests=keeps_requests)
        self.requests = self._sync.requests

    async def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        exchange = await self.open(request, deadline, limits)
        try:
            body = b"".join([part async for part in exchange])
            return HttpReply(exchange.status, exchange.headers, body)
        finally:
            await exchange.close()

    async def open(
        self, request: HttpRequest, deadline: Deadline, limits: SizeLimits
    ) -> AsyncMemoryExchange:
        """Send a request and read the reply's head."""
        return AsyncMemoryExchange(self._sync.open(request, deadline, limits), deadline)

    async def close(self) -> None:
        """Nothing is kept open."""


class AsyncMemoryExchange:
    """Reads a `MemoryStream` from an event loop."""

    __slots__ = ("_deadline", "_exchange", "headers", "status")

    def __init__(self, exchange: MemoryExchange, deadline: Deadline) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        self._exchange = exchange
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        take = self._take_in_thread if self._exchange.is_lazy else self._take
        while (part := await take()) is not None:
            yield part

    async def _take(self) -> bytes | None:
        return self._exchange.take()

    async def _take_in_thread(self) -> bytes | None:
        import asyncio  # here, so that callers that never await do not pay for it

        idle = self._deadline.timeouts.idle
        seconds = self._deadline.step(idle)
        try:
            async with asyncio.timeout(seconds) as limit:
                return await asyncio.to_thread(self._exchange.take)
        except BaseException as error:
            self._exchange.close()
            if isinstance(error, TimeoutError) and limit.expired():
                raise self._deadline.passed("idle" if seconds == idle else "total") from None
            raise

    async def close(self) -> None:
        """Close the generator behind the parts, so that its `finally` runs."""
        self._exchange.close()


def _as_stream(reply: HttpReply | MemoryStream) -> MemoryStream:
    if isinstance(reply, MemoryStream):
        return reply
    return MemoryStream(reply.status, reply.headers, (reply.body,))
