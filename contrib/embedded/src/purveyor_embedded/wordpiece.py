"""BERT WordPiece: clean and split a text as BERT's own tokenizer does, then cut words into the longest known parts."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping

_MARKS = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")
_LONGEST_WORD = 100
# Ranges as the `tokenizers` package has them, its gap before 2B920 included: equal ids matter more than tidy ones.
_IDEOGRAPHS = re.compile(
    "([\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0002a6df\U0002a700-\U0002b73f"
    "\U0002b740-\U0002b81f\U0002b920-\U0002ceaf\uf900-\ufaff\U0002f800-\U0002fa1f])"
)


class WordPiece:
    """A vocabulary of word parts; parts inside a word begin with "##"."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = dict(vocabulary)
        self._unknown = self._vocabulary["[UNK]"]

    @classmethod
    def from_json(cls, content: bytes) -> WordPiece:
        """Read the vocabulary of a `tokenizer.json`; its other settings are those of BERT uncased, built in here."""
        return cls(json.loads(content)["model"]["vocab"])

    def encode(self, text: str, limit: int = 256) -> list[int]:
        """Give [CLS], the ids of the text, [SEP]: at most `limit` ids, the end of a longer text is left out."""
        ids: list[int] = []
        for token in self._tokens(text):
            if len(ids) >= limit - 2:
                break
            ids += self._vocabulary_ids(token)
        return [self._vocabulary["[CLS]"], *ids[: limit - 2], self._vocabulary["[SEP]"]]

    def _tokens(self, text: str) -> Iterator[str]:
        for part in _MARKS.split(text):
            if _MARKS.fullmatch(part):
                yield part
            else:
                yield from split_words(part)

    def _vocabulary_ids(self, word: str) -> list[int]:
        if len(word) > _LONGEST_WORD:
            return [self._unknown]
        ids, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                if (known := self._vocabulary.get(prefix + word[start:end])) is not None:
                    break
            else:
                return [self._unknown]
            ids.append(known)
            start = end
        return ids


def split_words(text: str) -> Iterator[str]:
    """Yield the words of a text in lower case without accents; each mark and each ideograph is a word.

    Equal to the `tokenizers` package but for about 500 rare characters that Unicode added or reclassified after the
    tables of that package were made (checked with every assigned character, version 0.23.3).
    """
    text = _IDEOGRAPHS.sub(r" \1 ", "".join(_clean(text)))
    plain = (
        letter
        for letter in unicodedata.normalize("NFD", text)
        if unicodedata.category(letter) != "Mn"
    )
    # Letter by letter: str.lower on a whole text would treat a final sigma differently.
    for word in "".join(letter.lower() for letter in plain).split():
        yield from _split_punctuation(word)


def _clean(text: str) -> Iterator[str]:
    for letter in text:
        if letter in "\t\n\r" or (letter.isspace() and not _is_control(letter)):
            yield " "
        elif letter != "\ufffd" and not _is_control(letter):
            yield letter


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter)[0] == "C"


def _split_punctuation(word: str) -> Iterator[str]:
    start = 0
    for place, letter in enumerate(word):
        if _is_punctuation(letter):
            if start < place:
                yield word[start:place]
            yield letter
            start = place + 1
    if start < len(word):
        yield word[start:]


def _is_punctuation(letter: str) -> bool:
    if letter.isascii():
        return letter.isprintable() and not letter.isalnum() and letter != " "
    return unicodedata.category(letter)[0] == "P"
