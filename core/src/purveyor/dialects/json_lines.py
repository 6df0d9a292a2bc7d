"""JSON lines (NDJSON): bytes, cut anywhere, to lines."""

from __future__ import annotations

from purveyor.errors import MalformedResponse
from purveyor.types.wire import SizeLimits


class JsonLinesReader:
    """Reads one stream of lines, each a JSON value; blank lines are passed over."""

    def __init__(self, event_bytes: int = SizeLimits().event_bytes) -> None:
        self._limit = event_bytes
        self._tail = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Read more bytes and give the lines they complete.

        Raises:
            MalformedResponse: a line exceeds the size limit.
        """
        if b"\n" not in data:
            self._tail += data  # a bytearray: what has come of a long line is not copied anew
            self._demand_size(len(self._tail))
            return []
        lines = (bytes(self._tail) + data).split(b"\n")
        self._tail = bytearray(lines.pop())
        self._demand_size(len(self._tail), *map(len, lines))
        return [stripped for line in lines if (stripped := line.strip())]

    def end(self) -> list[bytes]:
        """Give the last line, where the body ended without a newline."""
        line = bytes(self._tail).strip()
        self._tail.clear()
        return [line] if line else []

    def _demand_size(self, *sizes: int) -> None:
        if max(sizes) > self._limit:
            raise MalformedResponse(f"a line of the stream exceeds {self._limit} bytes")
