"""Failures: the right class, tried again exactly where it may help, in time, and never silent."""

from __future__ import annotations

import time
from typing import Any, Final

import pytest

from purveyor import RetryPolicy, Timeouts, errors
from purveyor.plugin import HttpReply, HttpRequest
from purveyor_testkit.conformance.bench import (
    AT_ONCE,
    FACES,
    STREAMED,
    WHOLE,
    Bench,
    Face,
    ask,
)
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.faults import Faults
from purveyor_testkit.simulators.base import Reply

UNREADABLE: Final = {
    "empty": b"",
    "a page of HTML": b"<html><body>It works!</body></html>",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"hello"',
    "cut JSON": b'{"choices": [{"mess',
    "an empty object": b"{}",
    "bytes": b"\xff\xfe\x00\x01",
}

_RETRIED: Final = (408, 429, 500, 502, 503, 504)
_NOT_RETRIED: Final = (400, 401, 403, 404, 413, 422)


class ChatFailures(Conformance):
    """What happens when a call fails."""

    @pytest.mark.parametrize("face", FACES)
    def test_an_error_of_the_supplier_is_explained(
        self, bench: Bench, face: Face, error_name: str
    ) -> None:
        """The class says whose fault it is; status, words and supplier are there."""
        expected = self.error_table()[error_name]
        bench.server = Faults(bench.server).fails(expected.reply())
        with pytest.raises(errors.SupplierError) as caught:
            ask(bench.chat(), face, "hi there")
        error = caught.value
        assert type(error) is expected.expected, f"{error_name} is read as {type(error).__name__}"
        assert (error.supplier, error.capability) == (self.supplier, "chat")
        assert error.status == expected.status
        assert error.message
        assert error.raw
        assert len(bench.requests) == attempts_for(error)

    @pytest.mark.parametrize("face", FACES)
    @pytest.mark.parametrize("status", _RETRIED)
    def test_what_may_pass_is_tried_again(self, bench: Bench, face: Face, status: int) -> None:
        """The network, a rate limit, the supplier's own trouble: once more, and it works."""
        bench.server = Faults(bench.server).fails_first(status)
        assert ask(bench.chat(), face, "hi there").message.text == "You said: hi there"
        assert len(bench.requests) == 2

    @pytest.mark.parametrize("face", WHOLE)
    @pytest.mark.parametrize("status", _NOT_RETRIED)
    def test_what_will_not_pass_is_not_tried_again(
        self, bench: Bench, face: Face, status: int
    ) -> None:
        """A wrong request stays wrong."""
        bench.server = Faults(bench.server).fails_first(status)
        with pytest.raises(errors.SupplierError):
            ask(bench.chat(), face, "hi there")
        assert len(bench.requests) == 1

    @pytest.mark.parametrize("face", FACES)
    def test_attempts_are_bounded(self, bench: Bench, face: Face) -> None:
        """Three, and the last failure is raised, saying how often it was tried."""
        bench.server = Faults(bench.server).fails(500)
        with pytest.raises(errors.ServerError, match="after 3 attempts") as caught:
            ask(bench.chat(), face, "hi there")
        assert caught.value.attempts == len(bench.requests) == 3

    @pytest.mark.parametrize("face", FACES)
    def test_a_refused_connection_is_tried_again(self, bench: Bench, face: Face) -> None:
        """A server that restarts is there a moment later."""
        bench.server = Faults(bench.server).refuses_connections(2)
        assert ask(bench.chat(), face, "hi there").message.text == "You said: hi there"

    @pytest.mark.parametrize("face", FACES)
    def test_retry_after_is_kept(self, bench: Bench, face: Face) -> None:
        """The supplier says when to come back; not before."""
        times: list[float] = []
        busy = HttpReply(429, {"retry-after-ms": "30"}, b'{"error": {"message": "busy"}}')
        server = Faults(bench.server).fails_first(busy)

        def timed(request: HttpRequest) -> Reply:
            times.append(time.monotonic())
            return server(request)

        bench.server = timed
        ask(bench.chat(), face, "hi there")
        first, second = times
        assert second - first >= 0.03

    @pytest.mark.parametrize("face", FACES)
    def test_too_long_a_retry_after_ends_the_call(self, bench: Bench, face: Face) -> None:
        """An hour is not waited for; the error says how long it would be."""
        busy = HttpReply(429, {"retry-after": "3600"}, b'{"error": {"message": "busy"}}')
        bench.server = Faults(bench.server).fails(busy)
        with pytest.raises(errors.RateLimited) as caught:
            ask(bench.chat(retries=RetryPolicy()), face, "hi there")
        assert (caught.value.retry_after, len(bench.requests)) == (3600, 1)

    @pytest.mark.parametrize("face", FACES)
    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
    def test_what_cannot_be_read_is_an_error(self, bench: Bench, face: Face, body: bytes) -> None:
        """A status of 200 is no success; nothing unreadable becomes an empty answer."""
        bench.server = Faults(bench.server).fails(HttpReply(200, {}, body))
        with pytest.raises((errors.MalformedResponse, errors.StreamInterrupted)) as caught:
            ask(bench.chat(), face, "hi there")
        assert caught.value.supplier == self.supplier
        assert len(bench.requests) == 1

    @pytest.mark.parametrize("face", WHOLE)
    def test_an_error_inside_a_success_is_an_error(self, bench: Bench, face: Face) -> None:
        """Some suppliers, and all their proxies, put errors into a status of 200."""
        body = b'{"error": {"message": "it went wrong", "code": "oops"}}'
        bench.server = Faults(bench.server).fails(HttpReply(200, {}, body))
        with pytest.raises(errors.SupplierError, match="it went wrong"):
            ask(bench.chat(), face, "hi there")

    @pytest.mark.parametrize("face", STREAMED)
    @pytest.mark.parametrize(
        "frame",
        [b'data: {"error": {"message": "it went wrong"}}\n\n', b"data: {broken\n\n"],
        ids=["error frame", "garbage"],
    )
    def test_a_stream_that_goes_wrong_keeps_what_had_come(
        self, bench: Bench, face: Face, frame: bytes
    ) -> None:
        """Typed, with the words so far, and not tried again."""
        head, body = bench.body_of_stream("one two three four")
        if "event-stream" not in head.headers.get("content-type", ""):
            pytest.skip("this wire is no server-sent events; its own tests cover its error frames")
        events = body.count(b"\n\n")
        bench.server = Faults(bench.server).inserts(frame, after=events - 4)
        with pytest.raises(errors.StreamInterrupted) as caught:
            ask(bench.chat(), face, "one two three four")
        assert caught.value.partial is not None
        assert caught.value.partial.message.text.startswith("You said: ")
        assert len(bench.requests) == 1

    @pytest.mark.parametrize("face", FACES)
    def test_a_call_out_of_time_is_a_timeout(self, bench: Bench, face: Face) -> None:
        """The deadline spans everything; when it has passed nothing is sent."""
        with pytest.raises(errors.Timeout) as caught:
            ask(bench.chat(), face, "hi there", timeouts=Timeouts(total=0.0))
        assert caught.value.phase == "total"
        assert bench.requests == []

    @pytest.mark.parametrize("face", STREAMED)
    def test_comments_do_not_extend_the_wait_for_the_first_word(
        self, bench: Bench, face: Face
    ) -> None:
        """A keep-alive is no answer."""
        keep_alive = [b"\n\n", b": keep-alive\n\n"] * 3
        server = bench.server
        bench.server = lambda request: _preceded(server(request), keep_alive)
        with pytest.raises(errors.Timeout) as caught:
            ask(bench.chat(), face, "hi there", timeouts=Timeouts(first_event=0.0))
        assert caught.value.phase == "first event"

    def test_the_error_table_is_not_empty(self) -> None:
        """A supplier whose errors nobody wrote down is not known."""
        assert self.error_table(), "give errors={name: WireError(...)} beside your simulator"


def attempts_for(error: errors.SupplierError) -> int:
    """How often a failing call is tried, by what its error says."""
    asks_too_much = (error.retry_after or 0) > AT_ONCE.longest_hint
    return AT_ONCE.attempts if error.retryable and not asks_too_much else 1


def _preceded(reply: Any, parts: list[bytes]) -> Any:
    return type(reply)(reply.status, reply.headers, (*parts, *reply.parts))
