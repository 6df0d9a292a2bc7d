"""Embedding: lists of any length, split to what the supplier takes, order kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import structs

from purveyor._clients.calls import call, call_async
from purveyor._clients.connection import Connection, Explain
from purveyor._clients.watch import watched
from purveyor.dialects.embedding import EmbeddingDialect
from purveyor.errors import MalformedResponse
from purveyor.types.embedding import EmbeddingRequest, Embeddings
from purveyor.types.usage import Usage
from purveyor.types.wire import HttpReply, HttpRequest, Timeouts


class EmbeddingClient:
    """Says embedding over one connection in one dialect."""

    __slots__ = ("connection", "dialect")

    def __init__(self, connection: Connection, dialect: EmbeddingDialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def call(self, request: EmbeddingRequest, timeouts: Timeouts | None = None) -> Embeddings:
        """Embed texts, in the order given."""
        deadline = self.connection.deadline(timeouts)
        with watched(self.connection, request.model, request) as watch:
            answers = [call(*self._said(part), deadline, watch) for part in self._parts(request)]
            return watch.saw(_joined(answers))

    async def acall(
        self, request: EmbeddingRequest, timeouts: Timeouts | None = None
    ) -> Embeddings:
        """The same for a caller that awaits."""
        deadline = self.connection.deadline(timeouts)
        with watched(self.connection, request.model, request) as watch:
            answers = [
                await call_async(*self._said(part), deadline, watch)
                for part in self._parts(request)
            ]
            return watch.saw(_joined(answers))

    def _said(
        self, request: EmbeddingRequest
    ) -> tuple[Connection, HttpRequest, Callable[[HttpReply], Embeddings], Explain]:
        """Say one part; give what a call of it needs."""
        encoded = self.connection.encoded(self.dialect.encode, request)
        return self.connection, encoded, self._reader(request), self.dialect.explain

    def _reader(self, request: EmbeddingRequest) -> Callable[[HttpReply], Embeddings]:
        return lambda reply: self.dialect.decode(reply, request)

    def _parts(self, request: EmbeddingRequest) -> Iterator[EmbeddingRequest]:
        """Split a request into as many as the supplier's limit asks for."""
        limit = self.dialect.batch_limit(request.model)
        if len(request.texts) <= limit:
            yield request
            return
        for begin in range(0, len(request.texts), limit):
            yield structs.replace(request, texts=request.texts[begin : begin + limit])


def _joined(answers: Sequence[Embeddings]) -> Embeddings:
    """Put the answers to the parts of one request together again."""
    first = answers[0]
    if len(answers) == 1:
        return first
    if any(answer.dimensions != first.dimensions for answer in answers):
        raise MalformedResponse("the vectors of one request have different lengths")
    usages = [answer.usage for answer in answers]
    total: Usage | None = usages[0]
    for usage in usages[1:]:
        total = None if total is None or usage is None else total + usage
    return Embeddings(
        buffer=b"".join(answer.buffer for answer in answers),
        count=sum(answer.count for answer in answers),
        dimensions=first.dimensions,
        model=first.model,
        request_id=first.request_id,
        usage=total,
        raw=[answer.raw for answer in answers],
    )
