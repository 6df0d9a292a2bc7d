"""What every rerank answer is held to, whatever the wire."""

from __future__ import annotations

import math
from collections.abc import Sequence

from purveyor.errors import MalformedResponse
from purveyor.types.rerank import RerankHit, RerankRequest


def checked_hits(hits: Sequence[RerankHit], request: RerankRequest) -> tuple[RerankHit, ...]:
    """Sort hits best first and cut them to `top_n`; equal scores keep the supplier's order.

    Raises:
        MalformedResponse: an index is no place in the documents or stands twice, or a score is
            not finite.
    """
    seen: set[int] = set()
    for hit in hits:
        if not 0 <= hit.index < len(request.documents):
            raise MalformedResponse(f"a hit names document {hit.index} of {len(request.documents)}")
        if hit.index in seen:
            raise MalformedResponse(f"document {hit.index} is scored twice")
        if not math.isfinite(hit.score):
            raise MalformedResponse(f"the score of document {hit.index} is not finite")
        seen.add(hit.index)
    best_first = sorted(hits, key=lambda hit: -hit.score)
    return tuple(best_first[: request.top_n] if request.top_n is not None else best_first)
