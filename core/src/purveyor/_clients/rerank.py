"""Rerank: documents scored against a query, best first."""

from __future__ import annotations

from collections.abc import Callable

from purveyor._clients.calls import Watch, call, call_async
from purveyor._clients.connection import Connection
from purveyor.dialects.rerank import RerankDialect
from purveyor.types.rerank import RerankRequest, RerankResponse
from purveyor.types.wire import HttpReply, Timeouts


class RerankClient:
    """Says rerank over one connection in one dialect."""

    __slots__ = ("connection", "dialect")

    def __init__(self, connection: Connection, dialect: RerankDialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def call(self, request: RerankRequest, timeouts: Timeouts | None = None) -> RerankResponse:
        """Score documents."""
        encoded = self.connection.encoded(self.dialect.encode, request)
        watch = self._watch(request)
        try:
            response = call(
                self.connection, encoded, self._reader(request), self.dialect.explain, timeouts
            )
        except BaseException as error:
            if watch is not None:
                watch.failed(error)
            raise
        if watch is not None:
            watch.ended(response, response.usage)
        return response

    async def acall(
        self, request: RerankRequest, timeouts: Timeouts | None = None
    ) -> RerankResponse:
        """The same for a caller that awaits."""
        encoded = self.connection.encoded(self.dialect.encode, request)
        watch = self._watch(request)
        try:
            response = await call_async(
                self.connection, encoded, self._reader(request), self.dialect.explain, timeouts
            )
        except BaseException as error:
            if watch is not None:
                watch.failed(error)
            raise
        if watch is not None:
            watch.ended(response, response.usage)
        return response

    def _watch(self, request: RerankRequest) -> Watch | None:
        if not self.connection.observers:
            return None
        return Watch(self.connection, request.model, request)

    def _reader(self, request: RerankRequest) -> Callable[[HttpReply], RerankResponse]:
        return lambda reply: self.dialect.decode(reply, request)
