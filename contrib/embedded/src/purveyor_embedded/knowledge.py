"""Decide whether a question is one the chat model was trained on: it must be all but the same, or we say so."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

KNOWN, SUGGESTED = 0.8, 0.3
"""Similarity from which a question counts as known, and from which a known one is worth suggesting."""

_SPELLED_OUT = (("\u2019", "'"), ("n't", " not"), ("'s", " is"), ("'re", " are"), ("'m", " am"))
# Words that may come or go without making it another question.
_FILLERS = frozenset({"a", "an", "the", "please", "just", "now", "so", "then"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What is known about a question: its trained spelling, or None and up to three like it, nearest first."""

    question: str | None
    suggestions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    question: str
    group: int
    words: tuple[str, ...]
    trigrams: frozenset[str]


class Knowledge:
    """The questions that were trained, compared by character trigrams (Jaccard similarity)."""

    def __init__(self, groups: Sequence[Sequence[str]]) -> None:
        """Take groups of questions; those of one group have the same answer."""
        entries = [
            (question, group) for group, questions in enumerate(groups) for question in questions
        ]
        self._entries = [_entry(question, group) for question, group in entries]
        self._exact = {_essence(entry.words): entry.question for entry in reversed(self._entries)}
        self._vocabulary = {_stem(word) for entry in self._entries for word in entry.words}

    def find(self, text: str) -> Match:
        """Look a question up; case, punctuation, spaces and small spelling mistakes do not matter."""
        asked = _entry(text, -1)
        if exact := self._exact.get(_essence(asked.words)):
            return Match(question=exact, suggestions=())
        scored = [(_jaccard(asked.trigrams, entry.trigrams), entry) for entry in self._entries]
        scored.sort(key=lambda pair: -pair[0])
        for similarity, entry in scored:
            if similarity < KNOWN:
                break
            if self._means_the_same(asked, entry):
                return Match(question=entry.question, suggestions=())
        nearest: dict[int, str] = {}
        for similarity, entry in scored:
            if similarity >= SUGGESTED:
                nearest.setdefault(entry.group, entry.question)
        return Match(question=None, suggestions=tuple(nearest.values())[:3])

    def _means_the_same(self, asked: _Entry, known: _Entry) -> bool:
        """Tell whether each word that was asked is in the known question, a filler, or a misspelling of one that is.

        Letters alone do not suffice: "how do I set the openai key" and "... the opera key" share nearly all of them.
        """
        expected = {_stem(word) for word in known.words}
        added = [word for word in map(_stem, _essence(asked.words)) if word not in expected]
        return all(
            word not in self._vocabulary and _is_misspelled(word, expected) for word in added
        )


def normalise(text: str) -> tuple[str, ...]:
    """Give the words of a text without case, punctuation or spacing; "what's" is "what is"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    for short, long in _SPELLED_OUT:
        text = text.replace(short, long)
    return tuple(re.findall(r"[^\W_]+", text))


def _entry(question: str, group: int) -> _Entry:
    words = normalise(question)
    spaced = f" {' '.join(words)} "
    return _Entry(
        question,
        group,
        words,
        frozenset(spaced[start : start + 3] for start in range(len(spaced) - 2)),
    )


def _essence(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _FILLERS)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _is_misspelled(word: str, expected: set[str]) -> bool:
    """Tell whether a word of at least four letters is nearly one of the expected; a number is never misspelled."""
    if len(word) < 4 or not word.isalpha():
        return False
    return any(
        word[0] == other[0] and SequenceMatcher(None, word, other).ratio() >= 0.8
        for other in expected
    )
