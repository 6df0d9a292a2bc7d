"""Server-sent events: bytes, cut anywhere, to events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replies import cuts

from purveyor.dialects.sse import ServerEvent, SseReader
from purveyor.errors import MalformedResponse

LINE = st.sampled_from(
    [
        b"data: one",
        b"data:two",
        b"data:  three ",
        b"data",
        b"data:",
        b"data: \xe2\x80\xa8 \xf0\x9f\x98\x80",
        b": a comment",
        b":",
        b"event: error",
        b"event:  ping",
        b"id: 7",
        b"retry: 10",
        b"unknown",
        b"dataset: x",
    ]
)
BLOCK = st.lists(LINE, max_size=4)
STREAM = st.lists(BLOCK, max_size=6)
ENDING = st.sampled_from([b"\n", b"\r\n", b"\r"])


def read(parts: list[bytes]) -> list[ServerEvent]:
    reader = SseReader()
    events = [event for part in parts for event in reader.feed(part)]
    return events + reader.end()


def by_the_book(text: str) -> list[ServerEvent]:
    """Read a whole stream as the standard says, line by line: the tests' own reading."""
    events: list[ServerEvent] = []
    name, data = "", []
    for line in text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((name, "\n".join(data).encode()))
            name, data = "", []
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
    return [*events, (name, "\n".join(data).encode())] if data else events


@given(STREAM, ENDING, st.lists(st.integers(0, 10_000), max_size=20), st.booleans(), st.booleans())
def test_any_cut_of_the_bytes_gives_the_same_events(blocks, ending, places, has_bom, is_closed):
    """LF, CRLF and CR; a BOM; comments; many lines of data; names; no blank line at the end."""
    body = b"".join(ending.join([*block, b""]) + ending for block in blocks)
    body = (b"\xef\xbb\xbf" if has_bom else b"") + (body if is_closed else body.rstrip(b"\r\n"))
    expected = by_the_book(body.decode())
    assert read([body]) == expected
    assert read(cuts(body, places)) == expected
    assert read([body[place : place + 1] for place in range(len(body))]) == expected


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=20))
def test_bytes_of_any_kind_are_read_the_same_at_any_cut(body, places):
    """Rubbish too: the reader never raises on it."""
    assert read(cuts(body, places)) == read([body])


def test_an_event_has_its_data_and_its_name():
    """One space after the colon is no part of the value."""
    assert read([b"event: ping\ndata: {}\n\ndata:  x\n\n"]) == [("ping", b"{}"), ("", b" x")]


def test_a_line_of_endings_is_no_event():
    """Suppliers keep a connection alive by blank lines and comments."""
    assert read([b"\n\n\r\n: keep-alive\n\n\n"]) == []


def test_empty_data_is_given_as_empty():
    """The dialect passes over it."""
    assert read([b"data:\n\ndata: x\n\n"]) == [("", b""), ("", b"x")]


def test_a_bom_counts_at_the_very_start_only():
    """Later it is part of a field's name."""
    assert read([b"\xef\xbb", b"\xbfdata: a\n\n"]) == [("", b"a")]
    assert read([b"data: a\n\n\xef\xbb\xbfdata: b\n\n"]) == [("", b"a")]
    assert read([b"\xef\xbb"]) == []


def test_a_separator_inside_json_is_no_line_end():
    """U+2028 is a letter as any other."""
    assert read(['data: "a\u2028b\x85c\x0b"\n\n'.encode()]) == [
        ("", '"a\u2028b\x85c\x0b"'.encode())
    ]


@pytest.mark.parametrize("size", [1, 7, 200])
def test_an_event_beyond_the_limit_is_refused_at_any_cut(size):
    """Whether it comes at once or in pieces, and whether it ever ends."""
    for body in (b"data: " + b"x" * 150, b"data: " + b"x" * 150 + b"\n\n"):
        reader = SseReader(event_bytes=100)
        with pytest.raises(MalformedResponse, match="100 bytes"):
            for place in range(0, len(body), size):
                reader.feed(body[place : place + size])


def test_many_small_events_in_one_part_are_no_large_one():
    """The limit is each event's."""
    reader = SseReader(event_bytes=20)
    assert len(reader.feed(b"data: 0123456789\n\n" * 50)) == 50


def test_a_long_event_in_small_parts_takes_no_quadratic_time():
    """Four megabytes in pieces of a kilobyte: what has been seen is not looked at again."""
    import time

    reader, began = SseReader(), time.process_time()
    reader.feed(b"data: ")
    for _ in range(4096):
        assert reader.feed(b"x" * 1024) == []
    assert len(reader.feed(b"\n\n")[0][1]) == 4 << 20
    assert time.process_time() - began < 0.5
