"""A reply whose head has come; reading its body, in whole or in parts, and hanging up."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Protocol

from purveyor.errors import ConnectionFailed


class Source(Protocol):
    """Where the parts of a body come from; it lets its connection go by itself at the end."""

    def receive(self) -> bytes | None:
        """Wait for the next part, which may be empty; None at the end."""
        ...

    def hang_up(self) -> None:
        """Break the connection off; harmless after the end."""
        ...


class WireExchange:
    """An `Exchange` over a socket.

    Args:
        status: of the reply.
        headers: of the reply, names in lower case.
        source: gives the body.
        first: the part of the body that came with the head.
        is_whole: whether `first` is all of it.
    """

    __slots__ = ("_first", "_is_closed", "_is_whole", "_source", "headers", "status")

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        source: Source,
        *,
        first: bytes = b"",
        is_whole: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers
        self._source = source
        self._first = first
        self._is_whole = is_whole
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        while (part := self.take()) is not None:
            yield part

    def take(self) -> bytes | None:
        """Give the next part that is not empty, None at the end."""
        part: bytes | None = self._first
        if part:
            self._first = b""
            return part
        try:
            while not self._is_whole and not part:
                self._check_open()
                part = self._source.receive()
                self._check_open()  # closed meanwhile by another thread, an end is no end
                self._is_whole = part is None
        except BaseException:  # an interrupted read leaves a connection nobody can use
            self._is_closed = True
            self._source.hang_up()
            raise
        return part or None

    def _check_open(self) -> None:
        if self._is_closed:
            raise ConnectionFailed("this exchange was closed before its end was read")

    def first_part(self) -> bytes:
        """Take what came with the head, for a reader that takes the rest from the source."""
        part, self._first = self._first, b""
        return part

    def ended(self) -> None:
        """Take note that the body was read to its end elsewhere."""
        self._is_whole = True

    def whole(self) -> bytes:
        """Read to the end."""
        first = self.take()
        if first is None or self._is_whole:
            return first or b""
        parts = [first, *self]
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Hang up, unless the body was read to its end; may be called twice, by any thread."""
        if not self._is_closed:
            self._is_closed = True
            if not self._is_whole:
                self._first = b""
                self._source.hang_up()

    def __del__(self) -> None:
        if not self._is_whole and not self._is_closed:
            warnings.warn(
                "an exchange was dropped unread; leave its block, or call close()",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
            self.close()
