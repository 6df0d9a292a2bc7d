"""Orchid through the public door: its simulator is a function."""

import hashlib
import hmac
import json

import pytest

import purveyor
from purveyor.errors import AuthenticationError, StreamInterrupted, UnsupportedParameter
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream, Secret
from purveyor.testing import serve_with

KEY = "orchid-key-0123456789"


def garden(request: HttpRequest) -> HttpReply | MemoryStream:
    """Orchid's server, as its documentation would describe it."""
    moment, seal = request.header("Orchid-Moment"), request.header("Orchid-Seal")
    expected = hmac.new(KEY.encode(), f"{moment}".encode() + request.body, hashlib.sha256)
    if seal != expected.hexdigest():
        return reply({"wilted": {"sort": "seal", "words": "the seal is broken"}})
    body = json.loads(request.body)
    said = f"You said: {body['scroll'][-1]['petals'][0]}"
    if not body["flow"]:
        return reply({"petals": [said], "why": "done", "dew": {"in": 2, "out": 4}})
    lines = [{"so_far": said[:length]} for length in range(3, len(said), 3)]
    lines.append({"so_far": said, "why": "done", "dew": {"in": 2, "out": 4}})
    return MemoryStream(200, {}, [json.dumps(line).encode() + b"\n" for line in lines])


def reply(body: dict) -> HttpReply:
    return HttpReply(200, {}, json.dumps(body).encode())


def orchid(key: str = KEY) -> purveyor.OnlineChatModule:
    return purveyor.OnlineChatModule("orchid", api_key=Secret(key))


def test_a_sealed_call_is_answered():
    """The signature covers the body that was sent."""
    with serve_with(garden):
        answer = orchid()("ha ha")
    assert answer == "You said: ha ha"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (2, 4)


def test_a_stream_gives_only_what_is_new():
    """Orchid repeats the text so far; the pieces joined are the text once."""
    with serve_with(garden), orchid().stream("ha ha") as stream:
        pieces = list(stream.text())
    assert "".join(pieces) == "You said: ha ha"
    assert len(pieces) > 1


def test_an_error_inside_a_success_is_an_error():
    """HTTP 200 with a wilted body raises what the body says."""
    with serve_with(garden), pytest.raises(AuthenticationError, match="seal is broken"):
        orchid("another-key-0123456789")("hi")


def test_a_cut_stream_raises_with_what_had_arrived():
    """A flow that runs dry is no answer."""
    cut = MemoryStream(200, {}, [b'{"so_far": "You sa"}\n'])
    with serve_with(lambda request: cut), pytest.raises(StreamInterrupted) as caught:
        list(orchid().stream("hi"))
    assert caught.value.partial.message.text == "You sa"


def test_what_orchid_cannot_do_is_refused_before_the_call():
    """Nothing leaves when a tool is offered."""
    with pytest.raises(UnsupportedParameter):
        orchid()("hi", tools=[{"name": "f"}])
