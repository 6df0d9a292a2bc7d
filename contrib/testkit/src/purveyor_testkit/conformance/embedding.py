"""Embedding: one vector per text, in order, exact, or an error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import pytest

from purveyor import Capability, Embeddings, Timeouts, errors
from purveyor.plugin import HttpReply, HttpRequest
from purveyor_testkit.conformance.bench import WHOLE, Bench, Face
from purveyor_testkit.conformance.whole import WholeConformance, with_rows
from purveyor_testkit.simulators.base import Reply

TEXTS: Final = ("one", "two", "three")
_VECTOR: Final = "embedding"

SPOILED: Final[dict[str, Callable[[list[Any]], list[Any]]]] = {
    "a row is missing": lambda rows: rows[:-1],
    "a row too many": lambda rows: [*rows, rows[0]],
    "an index twice": lambda rows: [rows[0], rows[0], *rows[2:]],
    "a null vector": lambda rows: [rows[0] | {_VECTOR: None}, *rows[1:]],
    "an empty vector": lambda rows: [row | {_VECTOR: []} for row in rows],
    "another length": lambda rows: [rows[0] | {_VECTOR: [1.0]}, *rows[1:]],
    "no number": lambda rows: [rows[0] | {_VECTOR: [float("nan")] * 8}, *rows[1:]],
    "infinity": lambda rows: [rows[0] | {_VECTOR: [float("inf")] * 8}, *rows[1:]],
    "a text": lambda rows: [rows[0] | {_VECTOR: ["a"] * 8}, *rows[1:]],
    "broken base64": lambda rows: [rows[0] | {_VECTOR: "AAA"}, *rows[1:]],
}


class EmbeddingConformance(WholeConformance):
    """Every check of an embedding supplier."""

    capability: ClassVar[str] = "embedding"

    @classmethod
    def feature_names(cls) -> Sequence[str]:
        """Name the features of an embedding supplier."""
        return ("dimensions", "indexed_rows")

    def ask(self, bench: Bench, face: Face, timeouts: Timeouts | None = None) -> Embeddings:
        """Embed three texts."""
        module = bench.embedding()
        if face == "call":
            return module.embed(TEXTS, timeouts=timeouts)
        answer = asyncio.run(module.acall(TEXTS))
        assert isinstance(answer, Embeddings)
        return answer

    @pytest.mark.parametrize("face", WHOLE)
    def test_there_is_a_vector_for_each_text_in_order(self, bench: Bench, face: Face) -> None:
        """The same text has the same vector, wherever it stands."""
        together = self.ask(bench, face)
        alone = [bench.embedding()(text) for text in TEXTS]
        assert together.tolist() == alone
        assert (len(together), together.dimensions) == (3, len(alone[0]))
        assert len({tuple(vector) for vector in alone}) == 3

    def test_a_vector_is_exact(self, bench: Bench) -> None:
        """Float32 in, the same float32 out: as the supplier scaled it."""
        vectors = self.ask(bench, "call")
        matrix = vectors.matrix()
        assert (matrix.format, matrix.shape) == ("f", (3, vectors.dimensions))
        assert bytes(matrix) == vectors.buffer

    def test_a_long_list_is_split_and_joined_in_order(self, bench: Bench) -> None:
        """As many requests as the supplier's limit asks for."""
        dialect = bench.plugin.embedding(bench.endpoint(Capability.EMBEDDING))
        limit = dialect.batch_limit(bench.embedding().model)
        texts = [f"text {place}" for place in range(limit + 1)]
        together = bench.embedding().embed(texts)
        assert len(bench.requests) == 2
        assert together[0].tolist() == bench.embedding()(texts[0])
        assert together[limit].tolist() == bench.embedding()(texts[limit])

    def test_rows_in_another_order_are_put_in_order(self, bench: Bench) -> None:
        """Their index decides, not their place."""
        if "indexed_rows" in self.closed:
            pytest.skip(self.closed["indexed_rows"])
        expected = self.ask(bench, "call").tolist()
        bench.server = with_rows(bench.server, lambda rows: rows[::-1])
        assert self.ask(bench, "call").tolist() == expected

    @pytest.mark.parametrize("face", WHOLE)
    @pytest.mark.parametrize("change", SPOILED.values(), ids=SPOILED)
    def test_a_wrong_answer_is_refused_as_a_whole(
        self, bench: Bench, face: Face, change: Callable[[list[Any]], list[Any]]
    ) -> None:
        """A vector that is missing, empty or no number is never passed on."""
        bench.server = with_rows(bench.server, change)
        with pytest.raises(errors.MalformedResponse):
            self.ask(bench, face)

    def test_dimensions_are_shortened_or_refused(self, bench: Bench) -> None:
        """Asked for, they are what comes back; closed, nothing is sent."""
        module = bench.embedding(dimensions=4)
        if "dimensions" in self.closed:
            with pytest.raises(errors.UnsupportedParameter):
                module("one")
            assert bench.requests == []
            return
        assert len(module("one")) == 4

    @pytest.mark.parametrize("wrong", [[], [1], "text"], ids=["empty", "a number", "a text"])
    def test_what_is_no_list_of_texts_is_refused(self, bench: Bench, wrong: Any) -> None:
        """Before anything is sent."""
        with pytest.raises(errors.ConfigError):
            bench.embedding().embed(wrong)
        assert bench.requests == []

    def test_a_batch_keeps_its_order_and_its_failures_apart(self, bench: Bench) -> None:
        """One failed list is its error; the others are their vectors."""
        server = bench.server

        def failing(request: HttpRequest) -> Reply:
            return HttpReply(404) if b"bad" in request.body else server(request)

        bench.server = failing
        first, second, third = bench.embedding().batch([["one"], ["bad"], ["two"]])
        assert isinstance(first, Embeddings)
        assert isinstance(third, Embeddings)
        assert isinstance(second, errors.SupplierError)
        assert first.tolist() != third.tolist()

    def test_a_rerank_is_not_an_embedding(self, bench: Bench) -> None:
        """What belongs to the other is refused."""
        with pytest.raises(errors.ConfigError):
            bench.embedding()("query", documents=["one"])
        assert bench.requests == []
