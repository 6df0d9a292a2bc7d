"""Vectors and scores that depend on the texts alone, the same every time."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from purveyor_testkit.simulators.base import SIMULATED

_DIMENSIONS = 8


def vector_of(text: str, dimensions: int) -> list[float]:
    """Make a vector of a text: numbers that float32 holds exactly."""
    digest = hashlib.sha256(text.encode()).digest()
    return [(digest[place % len(digest)] - 128) / 128 for place in range(dimensions)]


def embedding(body: Mapping[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """Write the answer to an embedding request."""
    dimensions = body.get("dimensions") or _DIMENSIONS
    is_base64 = body.get("encoding_format") == "base64"
    rows = [
        {"object": "embedding", "index": index, "embedding": _written(text, dimensions, is_base64)}
        for index, text in enumerate(texts)
    ]
    count = sum(len(text.split()) for text in texts)
    return {
        "object": "list",
        "data": rows,
        "model": body["model"],
        "usage": {"prompt_tokens": count, "total_tokens": count},
        SIMULATED: {"kept": True},
    }


def _written(text: str, dimensions: int, is_base64: bool) -> str | list[float]:
    vector = vector_of(text, dimensions)
    if not is_base64:
        return vector
    return base64.b64encode(struct.pack(f"<{dimensions}f", *vector)).decode()


def score_of(query: str, document: str) -> float:
    """Score a document: the share of the query's words that it holds."""
    wanted = query.lower().split()
    held = set(document.lower().split())
    return sum(word in held for word in wanted) / max(1, len(wanted))


def reranking(body: Mapping[str, Any]) -> dict[str, Any]:
    """Write the answer to a rerank request, best first, ties in the caller's order."""
    scores = [score_of(body["query"], document) for document in body["documents"]]
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    hits = [{"index": index, "relevance_score": scores[index]} for index in order]
    return {
        "id": "rerank-1",
        "model": body["model"],
        "results": hits[: body.get("top_n") or len(hits)],
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
        SIMULATED: {"kept": True},
    }
