"""Rerank: hits best first, each a place in the caller's list, or an error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import pytest

from purveyor import RerankHit, Timeouts, errors
from purveyor_testkit.conformance.bench import WHOLE, Bench, Face
from purveyor_testkit.conformance.whole import WholeConformance, with_rows

QUERY: Final = "red apple"
DOCUMENTS: Final = ("a green pear", "a red apple", "a red cherry")

SPOILED: Final[dict[str, Callable[[list[Any]], list[Any]]]] = {
    "an index beyond the list": lambda rows: [rows[0] | {"index": 9}, *rows[1:]],
    "an index below it": lambda rows: [rows[0] | {"index": -1}, *rows[1:]],
    "an index twice": lambda rows: [rows[0], rows[0]],
    "no index": lambda rows: [{"relevance_score": 0.5}],
    "no score": lambda rows: [{"index": 0}],
    "no object": lambda rows: [1, 2],
}


class RerankConformance(WholeConformance):
    """Every check of a rerank supplier."""

    capability: ClassVar[str] = "rerank"
    full_faces: ClassVar[Sequence[Face]] = ("call",)

    @classmethod
    def feature_names(cls) -> Sequence[str]:
        """Name the features of a rerank supplier."""
        return ("top_n",)

    def ask(self, bench: Bench, face: Face, timeouts: Timeouts | None = None) -> Any:
        """Rerank three documents: the response, or the hits alone where it is awaited."""
        module = bench.embedding("rerank")
        if face == "acall":
            return asyncio.run(module.acall(QUERY, documents=DOCUMENTS))
        return module.rerank(QUERY, DOCUMENTS, timeouts=timeouts)

    def test_sync_and_async_agree(self, bench: Bench) -> None:
        """Both faces give equal hits."""
        assert list(self.ask(bench, "call").hits) == self.ask(bench, "acall")

    @pytest.mark.parametrize("face", WHOLE)
    def test_hits_come_best_first(self, bench: Bench, face: Face) -> None:
        """Each names its place in the caller's list."""
        module = bench.embedding("rerank")
        if face == "call":
            hits: Any = module(QUERY, documents=DOCUMENTS)
        else:
            hits = asyncio.run(module.acall(QUERY, documents=DOCUMENTS))
        assert hits == [RerankHit(1, 1.0), RerankHit(2, 0.5), RerankHit(0, 0.0)]

    def test_rows_in_another_order_are_put_in_order(self, bench: Bench) -> None:
        """The best first, however the supplier sorted them."""
        expected = self.ask(bench, "call").hits
        bench.server = with_rows(bench.server, lambda rows: rows[::-1])
        assert self.ask(bench, "call").hits == expected

    def test_top_n_is_kept_or_refused(self, bench: Bench) -> None:
        """Asked for, no more come back; closed, nothing is sent."""
        module = bench.embedding("rerank")
        if "top_n" in self.closed:
            with pytest.raises(errors.UnsupportedParameter):
                module(QUERY, documents=DOCUMENTS, top_n=1)
            assert bench.requests == []
            return
        assert module(QUERY, documents=DOCUMENTS, top_n=1) == [RerankHit(1, 1.0)]

    @pytest.mark.parametrize("change", SPOILED.values(), ids=SPOILED)
    def test_a_wrong_answer_is_refused_as_a_whole(
        self, bench: Bench, change: Callable[[list[Any]], list[Any]]
    ) -> None:
        """A hit that names no document is never passed on."""
        bench.server = with_rows(bench.server, change)
        with pytest.raises(errors.MalformedResponse):
            self.ask(bench, "call")

    def test_nothing_to_rank_is_refused(self, bench: Bench) -> None:
        """Before anything is sent."""
        with pytest.raises(errors.ConfigError):
            bench.embedding("rerank")(QUERY, documents=[])
        with pytest.raises(errors.ConfigError):
            bench.embedding("rerank")(QUERY, documents=DOCUMENTS, top_n=0)
        assert bench.requests == []
