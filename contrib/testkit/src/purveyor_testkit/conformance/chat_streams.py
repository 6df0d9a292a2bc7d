"""Streams: bytes cut anywhere, deltas never merged, ends never guessed, left streams hung up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from purveyor import ChatResponse, Finished, Started, TextDelta, errors
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor_testkit.conformance.bench import STREAMED, Bench, Face, ask, events_of
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.conformance.chat_answers import told
from purveyor_testkit.conformance.features import CHAT_FEATURES
from purveyor_testkit.faults import Faults
from purveyor_testkit.simulators.base import Reply

_SLOWLY = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
_STORIES = ("text", "tools", "n", "logprobs")
_PORTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)


def _leave_early(bench: Bench, face: Face) -> None:
    module = bench.chat()
    if face == "stream":
        with module.stream("hi there") as stream:
            next(iter(stream))
        return

    async def leave() -> None:
        async with module.astream("hi there") as stream:
            async for _ in stream:
                break

    asyncio.run(leave())


class ChatStreams(Conformance):
    """What a stream is."""

    def _stream_of(self, bench: Bench, story: str) -> tuple[HttpReply, bytes]:
        """Give the bytes of one kind of stream; a closed kind falls back to text."""
        if story == "text" or story in self.closed:
            return bench.body_of_stream("ha ha \u4f60\u597d \U0001f30d")
        feature = CHAT_FEATURES[story]
        options = {**feature.options, **self.options.get(story, {})}
        return bench.body_of_stream(feature.content, model=self.models.get(story), **options)

    @pytest.mark.parametrize("story", _STORIES)
    def test_a_stream_cut_in_two_anywhere_is_the_same(self, bench: Bench, story: str) -> None:
        """Every byte is a place where the network may cut."""
        head, body = self._stream_of(bench, story)
        whole = bench.decode(head, [body])
        for place in range(len(body) + 1):
            assert bench.decode(head, [body[:place], body[place:]]) == whole, f"cut at {place}"

    @pytest.mark.parametrize("story", _STORIES)
    def test_a_stream_byte_by_byte_is_the_same(self, bench: Bench, story: str) -> None:
        """A part for each byte."""
        head, body = self._stream_of(bench, story)
        single = [body[place : place + 1] for place in range(len(body))]
        assert bench.decode(head, single) == bench.decode(head, [body])

    @_SLOWLY
    @given(cuts=st.sets(st.integers(1, 4000), max_size=40))
    def test_a_stream_cut_in_many_is_the_same(self, bench: Bench, cuts: set[int]) -> None:
        """Any number of cuts, anywhere."""
        head, body = self._stream_of(bench, "tools")
        edges = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]
        parts = [body[begin:end] for begin, end in zip(edges, edges[1:], strict=False)]
        assert bench.decode(head, parts) == bench.decode(head, [body])

    @pytest.mark.parametrize("face", STREAMED)
    @pytest.mark.parametrize("size_bytes", [1, 7, 64, 100_000])
    def test_the_client_reads_any_parts(self, bench: Bench, face: Face, size_bytes: int) -> None:
        """As below it, so through it."""
        whole = told(ask(bench.chat(), face, "ha ha"))
        bench.server = Faults(bench.server).recut(size_bytes)
        assert told(ask(bench.chat(), face, "ha ha")) == whole

    @pytest.mark.parametrize("face", STREAMED)
    def test_two_equal_deltas_are_two_deltas(self, bench: Bench, face: Face) -> None:
        """A model that says "ha" twice has said "ha ha"."""
        events = events_of(bench.chat(), face, "ha ha ha ha ha")
        texts = [event.text for event in events if isinstance(event, TextDelta)]
        assert texts.count("ha ") == 4, texts
        assert "".join(texts) == "You said: ha ha ha ha ha"

    @pytest.mark.parametrize("face", STREAMED)
    def test_a_stream_begins_and_ends(self, bench: Bench, face: Face) -> None:
        """It starts once, a choice finishes once, and no text follows its finish."""
        events = events_of(bench.chat(), face, "hi there")
        kinds = [type(event) for event in events]
        assert kinds.count(Started) <= 1
        assert kinds.count(Finished) == 1
        assert TextDelta not in kinds[kinds.index(Finished) :]

    @pytest.mark.parametrize("face", STREAMED)
    @pytest.mark.parametrize("portion", _PORTIONS)
    def test_a_stream_that_ends_early_is_interrupted(
        self, bench: Bench, face: Face, portion: float
    ) -> None:
        """An end without a finish is an error that carries what had arrived."""
        _, body = bench.body_of_stream("one two three four")
        bench.server = Faults(bench.server).cut_after(int(len(body) * portion))
        self._demand_interrupted(bench, face)

    @pytest.mark.parametrize("face", STREAMED)
    @pytest.mark.parametrize("portion", _PORTIONS)
    def test_a_connection_that_breaks_is_interrupted(
        self, bench: Bench, face: Face, portion: float
    ) -> None:
        """The same where the connection breaks; after the first word nothing is tried again."""
        _, body = bench.body_of_stream("one two three four")
        bench.server = Faults(bench.server).breaks_after(int(len(body) * portion))
        self._demand_interrupted(bench, face)

    def _demand_interrupted(self, bench: Bench, face: Face) -> None:
        with pytest.raises(errors.SupplierError) as caught:
            ask(bench.chat(), face, "one two three four")
        error = caught.value
        if isinstance(error, errors.StreamInterrupted) and error.partial is not None:
            assert "You said: one two three four".startswith(error.partial.message.text)
            assert len(bench.requests) == 1, "tried again after something was shown"
        assert error.supplier == self.supplier

    @pytest.mark.parametrize("face", STREAMED)
    def test_nothing_is_tried_again_after_the_first_word(self, bench: Bench, face: Face) -> None:
        """The reader has seen it: a second attempt would say it twice."""
        bench.server = self._failing_after_first_word(bench)
        with pytest.raises(errors.StreamInterrupted) as caught:
            ask(bench.chat(), face, "one two three four")
        assert caught.value.partial is not None
        assert caught.value.partial.message.text or caught.value.partial.message.reasoning
        assert len(bench.requests) == 1

    def _failing_after_first_word(self, bench: Bench) -> Any:
        """Serve a stream that breaks right after its first semantic event has been sent."""
        server = type(self).make_simulator()

        def broken(request: HttpRequest) -> Reply:
            reply = server(request)
            assert isinstance(reply, MemoryStream), "a stream was expected"
            parts = list(reply.parts)
            seen = _parts_to_first_word(bench, reply, parts)
            return MemoryStream(reply.status, reply.headers, _breaking(parts[:seen]))

        return broken

    @pytest.mark.parametrize("face", STREAMED)
    def test_a_connection_that_breaks_before_the_first_word_is_tried_again(
        self, bench: Bench, face: Face
    ) -> None:
        """Nothing was shown yet, so nothing is said twice."""
        bench.server = _first_time(Faults(bench.server).breaks_after(1), bench.server)
        assert ask(bench.chat(), face, "hi there").message.text == "You said: hi there"
        assert len(bench.requests) == 2

    @pytest.mark.parametrize("face", STREAMED)
    def test_leaving_a_stream_hangs_up(self, bench: Bench, face: Face) -> None:
        """The supplier stops paying for words that nobody reads."""
        ended: list[bool] = []
        server = bench.server

        def watching(request: HttpRequest) -> Reply:
            reply = server(request)
            assert isinstance(reply, MemoryStream)
            return MemoryStream(reply.status, reply.headers, _noting(reply.parts, ended))

        bench.server = watching
        _leave_early(bench, face)
        assert ended == [True]

    def test_a_stream_that_is_not_read_sends_nothing(self, bench: Bench) -> None:
        """Asking begins with the first event that is wanted."""
        bench.chat().stream("hi there").close()
        assert bench.requests == []

    def test_a_stream_gives_its_text_alone(self, bench: Bench) -> None:
        """`text()` is for those who want words."""
        with bench.chat().stream("hi there") as stream:
            assert "".join(stream.text()) == "You said: hi there"

    def test_the_response_grows_with_the_stream(self, bench: Bench) -> None:
        """At any moment it holds what has come so far."""
        seen: list[ChatResponse] = []
        with bench.chat().stream("hi there") as stream:
            for event in stream:
                if isinstance(event, TextDelta):
                    seen.append(stream.response)
        assert all("You said: hi there".startswith(each.message.text) for each in seen)
        assert stream.response.message.text == "You said: hi there"


def _parts_to_first_word(bench: Bench, reply: MemoryStream, parts: list[bytes]) -> int:
    """Count the parts up to the first that completes a semantic event."""
    decoder = bench.chat_dialect().stream_decoder(HttpReply(reply.status, reply.headers))
    for place, part in enumerate(parts, 1):
        if any(getattr(event, "text", "") for event in decoder.feed(part)):
            return place
    return len(parts) // 2  # it hides its words: then break where a word must have come


def _breaking(parts: list[bytes]) -> Iterator[bytes]:
    yield from parts
    raise errors.ConnectionFailed("simulated fault")


def _noting(parts: Any, ended: list[bool]) -> Iterator[bytes]:
    try:
        yield from parts
    finally:
        ended.append(True)


def _first_time(first: Any, then: Any) -> Any:
    """Serve the first request by one function, all others by another."""
    waiting = [first]
    return lambda request: (waiting.pop() if waiting else then)(request)
