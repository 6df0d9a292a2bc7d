"""Rerank by embedding: score each document by the cosine of its vector with that of the query (a bi-encoder)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def rank(query: str, documents: Sequence[str], embed: Embed) -> list[tuple[int, float]]:
    """Order documents by how near they are to a query.

    Args:
        query: the text to compare with.
        documents: any number of texts.
        embed: gives one vector of length one for each text.
    Returns:
        (index in documents, score) best first; equal scores in the order given. A score lies between 0 and 1:
        cosine -1 is 0, cosine 0 is 0.5, cosine 1 is 1.
    """
    if not documents:
        return []
    vectors = embed([query, *documents])
    scores = np.clip((vectors[1:] @ vectors[0] + 1) / 2, 0.0, 1.0)
    return [(int(index), float(scores[index])) for index in np.argsort(-scores, kind="stable")]
