"""Rerank: documents scored against a query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from purveyor.types.usage import Usage


class RerankRequest(Struct, frozen=True, kw_only=True):
    """A query and the documents to score; `top_n` None asks for all of them."""

    model: str
    query: str
    documents: tuple[str, ...]
    top_n: int | None = None
    extra_body: Mapping[str, Any] = {}


class RerankHit(NamedTuple):
    """A document's place in the caller's list, and its score: higher is nearer."""

    index: int  # type: ignore[assignment]  # hides tuple.index: nobody searches in a hit
    score: float


class RerankResponse(Struct, frozen=True, kw_only=True):
    """Hits, best first."""

    hits: tuple[RerankHit, ...]
    model: str | None = None
    request_id: str | None = None
    usage: Usage | None = None
    raw: Any = None
