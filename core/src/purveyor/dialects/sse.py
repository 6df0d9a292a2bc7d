"""Server-sent events: bytes, cut anywhere, to events.

Rules (WHATWG HTML, section 9.2.6, read 2026-11): lines end in LF, CRLF or CR; a BOM at the very
start is dropped; `data:` may lack its space and may span lines; comments and unknown fields are
passed over; an event ends at a blank line. We are laxer in one place: what stands before the end
of the body without its blank line is still given out, since suppliers cut that line off.
"""

from __future__ import annotations

from typing import Final

from purveyor.errors import MalformedResponse
from purveyor.types.wire import SizeLimits

ServerEvent = tuple[str, bytes]
"""(event name, "" where none is given; data)."""

_BOM: Final = b"\xef\xbb\xbf"
_LONG: Final = 4096


class SseReader:
    """Reads one stream of server-sent events."""

    def __init__(self, event_bytes: int = SizeLimits().event_bytes) -> None:
        self._limit = event_bytes
        self._tail = b""
        self._long: bytearray | None = None
        self._is_start = True
        self._skips_newline = False

    def feed(self, data: bytes) -> list[ServerEvent]:
        """Read more bytes and give the events they complete.

        Raises:
            MalformedResponse: an event exceeds the size limit.
        """
        if self._skips_newline or b"\r" in data:
            data = self._with_plain_newlines(data)
        if self._is_start:
            data = self._without_bom(data)
        if self._long is not None:
            self._long += data
            if self._long.find(b"\n\n", len(self._long) - len(data) - 1) < 0:
                self._demand_size(len(self._long))
                return []
            data = bytes(self._long)
            self._long = None
        elif self._tail:
            data = self._tail + data
        blocks = data.split(b"\n\n")
        self._tail = blocks.pop()
        if len(data) > self._limit:
            self._demand_size(len(self._tail), *map(len, blocks))
        if len(self._tail) >= _LONG:
            # What has come of a long event is neither copied nor looked at anew for each part.
            self._long, self._tail = bytearray(self._tail), b""
        events = []
        for block in blocks:
            if block.startswith(b"data: ") and b"\n" not in block:
                events.append(("", block[6:]))
            elif (event := _event(block)) is not None:
                events.append(event)
        return events

    def end(self) -> list[ServerEvent]:
        """Give the event that the end of the body completes, if any."""
        event = _event(self._tail if self._long is None else bytes(self._long))
        self._tail, self._long = b"", None
        return [event] if event else []

    def _without_bom(self, data: bytes) -> bytes:
        """Drop a BOM; what may still become one is held back."""
        data = self._tail + data
        self._is_start = len(data) < len(_BOM) and _BOM.startswith(data)
        self._tail = data if self._is_start else b""
        return b"" if self._is_start else data.removeprefix(_BOM)

    def _demand_size(self, *sizes: int) -> None:
        if max(sizes) > self._limit:
            raise MalformedResponse(
                f"an event of the stream exceeds {self._limit} bytes;"
                " raise it with limits=SizeLimits(...)"
            )

    def _with_plain_newlines(self, data: bytes) -> bytes:
        """Turn CRLF and CR into LF; a CR at the very end may have its LF in the next part."""
        if self._skips_newline and data:
            data = data.removeprefix(b"\n")
            self._skips_newline = False
        self._skips_newline = self._skips_newline or data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _event(block: bytes) -> ServerEvent | None:
    """Read the lines of one block; None where it holds no data."""
    name = ""
    data: list[bytes] = []
    for line in block.split(b"\n"):
        field, colon, value = line.partition(b":")
        value = value.removeprefix(b" ") if colon else b""
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return (name, b"\n".join(data)) if data else None
