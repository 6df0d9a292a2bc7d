"""Answers: the same by every face, complete, and with nothing lost or made up."""

from __future__ import annotations

import json
import pickle
from typing import Any, ClassVar

import pytest

from purveyor import (
    ChatResponse,
    FinishReason,
    Message,
    Reply,
    Text,
    assistant,
    errors,
    user,
)
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor_testkit.conformance.bench import FACES, STREAMED, WHOLE, Bench, Face, ask
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.faults import UNKNOWN_FIELD, Faults
from purveyor_testkit.simulators.base import Reply as WireReply

TEXTS = (
    "hi there",
    "ha ha ha",
    'quotes " and \\ backslashes',
    "line\nbreaks\n\nand\ttabs",
    "\u4f60\u597d, \u4e16\u754c \U0001f30d e\u0301 \u2028 end",
    "data: not an event",
    "[DONE]",
    "word " * 200,
)


def told(response: ChatResponse) -> dict[str, Any]:
    """Give what two faces must agree on: all but how the supplier wrapped it."""
    usage = response.usage
    counts = usage and (usage.input_tokens, usage.output_tokens, usage.total_tokens)
    return {
        "parts": response.message.parts,
        "finish": response.finish,
        "usage": counts,
        "model": response.model,
        "request_id": response.request_id,
        "others": [(other.message.parts, other.finish) for other in response.others],
        "logprobs": response.logprobs,
    }


