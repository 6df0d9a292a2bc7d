"""WordPiece: the ids of BERT's own tokenizer, from fixture and for any text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor_embedded.wordpiece import WordPiece, split_words

FIXTURE = json.loads(Path(__file__).with_name("wordpiece_ids.json").read_text())
WORDPIECE = WordPiece(FIXTURE["vocabulary"])


@pytest.mark.parametrize(("text", "ids"), FIXTURE["cases"], ids=range(len(FIXTURE["cases"])))
def test_ids_are_those_of_the_reference_tokenizer(text: str, ids: list[int]):
    """200 varied strings, answered by the `tokenizers` package when the fixture was made."""
    assert WORDPIECE.encode(text) == ids


@given(st.text(), st.integers(2, 300))
def test_any_text_is_framed_and_within_the_limit(text: str, limit: int):
    """[CLS] first, [SEP] last, never more ids than asked for."""
    ids = WORDPIECE.encode(text, limit)
    assert (ids[0], ids[-1]) == (101, 102)
    assert 2 <= len(ids) <= limit


@given(st.text())
def test_words_are_never_empty(text: str):
    """An empty word would have no parts."""
    assert all(split_words(text))


def test_a_text_is_split_at_punctuation_and_ideographs():
    """Accents and case go, marks and ideographs stand alone."""
    assert list(split_words("Na\u00efve: \u4e2d\u6587!")) == ["naive", ":", "\u4e2d", "\u6587", "!"]
