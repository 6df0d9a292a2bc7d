"""What embedding and rerank share: calls that are answered as a whole, and how those fail."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from purveyor import Timeouts, errors
from purveyor.plugin import HttpReply, HttpRequest
from purveyor_testkit.conformance.bench import WHOLE, Bench, Face
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.conformance.chat_answers import without_usage
from purveyor_testkit.conformance.chat_failures import UNREADABLE, attempts_for
from purveyor_testkit.conformance.chat_secrets import demand_clean, echo, traces_of
from purveyor_testkit.faults import UNKNOWN_FIELD, Faults
from purveyor_testkit.simulators.base import Handler, Reply

_PASSING = (408, 429, 500, 502, 503, 504)
_STAYING = (400, 401, 403, 404, 413, 422)


class WholeConformance(Conformance):
    """Checks of a call that has no stream.

    `full_faces` are those that give the whole response: usage, raw and all.
    """

    full_faces: ClassVar[Sequence[Face]] = WHOLE

    @classmethod
    def parameters(cls) -> dict[str, Sequence[Any]]:
        """Add the faces that give the whole response."""
        return {**super().parameters(), "full_face": cls.full_faces}

    def ask(self, bench: Bench, face: Face, timeouts: Timeouts | None = None) -> Any:
        """Make one ordinary call by a face, and give the response."""
        raise NotImplementedError

    def test_a_replay_equals_the_call(self, bench: Bench, full_face: Face) -> None:
        """What was recorded, read again, is the same answer; and the tape holds no key."""
        tape = bench.record()
        first = self.ask(bench, full_face)
        assert "canary" not in repr([(entry.request, entry.reply) for entry in tape.entries])
        bench.replay(tape)
        assert self.ask(bench, full_face) == first
        assert (len(bench.requests), tape.unplayed()) == (1, [])

    def test_sync_and_async_agree(self, bench: Bench) -> None:
        """Both faces give equal answers."""
        assert self.ask(bench, "call") == self.ask(bench, "acall")

    def test_a_field_nobody_knows_is_kept_under_raw(self, bench: Bench, full_face: Face) -> None:
        """A supplier's new field is there before we have a name for it."""
        bench.server = Faults(bench.server).adds_unknown_field()
        assert self.ask(bench, full_face).raw[UNKNOWN_FIELD] == {"kept": True}

    def test_usage_is_a_fact_or_unknown(self, bench: Bench, full_face: Face) -> None:
        """What is not told never becomes zero."""
        told = self.ask(bench, full_face).usage
        assert told is None or (told.input_tokens and not told.is_estimate)
        bench.server = without_usage(bench.server)
        assert self.ask(bench, full_face).usage is None

    @pytest.mark.parametrize("face", WHOLE)
    def test_a_request_says_only_what_was_asked(self, bench: Bench, face: Face) -> None:
        """No field stands there with nothing in it, and no key."""
        self.ask(bench, face)
        (request,) = bench.requests
        body = json.loads(request.body)
        assert not [name for name, value in body.items() if value in (None, [], {}, "")]
        assert b"canary" not in request.body
        assert "canary" not in request.url

    @pytest.mark.parametrize("face", WHOLE)
    def test_an_error_of_the_supplier_is_explained(
        self, bench: Bench, face: Face, error_name: str
    ) -> None:
        """The class says whose fault it is; status, words and supplier are there."""
        expected = self.error_table()[error_name]
        bench.server = Faults(bench.server).fails(expected.reply())
        with pytest.raises(errors.SupplierError) as caught:
            self.ask(bench, face)
        error = caught.value
        assert type(error) is expected.expected, f"{error_name} is read as {type(error).__name__}"
        assert (error.supplier, error.capability) == (self.supplier, self.capability)
        assert error.status == expected.status
        assert error.message
        assert error.raw
        assert len(bench.requests) == attempts_for(error)

    @pytest.mark.parametrize("face", WHOLE)
    @pytest.mark.parametrize("status", _PASSING)
    def test_what_may_pass_is_tried_again(self, bench: Bench, face: Face, status: int) -> None:
        """Once more, and it works."""
        bench.server = Faults(bench.server).fails_first(status)
        self.ask(bench, face)
        assert len(bench.requests) == 2

    @pytest.mark.parametrize("face", WHOLE)
    @pytest.mark.parametrize("status", _STAYING)
    def test_what_will_not_pass_is_not_tried_again(
        self, bench: Bench, face: Face, status: int
    ) -> None:
        """A wrong request stays wrong."""
        bench.server = Faults(bench.server).fails_first(status)
        with pytest.raises(errors.SupplierError):
            self.ask(bench, face)
        assert len(bench.requests) == 1

    @pytest.mark.parametrize("face", WHOLE)
    @pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
    def test_what_cannot_be_read_is_an_error(self, bench: Bench, face: Face, body: bytes) -> None:
        """A status of 200 is no success."""
        bench.server = Faults(bench.server).fails(HttpReply(200, {}, body))
        with pytest.raises(errors.MalformedResponse):
            self.ask(bench, face)
        assert len(bench.requests) == 1

    @pytest.mark.parametrize("face", WHOLE)
    def test_an_error_inside_a_success_is_an_error(self, bench: Bench, face: Face) -> None:
        """Whatever the status says."""
        body = b'{"error": {"message": "it went wrong", "code": "oops"}}'
        bench.server = Faults(bench.server).fails(HttpReply(200, {}, body))
        with pytest.raises(errors.SupplierError, match="it went wrong"):
            self.ask(bench, face)

    @pytest.mark.parametrize("face", WHOLE)
    @pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
    def test_an_error_shows_no_key(self, bench: Bench, face: Face, status: int) -> None:
        """Suppliers echo keys; we do not pass them on."""
        bench.server = Faults(bench.server).fails(echo(status))
        with pytest.raises(errors.SupplierError) as caught:
            self.ask(bench, face)
        demand_clean(traces_of(caught.value))

    @pytest.mark.parametrize("face", WHOLE)
    def test_a_log_and_a_reply_show_no_key(
        self, bench: Bench, face: Face, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not at DEBUG, not printed, not pickled."""
        with caplog.at_level(logging.DEBUG):
            response = self.ask(bench, face)
        seen = {"repr": repr(response), "pickle": repr(pickle.dumps(response))}
        demand_clean({"log": caplog.text, **seen})

    def test_a_call_out_of_time_is_a_timeout(self, bench: Bench) -> None:
        """When the deadline has passed nothing is sent."""
        with pytest.raises(errors.Timeout):
            self.ask(bench, "call", Timeouts(total=0.0))
        assert bench.requests == []


def with_rows(server: Handler, change: Callable[[list[Any]], list[Any]]) -> Handler:
    """Change the list of rows (vectors, hits) in a server's JSON answers."""

    def handler(request: HttpRequest) -> Reply:
        reply = server(request)
        assert isinstance(reply, HttpReply)
        body = json.loads(reply.body)
        name = next(key for key, value in body.items() if isinstance(value, list))
        changed = json.dumps(body | {name: change(body[name])}).encode()
        return HttpReply(reply.status, reply.headers, changed)

    return handler
