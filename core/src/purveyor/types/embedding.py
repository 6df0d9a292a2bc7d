"""Embedding: texts in, one float32 buffer out."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from purveyor.types.usage import Usage


class EmbeddingRequest(Struct, frozen=True, kw_only=True):
    """Texts to embed, in order; `dimensions` shortens the vectors where the model can."""

    model: str
    texts: tuple[str, ...]
    dimensions: int | None = None
    extra_body: Mapping[str, Any] = {}


class Embeddings(Struct, frozen=True, kw_only=True):
    """Vectors of shape (count, dimensions), in the order of the texts, as the supplier scaled them.

    They lie in one float32 buffer: `numpy.asarray(embeddings.matrix())` copies nothing.
    """

    buffer: bytes
    count: int
    dimensions: int
    model: str | None = None
    request_id: str | None = None
    usage: Usage | None = None
    raw: Any = None

    def matrix(self) -> memoryview[float]:
        """Return the vectors as a view of shape (count, dimensions) and format float32."""
        return memoryview(self.buffer).cast("f", shape=[self.count, self.dimensions])

    def tolist(self) -> list[list[float]]:
        """Return the vectors as lists of floats."""
        return [vector.tolist() for vector in self]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> array[float]:
        position = index + self.count if index < 0 else index
        if not 0 <= position < self.count:
            raise IndexError(f"vector {index} of {self.count}")
        width = self.dimensions * 4
        return array("f", self.buffer[position * width : (position + 1) * width])

    def __iter__(self) -> Iterator[array[float]]:
        return (self[index] for index in range(self.count))
