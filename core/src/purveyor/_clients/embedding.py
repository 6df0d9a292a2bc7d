"""Embedding: lists of any length, split to what the supplier takes, order kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import structs

from purveyor._clients.calls import Watch, call, call_async
from purveyor._clients.connection import Connection
from purveyor.dialects.embedding import EmbeddingDialect
from purveyor.errors import MalformedResponse
from purveyor.types.embedding import EmbeddingRequest, Embeddings
from purveyor.types.usage import Usage
from purveyor.types.wire import HttpReply, Timeouts


class EmbeddingClient:
    """Says embedding over one connection in one dialect."""

    __slots__ = ("connection", "dialect")

    def __init__(self, connection: Connection, dialect: EmbeddingDialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def call(self, request: EmbeddingRequest, timeouts: Timeouts | None = None) -> Embeddings:
        """Embed texts, in the order given."""
        watch = self._watch(request)
        try:
            answers = [self._call_one(part, timeouts) for part in self._parts(request)]
            joined = _joined(answers)
        except BaseException as error:
            if watch is not None:
                watch.failed(error)
            raise
        if watch is not None:
            watch.ended(joined, joined.usage)
        return joined

    async def acall(
        self, request: EmbeddingRequest, timeouts: Timeouts | None = None
    ) -> Embeddings:
        """The same for a caller that awaits."""
        watch = self._watch(request)
        try:
            answers = [await self._acall_one(part, timeouts) for part in self._parts(request)]
            joined = _joined(answers)
        except BaseException as error:
            if watch is not None:
                watch.failed(error)
            raise
        if watch is not None:
            watch.ended(joined, joined.usage)
        return joined

    def _watch(self, request: EmbeddingRequest) -> Watch | None:
        if not self.connection.observers:
            return None
        return Watch(self.connection, request.model, request)

    def _call_one(self, request: EmbeddingRequest, timeouts: Timeouts | None) -> Embeddings:
        encoded = self.connection.encoded(self.dialect.encode, request)
        return call(self.connection, encoded, self._reader(request), self.dialect.explain, timeouts)

    async def _acall_one(self, request: EmbeddingRequest, timeouts: Timeouts | None) -> Embeddings:
        encoded = self.connection.encoded(self.dialect.encode, request)
        return await call_async(
            self.connection, encoded, self._reader(request), self.dialect.explain, timeouts
        )

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
