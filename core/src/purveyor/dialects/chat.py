"""What a chat dialect is: pure functions from a request to bytes, and from bytes to values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from purveyor.errors import SupplierError
from purveyor.types.chat import ChatRequest, ChatResponse, Event
from purveyor.types.wire import HttpReply, HttpRequest


class ChatStreamDecoder(Protocol):
    """Reads one stream. Bytes may be cut anywhere."""

    @property
    def is_complete(self) -> bool:
        """Whether the supplier has said that nothing more follows."""
        ...

    def feed(self, data: bytes) -> Sequence[Event]:
        """Read more bytes and give the events they complete.

        Raises:
            SupplierError: the stream itself reports an error, or cannot be read.
        """
        ...

    def end(self) -> Sequence[Event]:
        """Take note that the body has ended, and give the events still held back.

        Raises:
            StreamInterrupted: the stream had not finished.
        """
        ...

    def raw(self) -> object:
        """Give all that was received, as parsed JSON, for `ChatResponse.raw`."""
        ...


class ChatDialect(Protocol):
    """How one supplier says chat."""

    def encode(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a whole.

        Raises:
            UnsupportedParameter: the model or the supplier cannot do what is asked.
        """
        ...

    def encode_stream(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a stream."""
        ...

    def decode(self, reply: HttpReply) -> ChatResponse:
        """Read a whole answer, with a status below 400.

        Raises:
            SupplierError: the body is an error all the same.
            MalformedResponse: it cannot be read.
        """
        ...

    def stream_decoder(self, reply: HttpReply) -> ChatStreamDecoder:
        """Make the reader of a stream whose head (status, headers, no body) is `reply`."""
        ...

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above as an error, to be raised by the caller."""
        ...
