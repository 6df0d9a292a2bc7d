"""What a rerank dialect is."""

from __future__ import annotations

from typing import Protocol

from purveyor.errors import SupplierError
from purveyor.types.rerank import RerankRequest, RerankResponse
from purveyor.types.wire import HttpReply, HttpRequest


class RerankDialect(Protocol):
    """How one supplier says rerank."""

    def encode(self, request: RerankRequest) -> HttpRequest:
        """Say one request."""
        ...

    def decode(self, reply: HttpReply, request: RerankRequest) -> RerankResponse:
        """Read the answer: hits best first, each index a place in `request.documents`.

        Raises:
            MalformedResponse: an index is out of range or repeated, or a score no number.
        """
        ...

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above as an error."""
        ...
