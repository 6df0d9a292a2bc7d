"""Recording and replay, below every parser: what is kept is what came, part by part."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping

from purveyor._transport.base import (
    AsyncExchange,
    AsyncTransport,
    Deadline,
    Exchange,
    Transport,
)
from purveyor._transport.memory import AsyncMemoryTransport, MemoryTransport
from purveyor._transport.scrub import scrubbed_headers, scrubbed_parts, scrubbed_request
from purveyor._transport.tape import Ending, Tape, TapeEntry, TapeReply
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits

Sink = Callable[[TapeEntry], None]


class ReplayTransport(MemoryTransport):
    """Answers from a tape; a request that is not on it raises."""

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape.play)


class AsyncReplayTransport(AsyncMemoryTransport):
    """As `ReplayTransport`, for callers that await."""

    def __init__(self, tape: Tape) -> None:
        super().__init__(tape.play)


class RecordingTransport:
    """Sends by another transport, and gives every exchange to the sink once it has ended.

    Args:
        inner: does the sending.
        sink: takes the entries, which hold no secret: `tape.add`, for example.
    """

    def __init__(self, inner: Transport, sink: Sink) -> None:
        self._inner = inner
        self._sink = sink

    def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        exchange = self.open(request, deadline, limits)
        try:
            return HttpReply(exchange.status, exchange.headers, b"".join(exchange))
        finally:
            exchange.close()

    def open(
        self, request: HttpRequest, deadline: Deadline, limits: SizeLimits
    ) -> RecordingExchange:
        """Send a request and read the reply's head."""
        exchange = self._inner.open(request, deadline, limits)
        take = _Take(request, exchange.status, exchange.headers, self._sink)
        return RecordingExchange(exchange, take)

    def close(self) -> None:
        """Close what the inner transport keeps open."""
        self._inner.close()


class RecordingExchange:
    """Passes parts on, and notes them."""

    def __init__(self, exchange: Exchange, take: _Take) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        self._exchange = exchange
        self._take = take

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._exchange:
                self._take.parts.append(part)
                yield part
        except Exception:
            self._take.end("broken")
            raise
        self._take.end("complete")

    def close(self) -> None:
        """Hang up, unless the body was read to its end."""
        self._exchange.close()
        self._take.end("left")


class AsyncRecordingTransport:
    """As `RecordingTransport`, for callers that await."""

    def __init__(self, inner: AsyncTransport, sink: Sink) -> None:
        self._inner = inner
        self._sink = sink

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
    ) -> AsyncRecordingExchange:
        """Send a request and read the reply's head."""
        exchange = await self._inner.open(request, deadline, limits)
        take = _Take(request, exchange.status, exchange.headers, self._sink)
        return AsyncRecordingExchange(exchange, take)

    async def close(self) -> None:
        """Close what the inner transport keeps open."""
        await self._inner.close()


class AsyncRecordingExchange:
    """As `RecordingExchange`, read by `async for`."""

    def __init__(self, exchange: AsyncExchange, take: _Take) -> None:
        self.status = exchange.status
        self.headers = exchange.headers
        self._exchange = exchange
        self._take = take

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._exchange:
                self._take.parts.append(part)
                yield part
        except Exception:
            self._take.end("broken")
            raise
        self._take.end("complete")

    async def close(self) -> None:
        """Hang up, unless the body was read to its end."""
        await self._exchange.close()
        self._take.end("left")


class _Take:
    """One exchange while it is recorded."""

    def __init__(
        self, request: HttpRequest, status: int, headers: Mapping[str, str], sink: Sink
    ) -> None:
        self.parts: list[bytes] = []
        self._request = request
        self._status = status
        self._headers = headers
        self._sink = sink
        self._has_ended = False

    def end(self, ending: Ending) -> None:
        """Give the entry to the sink; only the first ending counts."""
        if self._has_ended:
            return
        self._has_ended = True
        secrets = tuple(self._request.secrets())
        reply = TapeReply(
            self._status,
            scrubbed_headers(self._headers, secrets),
            scrubbed_parts(self.parts, secrets),
            ending,
        )
        self._sink(TapeEntry(scrubbed_request(self._request), reply))
