"""Embedding and rerank with an online supplier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Unpack, overload

from purveyor._clients.batch import run_batch
from purveyor._clients.embedding import EmbeddingClient
from purveyor._clients.rerank import RerankClient
from purveyor.errors import CapabilityNotOffered, ConfigError, PurveyorError
from purveyor.modules.online import Line
from purveyor.modules.options import ConnectionOptions, demand_kinds, demand_known
from purveyor.types.embedding import EmbeddingRequest, Embeddings
from purveyor.types.rerank import RerankHit, RerankRequest, RerankResponse
from purveyor.types.supplier import Capability
from purveyor.types.wire import Timeouts

_CAPABILITIES = {"embed": Capability.EMBEDDING, "rerank": Capability.RERANK}


class OnlineEmbeddingOptions(ConnectionOptions, total=False):
    """What an embedding module may be made with: `ConnectionOptions`, `dimensions`, `extra_body`."""

    dimensions: int | None
    extra_body: Mapping[str, Any]


class OnlineEmbeddingModule:
    """An embedding or rerank model at a supplier, called like a function.

        OnlineEmbeddingModule("orchid")(["one", "two"])
        OnlineEmbeddingModule("orchid", type="rerank")("query", documents=["one", "two"], top_n=1)

    Args:
        model: `model`, `supplier:model`, a supplier's name or an alias.
        source: the supplier's name.
        type: `embed` or `rerank`.
        options: see `OnlineEmbeddingOptions`.
    """

    def __init__(
        self,
        model: str | None = None,
        source: str | None = None,
        *,
        type: Literal["embed", "rerank"] = "embed",
        **options: Unpack[OnlineEmbeddingOptions],
    ) -> None:
        if type not in _CAPABILITIES:
            raise ConfigError(f"type is {type!r}; expected embed or rerank")
        demand_known(options, OnlineEmbeddingOptions, "OnlineEmbeddingModule")
        self.type = type
        self._line = Line(_CAPABILITIES[type], model, source, options)
        self.model = self._line.choice.model
        settings = self._line.settings()
        self._dimensions = _demand_dimensions(options.get("dimensions", settings.dimensions))
        demand_kinds(options)
        self._extra_body = {**settings.extra_body, **(options.get("extra_body") or {})}
        connection, plugin = self._line.connection, self._line.plugin
        self._embedding: EmbeddingClient | None = None
        self._rerank: RerankClient | None = None
        if type == "embed":
            self._embedding = EmbeddingClient(connection, plugin.embedding(connection.endpoint))
        else:
            self._rerank = RerankClient(connection, plugin.rerank(connection.endpoint))

    @property
    def supplier(self) -> str:
        """Name of the supplier."""
        return self._line.connection.supplier

    def __repr__(self) -> str:
        return f"OnlineEmbeddingModule({self.supplier}:{self.model}, type={self.type!r})"

    @overload
    def __call__(self, content: str) -> list[float]: ...
    @overload
    def __call__(
        self, content: str, *, documents: Sequence[str], top_n: int | None = None
    ) -> list[RerankHit]: ...
    @overload
    def __call__(self, content: list[str] | tuple[str, ...]) -> Embeddings: ...
    def __call__(
        self,
        content: str | Sequence[str],
        *,
        documents: Sequence[str] | None = None,
        top_n: int | None = None,
    ) -> list[float] | Embeddings | list[RerankHit]:
        """Embed a text (a list of floats) or texts (one vector each); or rerank documents.

        Returns:
            For one text its vector; for a list `Embeddings`, in its order; for a rerank the
            (index, score) pairs, best first.
        """
        if self.type == "rerank":
            request = self._rerank_request(content, documents, top_n)
            return list(self._reranker().call(request).hits)
        _demand_no_rerank(documents, top_n)
        if isinstance(content, str):
            return self.embed([content])[0].tolist()
        return self.embed(content)

    async def acall(
        self,
        content: str | Sequence[str],
        *,
        documents: Sequence[str] | None = None,
        top_n: int | None = None,
    ) -> list[float] | Embeddings | list[RerankHit]:
        """The same for a caller that awaits."""
        if self.type == "rerank":
            request = self._rerank_request(content, documents, top_n)
            return list((await self._reranker().acall(request)).hits)
        _demand_no_rerank(documents, top_n)
        texts = [content] if isinstance(content, str) else content
        answer = await self._embedder().acall(self._embedding_request(texts))
        return answer[0].tolist() if isinstance(content, str) else answer

    def embed(self, texts: Sequence[str], *, timeouts: Timeouts | None = None) -> Embeddings:
        """Embed texts, in the order given; longer lists than the supplier takes are split.

        Returns:
            Vectors of shape (len(texts), dimensions), as the supplier scaled them.
        """
        return self._embedder().call(self._embedding_request(texts), timeouts)

    def rerank(
        self,
        query: str,
        documents: Sequence[str],
        *,
        top_n: int | None = None,
        timeouts: Timeouts | None = None,
    ) -> RerankResponse:
        """Score documents against a query, best first."""
        request = self._rerank_request(query, documents, top_n)
        return self._reranker().call(request, timeouts)

    def batch(
        self, contents: Sequence[Sequence[str]], *, concurrency: int = 8
    ) -> list[Embeddings | PurveyorError]:
        """Embed many lists of texts, at most `concurrency` at once, failures kept apart."""
        return run_batch(self.embed, contents, concurrency, repr(self))

    def explain(self) -> str:
        """Tell how the supplier, the address and the key were found."""
        return self._line.explain()

    def _embedding_request(self, texts: Sequence[str]) -> EmbeddingRequest:
        return EmbeddingRequest(
            model=self.model,
            texts=_texts(texts, "texts"),
            dimensions=self._dimensions,
            extra_body=self._extra_body,
        )

    def _rerank_request(
        self, query: object, documents: Sequence[str] | None, top_n: int | None
    ) -> RerankRequest:
        if not isinstance(query, str):
            raise ConfigError(f"a rerank needs a query, one text, not {type(query).__name__}")
        if top_n is not None and top_n < 1:
            raise ConfigError(f"top_n is {top_n}; expected at least 1, or None for all")
        return RerankRequest(
            model=self.model,
            query=query,
            documents=_texts(documents, "documents"),
            top_n=top_n,
            extra_body=self._extra_body,
        )

    def _embedder(self) -> EmbeddingClient:
        if self._embedding is None:
            raise CapabilityNotOffered("this module reranks; make one with type='embed'")
        return self._embedding

    def _reranker(self) -> RerankClient:
        if self._rerank is None:
            raise CapabilityNotOffered("this module embeds; make one with type='rerank'")
        return self._rerank


def _demand_no_rerank(documents: Sequence[str] | None, top_n: int | None) -> None:
    if documents is not None or top_n is not None:
        raise ConfigError("documents and top_n belong to type='rerank'")


def _demand_dimensions(dimensions: int | None) -> int | None:
    is_number = isinstance(dimensions, int) and not isinstance(dimensions, bool)
    if dimensions is not None and (not is_number or dimensions < 1):
        raise ConfigError(f"dimensions is {dimensions!r}; expected a number above 0")
    return dimensions


def _texts(given: object, name: str) -> tuple[str, ...]:
    """Read a list of texts; a single text would be taken letter by letter."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ConfigError(f"{name}: expected a list of texts, got {type(given).__name__}")
    texts = tuple(given)
    wrong = next((each for each in texts if not isinstance(each, str)), None)
    if wrong is not None or not texts or None in texts:
        got = type(wrong).__name__ if texts else "none"
        raise ConfigError(f"{name}: expected a list of at least one text, got {got}")
    return texts
