"""Byte-pair encoding: every text has ids, and the ids give the text back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor_embedded.chat import DATA
from purveyor_embedded.tokenizer import END, FIRST_MERGE, QUESTION, Tokenizer, split_pieces

TOKENIZER = Tokenizer(
    [(left, right) for left, right in json.loads((DATA / "model.json").read_text())["merges"]]
)


@given(st.text())
def test_encoding_and_decoding_any_text_gives_it_back(text: str):
    """There is no unknown token: bytes are the last resort."""
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text())
def test_pieces_of_any_text_join_to_it(text: str):
    """Splitting loses nothing."""
    assert "".join(split_pieces(text)) == text


@given(st.text())
def test_no_text_encodes_to_a_mark(text: str):
    """A question cannot end itself or begin an answer."""
    assert not {*range(QUESTION, FIRST_MERGE)} & {*TOKENIZER.encode(text)}


def test_the_earliest_merge_comes_first():
    """Merges are applied in the order they were learned, leftmost first."""
    tokenizer = Tokenizer([(ord("b"), ord("c")), (ord("a"), ord("b")), (ord("a"), FIRST_MERGE)])
    assert tokenizer.encode("abcab") == [FIRST_MERGE + 2, FIRST_MERGE + 1]


def test_a_common_word_is_few_tokens():
    """The merges were learned from texts about purveyor."""
    assert len(TOKENIZER.encode(" purveyor supplier")) <= 3


def test_a_character_of_many_bytes_comes_whole():
    """A stream never shows half a character."""
    assert list(TOKENIZER.stream(TOKENIZER.encode("\u00e9\U0001f600"))) == ["\u00e9", "\U0001f600"]


@pytest.mark.parametrize(
    ("ids", "text"), [([0xE2, 0x82], "\ufffd"), ([0xFF, 65], "\ufffdA"), ([65, END], "A")]
)
def test_bytes_that_are_no_text_are_marked(ids: list[int], text: str):
    """Unreadable bytes become U+FFFD, they do not vanish; marks are silent."""
    assert TOKENIZER.decode(ids) == text


def test_a_lone_surrogate_is_encoded_as_a_question_mark():
    """JSON may carry one, and it has no bytes."""
    assert TOKENIZER.decode(TOKENIZER.encode("a\ud800b")) == "a?b"


def test_a_very_long_word_takes_linear_time():
    """Merges stay inside pieces of bounded length."""
    assert TOKENIZER.decode(TOKENIZER.encode("a" * 200_000)) == "a" * 200_000
