"""Rerank: documents scored against a query, best first."""

from __future__ import annotations

from collections.abc import Callable

from purveyor._clients.calls import call, call_async
from purveyor._clients.connection import Connection, Explain
from purveyor._clients.watch import watched
from purveyor.dialects.rerank import RerankDialect
from purveyor.types.rerank import RerankRequest, RerankResponse
from purveyor.types.wire import HttpReply, HttpRequest, Timeouts


class RerankClient:
    """Says rerank over one connection in one dialect."""

    __slots__ = ("connection", "dialect")

    def __init__(self, connection: Connection, dialect: RerankDialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def call(self, request: RerankRequest, timeouts: Timeouts | None = None) -> RerankResponse:
        """Score documents."""
        with watched(self.connection, request.model, request) as watch:
            deadline = self.connection.deadline(timeouts)
            return watch.saw(call(*self._said(request), deadline, watch))

    async def acall(
        self, request: RerankRequest, timeouts: Timeouts | None = None
    ) -> RerankResponse:
        """The same for a caller that awaits."""
        with watched(self.connection, request.model, request) as watch:
            deadline = self.connection.deadline(timeouts)
            return watch.saw(await call_async(*self._said(request), deadline, watch))

    def _said(
        self, request: RerankRequest
    ) -> tuple[Connection, HttpRequest, Callable[[HttpReply], RerankResponse], Explain]:
        """Say the request; give what a call of it needs."""
        encoded = self.connection.encoded(self.dialect.encode, request)
        return self.connection, encoded, self._reader(request), self.dialect.explain

    def _reader(self, request: RerankRequest) -> Callable[[HttpReply], RerankResponse]:
        return lambda reply: self.dialect.decode(reply, request)
