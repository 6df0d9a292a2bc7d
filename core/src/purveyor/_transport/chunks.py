"""Takes the chunked transfer coding off a body; bytes may be cut anywhere."""

from __future__ import annotations

import re
from typing import Final

from purveyor.errors import MalformedResponse

_SIZE_LINE: Final = rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?"
_SIZE_LINE_BYTES: Final = 16 * 1024
_SIZES_KEPT: Final = 1024


class ChunkReader:
    """Joins the data of chunks, drops sizes, extensions and trailers.

    Args:
        trailer_bytes: how many bytes may follow the last chunk.
    """

    __slots__ = ("_in_trailers", "_left", "_sizes", "_trailer_bytes", "is_done", "rest")

    def __init__(self, trailer_bytes: int) -> None:
        self.is_done = False
        self.rest = b""  # what is not understood yet; once done, what follows the body
        self._left = 0  # of the current chunk, with the line end after it
        self._in_trailers = False
        self._trailer_bytes = trailer_bytes
        self._sizes: dict[bytes, int] = {}  # lines read before: events are much of a size

    def feed(self, data: bytes) -> bytes:
        """Give the data of all chunks, as far as they have come.

        Raises:
            MalformedResponse: a size is no number, or is not that of its chunk.
        """
        data = self.rest + data if self.rest else data
        parts: list[bytes] = []
        at = self._go_on(data, 0, parts) if self._left else 0
        while not self._left and not self._in_trailers:
            end = data.find(b"\r\n", at)
            if end < 0:
                if len(data) - at > _SIZE_LINE_BYTES:
                    raise MalformedResponse("a chunk size in the reply has no end")
                break
            line = data[at:end]
            size = self._sizes.get(line) or self._read_size(line)
            at, stop = end + 2, end + 4 + size
            if not size:
                self._in_trailers = True
            elif stop > len(data):
                self._left = size + 2
                at = self._go_on(data, at, parts)
            else:
                if data[stop - 2 : stop] != b"\r\n":
                    raise _size_is_wrong()
                parts.append(data[at : stop - 2])
                at = stop
        self.rest = data[at:]
        if self._in_trailers:
            self._skip_trailers()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _go_on(self, data: bytes, at: int, parts: list[bytes]) -> int:
        """Take what is there of a chunk that came cut; return where it ends for now."""
        end = min(len(data), at + self._left - 2)
        if end > at:
            parts.append(data[at:end])
            self._left -= end - at
        if self._left == 2 and len(data) >= end + 2:
            if data[end : end + 2] != b"\r\n":
                raise _size_is_wrong()
            self._left = 0
            end += 2
        return end

    def _read_size(self, line: bytes) -> int:
        match = re.fullmatch(_SIZE_LINE, line)
        if match is None or len(line) > _SIZE_LINE_BYTES:
            raise MalformedResponse("a chunk size in the reply is no hexadecimal number")
        size = int(match[1], 16)
        if len(self._sizes) < _SIZES_KEPT:
            self._sizes[line] = size
        return size

    def _skip_trailers(self) -> None:
        none = self.rest.startswith(b"\r\n")
        size = 2 if none else self.rest.find(b"\r\n\r\n") + 4
        self.is_done = size != 3  # 3: not found
        if (size if self.is_done else len(self.rest)) > self._trailer_bytes:
            raise MalformedResponse(
                f"the reply's trailers exceed {self._trailer_bytes} bytes (header limit)"
            )
        if self.is_done:
            self.rest = self.rest[size:]


def _size_is_wrong() -> MalformedResponse:
    return MalformedResponse("a chunk of the reply is longer than its size says")
