"""Streams of chat events: values that hang up when they are left.

Nothing is sent before the first event is asked for. Up to the first semantic event a failed attempt
is tried again; after it a failure is `StreamInterrupted`, which carries what had arrived.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from purveyor._clients.connection import Connection
from purveyor._clients.watch import UNWATCHED, AnyWatch, watched
from purveyor._resilience import Retrier
from purveyor._transport.base import AsyncExchange, Deadline, Exchange
from purveyor.dialects.accumulate import Accumulator
from purveyor.dialects.chat import ChatDialect
from purveyor.errors import StreamInterrupted, SupplierError
from purveyor.types.chat import SEMANTIC_EVENTS, ChatRequest, ChatResponse, Event, TextDelta
from purveyor.types.wire import HttpReply, Timeouts


class _Reading:
    """What the sync and the async stream share: one attempt's decoder and what it has given."""

    def __init__(
        self, connection: Connection, dialect: ChatDialect, head: HttpReply, first_event: float
    ) -> None:
        self._connection = connection
        self.decoder = dialect.stream_decoder(head)
        self.accumulator = Accumulator()
        self.has_begun = False
        self.has_ended = False
        self._first_event_by = time.monotonic() + first_event

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is wanted of the body."""
        return self.decoder.is_complete

    def take(self, data: bytes) -> Sequence[Event]:
        """Read more bytes."""
        events = self.decoder.feed(data)
        self.accumulator.add(events)
        return events

    def end(self) -> Sequence[Event]:
        """Read what the end of the body completes."""
        events = self.decoder.end()
        self.accumulator.add(events)
        self.has_ended = True
        return events

    def begins_with(self, events: Sequence[Event], deadline: Deadline) -> bool:
        """Whether a semantic event is among these; there is a limit to waiting for it."""
        self.has_begun = any(isinstance(event, SEMANTIC_EVENTS) for event in events)
        if not self.has_begun and time.monotonic() > self._first_event_by:
            raise deadline.passed("first event")
        return self.has_begun

    def response(self) -> ChatResponse:
        """Give the response as far as it has come."""
        return self.accumulator.response(self.decoder.raw())

    def interrupted(self, failure: SupplierError) -> SupplierError:
        """Make the error of a stream that fails after its first semantic event."""
        self._connection.annotate(failure)
        if isinstance(failure, StreamInterrupted):
            error = failure
        else:
            error = StreamInterrupted(
                f"the stream broke off: {failure.message}",
                supplier=failure.supplier,
                capability=failure.capability,
                status=failure.status,
                code=failure.code,
                type=failure.type,
                request_id=failure.request_id,
                raw=failure.raw,
            )
            error.__cause__ = failure
        # The frame that failed is among what was received, and may echo the secret.
        error.partial = self._connection.without_secret(self.response())
        error.request_id = error.request_id or error.partial.request_id
        return error


class _Stream:
    """The state of both faces."""

    def __init__(
        self,
        connection: Connection,
        dialect: ChatDialect,
        request: ChatRequest,
        timeouts: Timeouts | None,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._request = request
        self._timeouts = timeouts or connection.timeouts
        self._reading: _Reading | None = None
        self._watch: AnyWatch = UNWATCHED
        self._is_closed = False

    @property
    def response(self) -> ChatResponse:
        """The response as far as it has come; whole after the last event."""
        return self._reading.response() if self._reading else Accumulator().response()

    def _prepare(self) -> tuple[Deadline, Retrier]:
        connection = self._connection
        deadline = Deadline(self._timeouts)
        retrier = Retrier(connection.policy, connection.budget, deadline)
        self._watch = watched(connection, self._request.model, self._request, is_stream=True)
        return deadline, retrier

    def _demand_open(self) -> None:
        if self._is_closed:
            raise StreamInterrupted("the stream was closed before its first event")

    def _note_failure(self, error: SupplierError) -> None:
        """Take note of an attempt that failed; one of a stream that was closed is the last."""
        self._connection.annotate(error)
        if self._is_closed:
            error.retryable = False

    def _tell_end(self) -> None:
        """Hand observers the response; it is put together only where somebody observes."""
        if self._watch is not UNWATCHED:
            self._watch.saw(self.response)

    def _read_head(self, status: int, headers: Mapping[str, str]) -> _Reading:
        head = HttpReply(status, headers)
        first_event = self._timeouts.first_event
        self._reading = _Reading(self._connection, self._dialect, head, first_event)
        return self._reading


class ChatStream(_Stream):
    """A chat answer as it comes, for callers that wait.

    Iterate over it for events, or over `text()` for text alone. Use it in a `with` block: leaving
    the block hangs up.
    """

    _exchange: Exchange | None = None
    _generator: Generator[Event, None, None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        if self._generator is None:
            self._generator = self._events()
        return self._generator

    def __next__(self) -> Event:
        return next(iter(self))

    def text(self) -> Iterator[str]:
        """Give the pieces of text alone; the first choice's."""
        for event in self:
            if type(event) is TextDelta and not event.choice:
                yield event.text

    def close(self) -> None:
        """Hang up; may be called twice, and by another thread while this one is read."""
        self._is_closed = True
        self._hang_up()
        if self._generator is not None:
            try:
                self._generator.close()
            except ValueError:  # at work in another thread, which now learns of the end
                pass

    def _hang_up(self) -> None:
        if self._exchange is not None:
            self._exchange.close()

    def _events(self) -> Generator[Event, None, None]:
        if self._is_closed:
            return
        deadline, retrier = self._prepare()
        with self._watch:
            opened = self._open_or_retry(deadline, retrier)
            yield from self._read_on(*opened)
            self._tell_end()

    def _open_or_retry(
        self, deadline: Deadline, retrier: Retrier
    ) -> tuple[_Reading, Iterator[bytes], Sequence[Event]]:
        try:
            return self._open(deadline)
        except SupplierError as error:
            if not error.retryable:
                raise
            failure = error
        return retrier.go_on(failure, lambda: self._open(deadline))

    def _open(self, deadline: Deadline) -> tuple[_Reading, Iterator[bytes], Sequence[Event]]:
        """Make one attempt, up to the first semantic event."""
        connection = self._connection
        self._demand_open()
        self._watch.attempt()
        encoded = connection.encoded(self._dialect.encode_stream, self._request)
        try:
            exchange = connection.transport.open(
                connection.authorized(encoded), deadline, connection.limits
            )
        except SupplierError as error:
            connection.annotate(error)
            raise
        try:
            return self._open_reading(exchange, deadline)
        except BaseException as error:
            exchange.close()
            if isinstance(error, SupplierError):
                self._note_failure(error)
            raise

    def _open_reading(
        self, exchange: Exchange, deadline: Deadline
    ) -> tuple[_Reading, Iterator[bytes], Sequence[Event]]:
        parts = iter(exchange)
        if exchange.status >= 300:
            reply = HttpReply(exchange.status, exchange.headers, b"".join(parts))
            raise self._connection.failure(reply, self._dialect.explain)
        self._demand_open()
        self._exchange = exchange
        reading = self._read_head(exchange.status, exchange.headers)
        events: list[Event] = []
        for part in parts:
            events.extend(reading.take(part))
            if reading.begins_with(events, deadline):
                return reading, parts, events
            if reading.is_complete:
                break
        # Nothing has been said yet: a failure that shows at the end may still be tried again.
        events.extend(reading.end())
        reading.begins_with(events, deadline)
        return reading, parts, events

    def _read_on(
        self, reading: _Reading, parts: Iterator[bytes], events: Sequence[Event]
    ) -> Generator[Event, None, None]:
        try:
            yield from events
            while not reading.has_ended:
                part = None if reading.is_complete else next(parts, None)
                yield from reading.end() if part is None else reading.take(part)
        except SupplierError as error:
            failure = error
        else:
            self._connection.earn()
            return
        finally:
            self._hang_up()
        raise reading.interrupted(failure)


