"""JSON lines: bytes, cut anywhere, to lines; and the frame of a decoder over them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replies import cuts

from purveyor.dialects.json_lines import JsonLinesReader
from purveyor.dialects.line_decoder import JsonLinesDecoder
from purveyor.errors import MalformedResponse, ServerError, StreamInterrupted
from purveyor.types.chat import Event, Finish, Finished, FinishReason, TextDelta

LINES = st.lists(st.sampled_from([b'{"a": 1}', b"", b"  ", b"[]", '{"a": "é\u2028"}'.encode()]))


def read(parts: list[bytes]) -> list[bytes]:
    reader = JsonLinesReader()
    lines = [line for part in parts for line in reader.feed(part)]
    return lines + reader.end()


@given(
    LINES,
    st.sampled_from([b"\n", b"\r\n"]),
    st.lists(st.integers(0, 1000), max_size=20),
    st.booleans(),
)
def test_any_cut_of_the_bytes_gives_the_same_lines(lines, ending, places, is_closed):
    """Blank ones are passed over; the last may lack its end."""
    body = ending.join(lines) + (ending if is_closed else b"")
    expected = [line for line in lines if line.strip()]
    assert read([body]) == expected
    assert read(cuts(body, places)) == expected


@pytest.mark.parametrize("size", [1, 7, 200])
def test_a_line_beyond_the_limit_is_refused_at_any_cut(size):
    """Also one that comes at once, with its end."""
    for body in (b"x" * 150, b"x" * 150 + b"\n"):
        reader = JsonLinesReader(event_bytes=100)
        with pytest.raises(MalformedResponse, match="100 bytes"):
            for place in range(0, len(body), size):
                reader.feed(body[place : place + size])


def test_a_long_line_in_small_parts_takes_no_quadratic_time():
    """Four megabytes in pieces of a kilobyte."""
    import time

    reader, began = JsonLinesReader(), time.process_time()
    for _ in range(4096):
        assert reader.feed(b"x" * 1024) == []
    assert len(reader.feed(b"\n")[0]) == 4 << 20
    assert time.process_time() - began < 0.5


class Words(JsonLinesDecoder):
    """A line is a word, an error or the end."""

    def read(self, body: dict[str, Any]) -> list[Event]:
        if "error" in body:
            raise ServerError(body["error"])
        if body.get("end"):
            self.is_complete = True
            return [Finished(Finish(FinishReason.STOP, "end"))]
        return [TextDelta(body["word"])]


def events_of(parts: list[bytes]) -> list[Event]:
    decoder = Words()
    events = [event for part in parts for event in decoder.feed(part)]
    return [*events, *decoder.end()]


GOOD = b'{"word": "a"}\n{"word": "a"}\n\n{"end": true}\n{"word": "late"}\n'


@given(st.lists(st.integers(0, 100), max_size=10))
def test_a_decoder_reads_lines_to_the_end_at_any_cut(places):
    """What follows the end is not looked at."""
    assert events_of(cuts(GOOD, places)) == [
        TextDelta("a"),
        TextDelta("a"),
        Finished(Finish(FinishReason.STOP, "end")),
    ]


def test_a_decoder_keeps_every_line():
    """For `ChatResponse.raw`."""
    decoder = Words()
    decoder.feed(GOOD)
    assert decoder.raw() == [{"word": "a"}, {"word": "a"}, {"end": True}]


def test_an_end_without_the_last_line_is_an_interruption():
    """The model had not finished."""
    with pytest.raises(StreamInterrupted):
        events_of([b'{"word": "a"}\n'])


def test_the_last_line_may_lack_its_newline():
    """It is read when the body ends."""
    assert len(events_of([b'{"word": "a"}\n{"end": true}'])) == 2


@pytest.mark.parametrize(
    ("line", "kind"),
    [(b'{"error": "down"}', ServerError), (b"[1]", MalformedResponse), (b"{", MalformedResponse)],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_what_came_before_a_failure_is_given_first(line, kind, size):
    """Also where both arrive in one part."""
    body = b'{"word": "a"}\n' + line + b"\n"
    decoder, events = Words(), []
    with pytest.raises(kind):
        for place in range(0, len(body), size):
            events.extend(decoder.feed(body[place : place + size]))
        events.extend(decoder.end())
    assert events == [TextDelta("a")]


def test_a_subclass_says_what_a_line_means():
    """There is no default."""
    with pytest.raises(NotImplementedError, match="read"):
        JsonLinesDecoder().feed(b"{}\n")
