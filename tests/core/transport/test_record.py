"""What recording and replay promise: the same parts again, and no secret on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from purveyor._transport.base import Deadline
from purveyor._transport.memory import AsyncMemoryTransport, MemoryStream, MemoryTransport
from purveyor._transport.record import (
    AsyncRecordingTransport,
    AsyncReplayTransport,
    RecordingTransport,
    ReplayTransport,
)
from purveyor._transport.tape import Provenance, Tape
from purveyor.errors import ConnectionFailed
from purveyor.types.secret import Secret
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts

KEY = Secret("sk-canary-0123456789", prefix="Bearer ")
LIMITS = SizeLimits()


def new_tape() -> Tape:
    return Tape(Provenance("simulated", "this test", "2026-01-01"))


def question(body: bytes = b'{"a": 1}', url: str = "https://host/v1/chat") -> HttpRequest:
    headers = (("Authorization", KEY), ("Content-Type", "application/json"), ("X-Trace", "7"))
    return HttpRequest("POST", url, headers, body)


def deadline() -> Deadline:
    return Deadline(Timeouts())


def record(*parts: bytes, request: HttpRequest | None = None, **headers: str) -> Tape:
    """Read a stream of these parts to its end, on a tape."""
    tape = new_tape()
    inner = MemoryTransport(lambda _: MemoryStream(200, headers, parts))
    asked = request or question()
    RecordingTransport(inner, tape.add).send(asked, deadline(), LIMITS)
    return tape


def test_a_recording_gives_the_caller_what_came():
    """Who listens changes nothing."""
    inner = MemoryTransport(lambda _: HttpReply(201, {"x-id": "7"}, b"{}"))
    reply = RecordingTransport(inner, new_tape().add).send(question(), deadline(), LIMITS)
    assert reply == HttpReply(201, {"x-id": "7"}, b"{}")


def test_a_replay_gives_the_same_parts_as_were_recorded():
    """Also where a character was cut in two."""
    parts = [b"data: \xe4\xbd", b"\xa0\n\n", b"data: [DONE]\n\n"]
    exchange = ReplayTransport(record(*parts)).open(question(), deadline(), LIMITS)
    assert (exchange.status, list(exchange)) == (200, parts)


def test_a_tape_holds_headers_by_an_allow_list():
    """Nobody has to think of the next header that is a secret."""
    tape = record(
        b"{}",
        **{"Content-Type": "text/plain", "Set-Cookie": "a=b", "Content-Encoding": "gzip"},
        **{"Retry-After-Ms": "5", "X-Request-Id": "r", "X-RateLimit-Left": "3"},
    )
    entry = tape.entries[0]
    assert entry.request.headers == (("content-type", "application/json"),)
    assert sorted(entry.reply.headers) == [
        *("content-type", "retry-after-ms", "x-ratelimit-left", "x-request-id")
    ]


def test_an_echoed_key_is_cut_out_of_the_reply_even_across_parts():
    """Every part keeps its length, so that cuts stay where they were."""
    tape = record(b"your key sk-can", b"ary-01234", b"56789 is wrong")
    parts = tape.entries[0].reply.parts
    assert b"".join(parts) == b"your key [secret removed]**** is wrong"
    assert [len(part) for part in parts] == [15, 9, 14]


def test_a_key_in_the_url_or_the_body_is_cut_out():
    """By its value anywhere, and by its name in the query."""
    url = "https://user:pass@host/v1/sk-canary-0123456789/x?api_key=other&n=1&X-Amz-Signature=s#f"
    tape = record(b"{}", request=question(b'{"key": "sk-canary-0123456789"}', url))
    request = tape.entries[0].request
    assert request.url == "https://host/v1/[secret removed]/x?n=1"
    assert request.body == b'{"key": "[secret removed]"}'


def test_a_stream_that_was_left_is_kept_as_far_as_it_was_read():
    """Replay goes as far, and does not pass it off as the whole."""
    tape = new_tape()
    inner = MemoryTransport(lambda _: MemoryStream(parts=[b"a", b"b"]))
    exchange = RecordingTransport(inner, tape.add).open(question(), deadline(), LIMITS)
    next(iter(exchange))
    exchange.close()
    replay = iter(ReplayTransport(tape).open(question(), deadline(), LIMITS))
    assert next(replay) == b"a"
    with pytest.raises(ConnectionFailed, match="its reader left"):
        next(replay)


def test_a_stream_that_broke_breaks_again():
    """Faults are worth recording, too."""

    def parts() -> Iterator[bytes]:
        yield b"a"
        raise ConnectionFailed("reset")

    tape = new_tape()
    inner = MemoryTransport(lambda _: MemoryStream(parts=parts()))
    with pytest.raises(ConnectionFailed, match="reset"):
        RecordingTransport(inner, tape.add).send(question(), deadline(), LIMITS)
    with pytest.raises(ConnectionFailed, match="the connection broke"):
        ReplayTransport(tape).send(question(), deadline(), LIMITS)


def test_an_exchange_is_recorded_once():
    """Closing after the end adds nothing."""
    assert len(record(b"a").entries) == 1


def test_async_recording_and_replay_are_the_same():
    """One tape serves both faces."""

    async def both() -> HttpReply:
        inner = AsyncMemoryTransport(lambda _: MemoryStream(parts=[b"a", b"b"]))
        await AsyncRecordingTransport(inner, tape.add).send(question(), deadline(), LIMITS)
        return await AsyncReplayTransport(tape).send(question(), deadline(), LIMITS)

    tape = new_tape()
    assert asyncio.run(both()).body == b"ab"
    assert tape.entries == record(b"a", b"b").entries


def test_an_async_stream_that_was_left_is_kept_as_far_as_it_was_read():
    """As for callers that wait."""

    async def leave() -> None:
        inner = AsyncMemoryTransport(lambda _: MemoryStream(parts=[b"a", b"b"]))
        recording = AsyncRecordingTransport(inner, tape.add)
        exchange = await recording.open(question(), deadline(), LIMITS)
        async for _ in exchange:
            break
        await exchange.close()

    tape = new_tape()
    asyncio.run(leave())
    assert (tape.entries[0].reply.parts, tape.entries[0].reply.ending) == ((b"a",), "left")
