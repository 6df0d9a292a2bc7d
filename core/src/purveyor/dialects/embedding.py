"""What an embedding dialect is."""

from __future__ import annotations

from typing import Protocol

from purveyor.errors import SupplierError
from purveyor.types.embedding import EmbeddingRequest, Embeddings
from purveyor.types.wire import HttpReply, HttpRequest


class EmbeddingDialect(Protocol):
    """How one supplier says embedding."""

    def batch_limit(self, model: str) -> int:
        """The most texts one request may carry; longer lists are split, order kept."""
        ...

    def encode(self, request: EmbeddingRequest) -> HttpRequest:
        """Say one request of at most `batch_limit` texts."""
        ...

    def decode(self, reply: HttpReply, request: EmbeddingRequest) -> Embeddings:
        """Read the answer to `request`: one vector per text, in the order of the texts.

        Raises:
            MalformedResponse: a vector is missing, empty, of another length or not finite.
        """
        ...

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above as an error."""
        ...