class AsyncChatStream(_Stream):
    """A chat answer as it comes, for callers that await; otherwise as `ChatStream`."""

    _exchange: AsyncExchange | None = None
    _generator: AsyncGenerator[Event, None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __aiter__(self) -> AsyncIterator[Event]:
        if self._generator is None:
            self._generator = self._events()
        return self._generator

    async def __anext__(self) -> Event:
        return await anext(aiter(self))

    async def text(self) -> AsyncIterator[str]:
        """Give the pieces of text alone; the first choice's."""
        async for event in self:
            if type(event) is TextDelta and not event.choice:
                yield event.text

    async def close(self) -> None:
        """Hang up; may be called twice, and by another task while this one is read."""
        self._is_closed = True
        await self._hang_up()
        if self._generator is not None:
            try:
                await self._generator.aclose()
            except RuntimeError:  # at work in another task, which now learns of the end
                pass

    async def _hang_up(self) -> None:
        if self._exchange is not None:
            await self._exchange.close()

    async def _events(self) -> AsyncGenerator[Event, None]:
        if self._is_closed:
            return
        deadline, retrier = self._prepare()
        with self._watch:
            reading, parts, events = await self._open_or_retry(deadline, retrier)
            try:
                for event in events:
                    yield event
                while not reading.has_ended:
                    part = None if reading.is_complete else await anext(parts, None)
                    for event in reading.end() if part is None else reading.take(part):
                        yield event
            except SupplierError as error:
                failure = error
            else:
                self._connection.earn()
                self._tell_end()
                return
            finally:
                await self._hang_up()
            raise reading.interrupted(failure)

    async def _open_or_retry(
        self, deadline: Deadline, retrier: Retrier
    ) -> tuple[_Reading, AsyncIterator[bytes], Sequence[Event]]:
        try:
            return await self._open(deadline)
        except SupplierError as error:
            if not error.retryable:
                raise
            failure = error
        return await retrier.go_on_async(failure, lambda: self._open(deadline))

    async def _open(
        self, deadline: Deadline
    ) -> tuple[_Reading, AsyncIterator[bytes], Sequence[Event]]:
        connection = self._connection
        self._demand_open()
        self._watch.attempt()
        encoded = connection.encoded(self._dialect.encode_stream, self._request)
        try:
            exchange = await connection.async_transport.open(
                connection.authorized(encoded), deadline, connection.limits
            )
        except SupplierError as error:
            connection.annotate(error)
            raise
        try:
            return await self._open_reading(exchange, deadline)
        except BaseException as error:
            await exchange.close()
            if isinstance(error, SupplierError):
                self._note_failure(error)
            raise

    async def _open_reading(
        self, exchange: AsyncExchange, deadline: Deadline
    ) -> tuple[_Reading, AsyncIterator[bytes], Sequence[Event]]:
        parts = aiter(exchange)
        if exchange.status >= 300:
            body = b"".join([part async for part in parts])
            reply = HttpReply(exchange.status, exchange.headers, body)
            raise self._connection.failure(reply, self._dialect.explain)
        self._demand_open()
        self._exchange = exchange
        reading = self._read_head(exchange.status, exchange.headers)
        events: list[Event] = []
        async for part in parts:
            events.extend(reading.take(part))
            if reading.begins_with(events, deadline):
                return reading, parts, events
            if reading.is_complete:
                break
        events.extend(reading.end())
        reading.begins_with(events, deadline)
        return reading, parts, events
