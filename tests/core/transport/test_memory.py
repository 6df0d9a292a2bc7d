"""What `MemoryTransport` promises: a function answers as a server would, limits included."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from purveyor._transport.base import Deadline
from purveyor._transport.memory import AsyncMemoryTransport, MemoryStream, MemoryTransport
from purveyor.errors import ConnectionFailed, MalformedResponse, RateLimited, Timeout
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts

REQUEST = HttpRequest("POST", "http://model/v1/chat", body=b"{}")
LIMITS = SizeLimits()


def deadline(total: float = 30.0) -> Deadline:
    return Deadline(Timeouts(total=total))


def test_a_function_that_returns_a_reply_is_a_server():
    """The reply arrives as the function made it, with lower-case header names."""
    transport = MemoryTransport(lambda request: HttpReply(201, {"X-Id": "7"}, request.body))
    reply = transport.send(REQUEST, deadline(), LIMITS)
    assert reply == HttpReply(201, {"x-id": "7"}, b"{}")


def test_a_stream_is_made_while_it_is_read():
    """No part is asked for before the reader wants it."""
    made: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"%d" % number

    transport = MemoryTransport(lambda request: MemoryStream(parts=parts()))
    exchange = transport.open(REQUEST, deadline(), LIMITS)
    assert next(iter(exchange)) == b"0"
    assert made == [0]


def test_leaving_a_stream_unread_runs_the_generators_finally():
    """Hanging up stops the model behind the function."""
    ended: list[str] = []

    def parts() -> Iterator[bytes]:
        try:
            while True:
                yield b"token"
        finally:
            ended.append("finally")

    exchange = MemoryTransport(lambda _: MemoryStream(parts=parts())).open(
        REQUEST, deadline(), LIMITS
    )
    next(iter(exchange))
    exchange.close()
    exchange.close()
    assert ended == ["finally"]


def test_reading_a_closed_exchange_raises():
    """What was cut off never passes for a complete reply."""
    transport = MemoryTransport(lambda _: MemoryStream(parts=[b"a", b"b"]))
    exchange = transport.open(REQUEST, deadline(), LIMITS)
    reader = iter(exchange)
    next(reader)
    exchange.close()
    with pytest.raises(ConnectionFailed, match="closed before its end"):
        next(reader)


def test_empty_parts_are_left_out():
    """A part says that something came."""
    transport = MemoryTransport(lambda _: MemoryStream(parts=[b"", b"a", b"", b"b", b""]))
    assert list(transport.open(REQUEST, deadline(), LIMITS)) == [b"a", b"b"]


@pytest.mark.parametrize(
    "reply", [HttpReply(200, {}, b"12345"), MemoryStream(parts=[b"12", b"345"])]
)
def test_a_reply_over_the_size_limit_raises(reply):
    """The limit counts all parts together."""
    transport = MemoryTransport(lambda _: reply)
    with pytest.raises(MalformedResponse, match="exceeds 4 bytes"):
        transport.send(REQUEST, deadline(), SizeLimits(body_bytes=4))


def test_a_deadline_that_has_passed_raises_before_the_handler_is_called():
    """Nothing is sent when no time is left."""
    transport = MemoryTransport(lambda _: HttpReply(200), keeps_requests=True)
    with pytest.raises(Timeout) as caught:
        transport.send(REQUEST, deadline(0), LIMITS)
    assert caught.value.phase == "total"
    assert transport.requests == []


def test_an_endless_stream_ends_at_its_deadline():
    """The total limit is looked at between the parts."""
    time = deadline()

    def parts() -> Iterator[bytes]:
        yield b"a"
        time.until = 0
        yield b"b"

    reader = iter(
        MemoryTransport(lambda _: MemoryStream(parts=parts())).open(REQUEST, time, LIMITS)
    )
    assert next(reader) == b"a"
    with pytest.raises(Timeout):
        next(reader)


def test_our_own_errors_of_a_handler_pass_through():
    """A function can play a server that refuses, or a network that fails."""

    def refuse(request: HttpRequest) -> HttpReply:
        raise RateLimited("slow down")

    with pytest.raises(RateLimited, match="slow down"):
        MemoryTransport(refuse).send(REQUEST, deadline(), LIMITS)


def test_requests_are_kept_only_when_asked_for():
    """A model in memory serves for days; a test wants to see what was asked."""
    quiet = MemoryTransport(lambda _: HttpReply(200))
    keeping = MemoryTransport(lambda _: HttpReply(200), keeps_requests=True)
    for transport in (quiet, keeping):
        transport.send(REQUEST, deadline(), LIMITS)
    assert (quiet.requests, keeping.requests) == ([], [REQUEST])


def test_lazy_parts_are_made_off_the_event_loop():
    """A model that computes does not stop the loop."""
    threads: list[threading.Thread] = []

    def parts() -> Iterator[bytes]:
        threads.append(threading.current_thread())
        yield b"a"
        yield b"b"

    transport = AsyncMemoryTransport(lambda _: MemoryStream(parts=parts()))
    reply = asyncio.run(transport.send(REQUEST, deadline(), LIMITS))
    assert reply.body == b"ab"
    assert threads[0] is not threading.main_thread()


def test_a_part_that_never_comes_ends_at_the_idle_limit():
    """An await can be ended, though the function behind it cannot."""
    stop = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"a"
        stop.wait(5)

    async def read() -> None:
        limits = Deadline(Timeouts(idle=0.01))
        transport = AsyncMemoryTransport(lambda _: MemoryStream(parts=parts()))
        try:
            await transport.send(REQUEST, limits, LIMITS)
        finally:
            stop.set()

    with pytest.raises(Timeout) as caught:
        asyncio.run(read())
    assert caught.value.phase == "idle"


def test_a_cancelled_reader_closes_the_generator_once_it_pauses():
    """The function is at work in a thread; it is told to stop at its next yield."""
    working, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def parts() -> Iterator[bytes]:
        try:
            working.set()
            go_on.wait(5)
            yield b"late"
        finally:
            ended.set()

    async def cancel() -> None:
        transport = AsyncMemoryTransport(lambda _: MemoryStream(parts=parts()))
        task = asyncio.create_task(transport.send(REQUEST, deadline(), LIMITS))
        await asyncio.to_thread(working.wait, 5)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        go_on.set()

    asyncio.run(cancel())
    assert ended.wait(5)


def test_an_async_reader_that_leaves_runs_the_generators_finally():
    """Hanging up works the same for callers that await."""
    ended: list[str] = []

    def parts() -> Iterator[bytes]:
        try:
            yield b"a"
        finally:
            ended.append("finally")

    async def leave() -> None:
        transport = AsyncMemoryTransport(lambda _: MemoryStream(parts=parts()))
        exchange = await transport.open(REQUEST, deadline(), LIMITS)
        async for _ in exchange:
            break
        await exchange.close()

    asyncio.run(leave())
    assert ended == ["finally"]