class ChatAnswers(Conformance):
    """What an answer is."""

    capability: ClassVar[str] = "chat"

    @pytest.mark.parametrize("face", FACES)
    def test_an_answer_has_text_finish_and_model(self, bench: Bench, face: Face) -> None:
        """What was said, why it stopped, and who said it."""
        response = ask(bench.chat(), face, "hi there")
        assert response.message.role == "assistant"
        assert response.message.text == "You said: hi there"
        assert response.finish.reason == FinishReason.STOP
        assert response.finish.raw, "the supplier's own word for the finish is lost"
        assert response.model == bench.chat().model
        assert len(bench.requests) == 1

    @pytest.mark.parametrize("face", FACES)
    @pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
    def test_a_text_comes_back_as_it_went(self, bench: Bench, face: Face, text: str) -> None:
        """Neither the way there nor the way back changes a character."""
        assert ask(bench.chat(), face, text).message.text == f"You said: {text}"

    def test_the_four_faces_agree(self, bench: Bench) -> None:
        """Sync, async, stream and async stream give equal answers."""
        said = [told(ask(bench.chat(), face, "hi there")) for face in FACES]
        assert said[1:] == said[:1] * 3

    @pytest.mark.parametrize("face", FACES)
    def test_a_replay_equals_the_call(self, bench: Bench, face: Face) -> None:
        """What was recorded, read again, is the same answer; and the tape holds no key."""
        tape = bench.record()
        first = ask(bench.chat(), face, "hi there")
        assert "canary" not in repr([(entry.request, entry.reply) for entry in tape.entries])
        bench.replay(tape)
        assert ask(bench.chat(), face, "hi there") == first
        assert (len(bench.requests), tape.unplayed()) == (1, [])

    @pytest.mark.parametrize("face", FACES)
    def test_a_field_nobody_knows_is_kept_under_raw(self, bench: Bench, face: Face) -> None:
        """A supplier's new field is there before we have a name for it."""
        bench.server = Faults(bench.server).adds_unknown_field()
        raw = ask(bench.chat(), face, "hi there").raw
        chunks = raw if isinstance(raw, list) else [raw]
        assert all(chunk[UNKNOWN_FIELD] == {"kept": True} for chunk in chunks)

    @pytest.mark.parametrize("face", FACES)
    def test_usage_that_is_not_told_stays_unknown(self, bench: Bench, face: Face) -> None:
        """None means unknown; it never becomes zero."""
        bench.server = without_usage(bench.server)
        assert ask(bench.chat(), face, "hi there").usage is None

    def test_a_reply_is_a_string_with_the_rest_attached(self, bench: Bench) -> None:
        """Pipelines see text; whoever asks sees the whole response."""
        reply = bench.chat()("hi there")
        assert isinstance(reply, Reply)
        assert reply == "You said: hi there"
        assert reply.message == reply.response.message
        again = pickle.loads(pickle.dumps(reply))  # noqa: S301  our own bytes
        assert (again, again.response) == (reply, reply.response)

    def test_the_same_request_has_the_same_bytes(self, bench: Bench) -> None:
        """Caches and cassettes rely on it."""
        dialect, request = bench.chat_dialect(), bench.chat().request("hi there")
        assert dialect.encode(request) == dialect.encode(request)

    @pytest.mark.parametrize("face", FACES)
    def test_a_request_says_only_what_was_asked(self, bench: Bench, face: Face) -> None:
        """No field stands there with nothing in it."""
        ask(bench.chat(), face, "hi there")
        body = json.loads(bench.requests[0].body)
        empty = [name for name, value in body.items() if value in (None, [], {}, "")]
        assert not empty, f"fields with nothing in them: {empty}"

    def test_extra_body_is_merged_as_it_is(self, bench: Bench) -> None:
        """What has no name with us can still be said."""
        request = bench.chat().request("hi there", extra_body={"x_own": {"deep": [1]}})
        assert json.loads(bench.chat_dialect().encode(request).body)["x_own"] == {"deep": [1]}

    @pytest.mark.parametrize("face", FACES)
    def test_history_goes_along(self, bench: Bench, face: Face) -> None:
        """Earlier turns stand before the question, in their order."""
        history = [user("one"), assistant("two"), ("three", "four")]
        response = ask(bench.chat(), face, "five", history=history)
        body = bench.requests[0].body
        places = [body.index(word) for word in (b"one", b"two", b"three", b"four", b"five")]
        assert places == sorted(places)
        assert response.message.text == "You said: five"

    @pytest.mark.parametrize("face", FACES)
    def test_an_answer_can_be_put_into_the_history(self, bench: Bench, face: Face) -> None:
        """What a supplier said, it takes back: reasoning and all."""
        module = bench.chat()
        first = ask(module, face, "one")
        history = [user("one"), first.message]
        assert ask(module, face, "two", history=history).message.text == "You said: two"

    def test_several_text_parts_are_one_message(self, bench: Bench) -> None:
        """Parts of a message arrive joined, in their order."""
        message = Message("user", (Text("one "), Text("two")))
        assert bench.chat()(message) == "You said: one two"

    def test_a_batch_keeps_its_order_and_its_failures_apart(self, bench: Bench) -> None:
        """One failed item is its error; the others are their replies."""
        server = bench.server

        def failing(request: HttpRequest) -> WireReply:
            return HttpReply(404) if b"bad" in request.body else server(request)

        bench.server = failing
        first, second, third = bench.chat().batch(["one", "bad", "three"], concurrency=3)
        assert (first, third) == ("You said: one", "You said: three")
        assert isinstance(second, errors.SupplierError)

    def test_instructions_and_shared_modules_do_not_mix(self, bench: Bench) -> None:
        """A module made from another has settings of its own."""
        module = bench.chat()
        kind = module.share(instruction="be kind")
        module("hi there"), kind("hi there")
        plain, instructed = (request.body for request in bench.requests)
        assert b"be kind" not in plain
        assert b"be kind" in instructed

    @pytest.mark.parametrize("face", WHOLE)
    def test_a_whole_call_does_not_ask_for_a_stream(self, bench: Bench, face: Face) -> None:
        """And a stream does: the requests differ."""
        ask(bench.chat(), face, "hi there")
        ask(bench.chat(), STREAMED[0], "hi there")
        whole, streamed = bench.requests
        assert (whole.url, whole.body) != (streamed.url, streamed.body)

    @pytest.mark.parametrize("face", FACES)
    def test_the_key_travels_as_a_secret(self, bench: Bench, face: Face) -> None:
        """Only the transport reveals it; it stands in no address and no body."""
        ask(bench.chat(), face, "hi there")
        (request,) = bench.requests
        assert bench.plugin.card.auth == "none" or list(request.secrets())
        assert "canary" not in request.url
        assert b"canary" not in request.body


def without_usage(server: Any) -> Any:
    """Take usage out of everything a server says."""

    def stripped(data: bytes) -> bytes:
        head, mark, text = data.partition(b"data: ") if b"data: " in data else (b"", b"", data)
        try:
            value = json.loads(text)
        except ValueError:
            return data
        return head + mark + json.dumps(_without(value, "usage")).encode() + b"\n\n"

    def serve(request: HttpRequest) -> WireReply:
        reply = server(request)
        if isinstance(reply, HttpReply):
            return HttpReply(reply.status, reply.headers, stripped(reply.body))
        return MemoryStream(reply.status, reply.headers, tuple(map(stripped, reply.parts)))

    return serve


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, name) for key, item in value.items() if key != name}
    return [_without(item, name) for item in value] if isinstance(value, list) else value
