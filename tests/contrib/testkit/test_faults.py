"""Faults: each does what it says, and no more."""

from __future__ import annotations

import json

import pytest

from purveyor.errors import ConnectionFailed
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor_testkit.faults import Faults

REQUEST = HttpRequest("GET", "https://any.test/")


def whole(request: HttpRequest) -> HttpReply:
    return HttpReply(200, {}, b'{"a": 1}')


def stream(request: HttpRequest) -> MemoryStream:
    return MemoryStream(200, {}, (b'data: {"a": 1}\n\n', b"data: [DONE]\n\n"))


def parts(reply: HttpReply | MemoryStream) -> list[bytes]:
    assert isinstance(reply, MemoryStream)
    return list(reply.parts)


def test_the_first_calls_fail_and_then_it_works():
    """A status, a whole reply, an error; then the simulator."""
    broken = Faults(whole).fails_first(503, HttpReply(418), ConnectionFailed("gone"))
    assert [broken(REQUEST).status, broken(REQUEST).status] == [503, 418]
    with pytest.raises(ConnectionFailed):
        broken(REQUEST)
    assert broken(REQUEST).status == 200


def test_every_call_fails():
    """Until somebody gives up."""
    broken = Faults(whole).fails(500)
    assert {broken(REQUEST).status for _ in range(5)} == {500}


def test_connections_are_refused_so_often():
    """And then accepted."""
    broken = Faults(whole).refuses_connections(1)
    with pytest.raises(ConnectionFailed):
        broken(REQUEST)
    assert broken(REQUEST).status == 200


def test_a_body_is_cut():
    """As if it were complete."""
    assert b"".join(parts(Faults(whole).cut_after(3)(REQUEST))) == b'{"a'
    assert parts(Faults(stream).cut_after(0)(REQUEST)) == []


def test_a_connection_breaks():
    """After so many bytes, while it is read."""
    reply = Faults(stream).breaks_after(4)(REQUEST)
    assert isinstance(reply, MemoryStream)
    read = iter(reply.parts)
    assert next(read) == b"data"
    with pytest.raises(ConnectionFailed):
        next(read)


def test_bytes_are_inserted():
    """Nothing follows them."""
    assert parts(Faults(stream).inserts(b"garbage", after=1)(REQUEST))[1:] == [b"garbage"]


def test_parts_are_repeated():
    """A model that stammers."""
    assert parts(Faults(stream).repeats_parts()(REQUEST))[:2] == [b'data: {"a": 1}\n\n'] * 2


def test_a_body_is_recut():
    """The same bytes in other parts."""
    recut = parts(Faults(stream).recut(5)(REQUEST))
    assert {len(part) for part in recut[:-1]} == {5}
    assert b"".join(recut) == b"".join(stream(REQUEST).parts)


def test_waiting_uses_the_sleep_that_was_given():
    """No test waits for a clock."""
    waits: list[float] = []
    assert Faults(whole, sleep=waits.append).waits(2.5)(REQUEST).status == 200
    assert waits == [2.5]


def test_an_unknown_field_is_added():
    """To whole bodies and to events; what is no JSON object stays."""
    body = Faults(whole).adds_unknown_field()(REQUEST)
    assert isinstance(body, HttpReply)
    assert json.loads(body.body) == {"a": 1, "x_unknown": {"kept": True}}
    event, done = parts(Faults(stream).adds_unknown_field()(REQUEST))
    assert b'"x_unknown"' in event
    assert done == b"data: [DONE]\n\n"


def test_faults_can_be_combined():
    """Each goes around the last."""
    broken = Faults(stream).recut(3).cut_after(6).fails_first(500)
    assert broken(REQUEST).status == 500
    assert parts(broken(REQUEST)) == [b"dat", b"a: "]
