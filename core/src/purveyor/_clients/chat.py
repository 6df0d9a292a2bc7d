"""Chat: one answer, or a stream of events; waited for or awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from purveyor._clients.calls import call, call_async
from purveyor._clients.connection import Connection
from purveyor._clients.watch import watched
from purveyor.dialects.chat import ChatDialect
from purveyor.types.chat import ChatRequest, ChatResponse
from purveyor.types.wire import Timeouts

if TYPE_CHECKING:
    from purveyor._clients.streams import AsyncChatStream, ChatStream


class ChatClient:
    """Says chat over one connection in one dialect."""

    __slots__ = ("connection", "dialect")

    def __init__(self, connection: Connection, dialect: ChatDialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def call(self, request: ChatRequest, timeouts: Timeouts | None = None) -> ChatResponse:
        """Ask, and give the whole answer."""
        dialect, connection = self.dialect, self.connection
        encoded = connection.encoded(dialect.encode, request)
        deadline = connection.deadline(timeouts)
        with watched(connection, request.model, request) as watch:
            return watch.saw(
                call(connection, encoded, dialect.decode, dialect.explain, deadline, watch)
            )

    async def acall(self, request: ChatRequest, timeouts: Timeouts | None = None) -> ChatResponse:
        """The same for a caller that awaits."""
        dialect, connection = self.dialect, self.connection
        encoded = connection.encoded(dialect.encode, request)
        deadline = connection.deadline(timeouts)
        with watched(connection, request.model, request) as watch:
            return watch.saw(
                await call_async(
                    connection, encoded, dialect.decode, dialect.explain, deadline, watch
                )
            )

    def stream(self, request: ChatRequest, timeouts: Timeouts | None = None) -> ChatStream:
        """Ask, and give the answer as it comes; nothing is sent before the first event is asked for."""
        from purveyor._clients.streams import ChatStream

        return ChatStream(self.connection, self.dialect, request, timeouts)

    def astream(self, request: ChatRequest, timeouts: Timeouts | None = None) -> AsyncChatStream:
        """The same for a caller that awaits."""
        from purveyor._clients.streams import AsyncChatStream

        return AsyncChatStream(self.connection, self.dialect, request, timeouts)
