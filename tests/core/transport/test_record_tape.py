"""What a tape promises: it answers what was asked before, says what differs, and holds no key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor._transport.base import Deadline
from purveyor._transport.record import ReplayTransport
from purveyor._transport.tape import Provenance, Tape, TapeEntry, TapeReply
from purveyor._transport.tape_file import load, save
from purveyor.errors import ConnectionFailed, FormatError
from purveyor.types.secret import Secret
from purveyor.types.wire import HttpRequest, SizeLimits, Timeouts

URL = "https://host/v1/chat"


def asks(body: bytes, url: str = URL, content_type: str = "application/json") -> HttpRequest:
    return HttpRequest("POST", url, (("content-type", content_type),), body)


def entry(body: bytes, answer: bytes, url: str = URL) -> TapeEntry:
    return TapeEntry(asks(body, url), TapeReply(200, {}, (answer,)))


def tape_of(*entries: TapeEntry) -> Tape:
    return Tape(Provenance("simulated", "this test", "2026-01-01"), entries)


def answer(tape: Tape, request: HttpRequest) -> bytes:
    return ReplayTransport(tape).send(request, Deadline(Timeouts()), SizeLimits()).body


def test_entries_that_ask_the_same_are_played_in_order():
    """A job is polled until it is done."""
    tape = tape_of(entry(b"", b"running"), entry(b"", b"done"))
    assert [answer(tape, asks(b"")) for _ in range(2)] == [b"running", b"done"]


def test_json_is_compared_as_json():
    """Neither the order of names nor blanks are part of a question."""
    tape = tape_of(entry(b'{"a": 1, "b": [2]}', b"yes"))
    assert answer(tape, asks(b'{"b":[2],"a":1}')) == b"yes"


def test_a_secret_in_the_query_is_no_part_of_a_question():
    """A tape made with one key is played with another."""
    tape = tape_of(entry(b"", b"yes", f"{URL}?n=1"))
    assert answer(tape, asks(b"", f"{URL}?key=mine&n=1")) == b"yes"


def test_a_forms_random_boundary_is_no_part_of_a_question():
    """An upload asks the same thing every time."""
    recorded = asks(b"--aaa\r\nx\r\n--aaa--", content_type="multipart/form-data; boundary=aaa")
    tape = tape_of(TapeEntry(recorded, TapeReply(200, {}, (b"yes",))))
    again = asks(b"--bb\r\nx\r\n--bb--", content_type='multipart/form-data; boundary="bb"')
    assert answer(tape, again) == b"yes"


def test_a_question_that_is_not_on_the_tape_raises_with_the_difference():
    """The nearest entry is the one that differs least."""
    tape = tape_of(entry(b'{"a": 1, "b": {"c": [1, 2]}}', b""), entry(b"", b"", "https://host/v1"))
    said = "no entry of the tape answers POST https://host/v1/chat; the nearest is entry 1, with "
    with pytest.raises(ConnectionFailed, match=re.escape(said + "body.b.c[1] 2 where 3 is asked")):
        answer(tape, asks(b'{"a": 1, "b": {"c": [1, 3]}}'))


def test_a_question_that_was_asked_once_too_often_raises():
    """It is not retried: the tape will not change."""
    tape = tape_of(entry(b"", b"yes"))
    answer(tape, asks(b""))
    with pytest.raises(ConnectionFailed, match=r"all entries \(1\) were played") as caught:
        answer(tape, asks(b""))
    assert not caught.value.retryable


def test_entries_that_nobody_asked_for_are_reported():
    """A test that forgets half of its story is found out."""
    tape = tape_of(entry(b"1", b""), entry(b"2", b""))
    answer(tape, asks(b"1"))
    assert [left.request.body for left in tape.unplayed()] == [b"2"]


@given(parts=st.lists(st.binary()), body=st.binary(), ending=st.sampled_from(["left", "complete"]))
def test_a_saved_tape_is_loaded_as_it_was(tmp_path_factory, parts, body, ending):
    """Byte for byte, wherever the parts were cut."""
    path = tmp_path_factory.mktemp("tapes") / "chat.json"
    reply = TapeReply(200, {"content-type": "text/plain"}, tuple(parts), ending)
    tape = tape_of(TapeEntry(asks(body), reply))
    save(tape, path)
    loaded = load(path)
    assert (loaded.entries, loaded.provenance) == (tape.entries, tape.provenance)


def test_a_saved_tape_shows_texts_as_texts(tmp_path: Path):
    """A reviewer reads what was said; only what is no text is packed."""
    path = tmp_path / "chat.json"
    save(tape_of(entry("你好".encode(), b"\xff")), path)
    text = path.read_text("utf-8")
    assert '"body": "你好"' in text
    assert '"base64": "/w=="' in text


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (entry(b'{"key": "sk-abcdefghijklmnop"}', b""), "the request's body"),
        (entry(b"", b"Authorization: Bearer abcdefghijklmnop"), "the reply's body"),
        (entry(b"", b"", f"{URL}/sk-abcdefghijklmnop"), "its URL"),
        (
            TapeEntry(asks(b""), TapeReply(200, {}, (b"sk-abcdef", b"ghijklmnop"))),
            "the reply's body",
        ),
        (
            TapeEntry(
                HttpRequest("GET", URL, (("a", Secret("sk-abcdefghijklmnop")),)), TapeReply(200)
            ),
            "a header",
        ),
    ],
)
def test_a_tape_that_seems_to_hold_a_key_is_not_saved(tmp_path: Path, found, where):
    """The message says where to look, and does not show it."""
    path = tmp_path / "chat.json"
    with pytest.raises(FormatError, match=f"entry 1 .* in {where}") as caught:
        save(tape_of(found), path)
    assert "abcdef" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_tape_raises_and_says_where(tmp_path: Path):
    """Somebody edited it by hand."""
    path = tmp_path / "chat.json"
    path.write_text('{"provenance": {"kind": "guessed", "source": "", "date": ""}, "entries": []}')
    with pytest.raises(FormatError, match=r"is no tape: .*provenance\.kind"):
        load(path)
