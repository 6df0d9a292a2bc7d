"""Text to token ids and back: byte-level byte-pair encoding, so that every text has ids and none is unknown."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

QUESTION, ANSWER, END = 256, 257, 258
"""Marks that frame an exchange: QUESTION, its tokens, ANSWER, its tokens, END. No text encodes to one of them."""

FIRST_MERGE = 259
"""Ids below are bytes (0 to 255) and marks; merge number n has the id FIRST_MERGE + n."""

# Merges stay inside a piece. The bounds keep the quadratic merge loop short however long the text is.
_PIECE = re.compile(r" ?[A-Za-z]{1,24}| ?[0-9]{1,3}| ?[^\sA-Za-z0-9]{1,8}|\s")


def split_pieces(text: str) -> list[str]:
    """Cut a text into the pieces that are encoded one by one; joined, they are the text."""
    return _PIECE.findall(text)


class Tokenizer:
    """Byte-pair encoding with a fixed list of merges, earliest merge first."""

    def __init__(self, merges: Sequence[tuple[int, int]]) -> None:
        self._ids = {pair: FIRST_MERGE + number for number, pair in enumerate(merges)}
        self._bytes = [bytes([value]) for value in range(256)] + [b""] * (FIRST_MERGE - 256)
        for left, right in merges:
            self._bytes.append(self._bytes[left] + self._bytes[right])

    @property
    def size(self) -> int:
        """The number of ids: bytes, marks and merges."""
        return len(self._bytes)

    def encode(self, text: str) -> list[int]:
        """Turn a text into ids; a lone surrogate, which has no bytes, counts as a question mark."""
        pieces = split_pieces(text)
        ids = {piece: self._merge(list(piece.encode(errors="replace"))) for piece in set(pieces)}
        return [token for piece in pieces for token in ids[piece]]

    def decode(self, ids: Iterable[int]) -> str:
        """Turn ids into text; marks are silent, and bytes that are no UTF-8 become U+FFFD."""
        return "".join(self.stream(ids))

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Yield the text of each id as it comes; a character split over several ids comes with its last one."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for token in ids:
            if piece := decoder.decode(self._bytes[token]):
                yield piece
        if rest := decoder.decode(b"", final=True):
            yield rest

    def _merge(self, ids: list[int]) -> list[int]:
        while len(ids) > 1:
            best, place = min(
                (self._ids.get(pair, self.size), place) for place, pair in enumerate(pairwise(ids))
            )
            if best == self.size:
                break
            ids[place : place + 2] = [best]
        return ids
