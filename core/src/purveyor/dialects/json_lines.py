"""JSON lines (NDJSON): bytes, cut anywhere, to lines."""

from __future__ import annotations

from purveyor.errors import MalformedResponse
from purveyor.types.wire import SizeLimits


class JsonLinesReader:
    """Reads one stream of lines, each a JSON value; blank lines are passed over."""

    def __init__(self, event_bytes: int = SizeLimits().event_bytes) -> None:
        self._limit = event_bytes
        self._tail = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Read more bytes and give the lines they complete.

        Raises:
            MalformedResponse: a line exceeds the size limit.
        """
        lines = (self._tail + data).split(b"\n")
        self._tail = lines.pop()
        if len(self._tail) > self._limit:
            raise MalformedResponse(f"a line of the stream exceeds {self._limit} bytes")
        return [stripped for line in lines if (stripped := line.strip())]

    def end(self) -> list[bytes]:
        """Give the last line, where the body ended without a newline."""
        line, self._tail = self._tail.strip(), b""
        return [line] if line else []
