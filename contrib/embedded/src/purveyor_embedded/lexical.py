"""Embeddings by hashing word pieces: compares spelling, not meaning ("lexical only"), and needs no data."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 256
TITLE = "lexical only: hashed words and character trigrams"

_WORD_WEIGHT = 2.0


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Embed texts, in the order given; the same text has the same vector in every process and on every machine.

    Args:
        texts: any number of strings of any length; an empty one has a vector like any other.
    Returns:
        Vectors of length one, shape (len(texts), DIMENSIONS).
    """
    vectors = np.zeros((len(texts), DIMENSIONS))
    for row, text in zip(vectors, texts, strict=True):
        for feature, weight in _features(text).items():
            value = crc32(feature.encode(errors="replace"))
            # The top bit is the sign: features that share a place cancel out instead of adding up.
            row[value % DIMENSIONS] += weight if value >> 31 else -weight
        if not row.any():
            row[0] = 1.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def _features(text: str) -> dict[str, float]:
    """Weigh words and trigrams by the square root of how often they occur."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    counts = Counter(f"word {word}" for word in words)
    weights = {word: _WORD_WEIGHT * count**0.5 for word, count in counts.items()}
    pieces = Counter(piece for word in words for piece in _trigrams(word))
    return weights | {piece: count**0.5 for piece, count in pieces.items()}


def _trigrams(word: str) -> Iterator[str]:
    # Chinese, Japanese and Korean words are short and unspaced: pairs of characters say more there.
    size = 3 if word.isascii() else 2
    padded = f"<{word}>"
    return (padded[start : start + size] for start in range(len(padded) - size + 1))
