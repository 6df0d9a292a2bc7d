"""Undoes a body's content-encoding as its bytes come, and stops when it grows too large."""

from __future__ import annotations

import zlib
from typing import Final

from purveyor.errors import MalformedResponse

_STEP: Final = 1 << 20
_GZIP: Final = 31  # zlib's number for: gzip header and trailer, largest window
_ENCODINGS: Final = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class BodyDecoder:
    """Decodes one body; bytes may be cut anywhere.

    Args:
        encoding: the value of the reply's content-encoding header, "" if it has none.
        limit: how many bytes the body may have, before and after decompression.

    Raises:
        MalformedResponse: an encoding that was not asked for.
    """

    __slots__ = ("_came", "_encoding", "_engine", "_held", "_limit", "_made")

    def __init__(self, encoding: str, limit: int) -> None:
        name = _ENCODINGS.get(encoding.strip().lower())
        if name is None:
            raise MalformedResponse(
                f"the reply is encoded as {encoding[:40]!r}; expected gzip, deflate or identity"
            )
        self._encoding = name
        self._limit = limit
        self._came = self._made = 0
        self._held = b""
        self._engine: zlib._Decompress | None = None

    @property
    def is_plain(self) -> bool:
        """Whether bytes pass unchanged."""
        return not self._encoding

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the body and give what they decode to.

        Raises:
            MalformedResponse: the bytes are not what the header says, or too many.
        """
        self._came += len(data)
        if self._came > self._limit:
            raise too_large(self._limit)
        return self._inflate(data) if self._encoding else data

    def end(self) -> None:
        """Say that the body is complete.

        Raises:
            MalformedResponse: the compressed data wants more.
        """
        if self._held or (self._engine is not None and not self._engine.eof):
            raise MalformedResponse(f"the reply's {self._encoding} data ends early")

    def _inflate(self, data: bytes) -> bytes:
        parts: list[bytes] = []
        data = self._held + data
        self._held = b""
        # A full step may leave output behind that no input announces.
        while data or (parts and len(parts[-1]) == _STEP):
            if self._engine is None or self._engine.eof:
                data = self._begin(data)
                if not data:
                    break
            parts.append(self._step(data))
            engine = self._engine
            data = (engine.unused_data if engine.eof else engine.unconsumed_tail) if engine else b""
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _begin(self, data: bytes) -> bytes:
        """Start on a compressed stream, as soon as its first bytes tell its kind."""
        if self._engine is not None:  # gzip may have several members, and zeros after the last
            data = data.lstrip(b"\0")
            if data and self._encoding == "deflate":
                raise MalformedResponse("the reply goes on after the end of its deflate data")
        if self._encoding == "gzip":
            if data:
                self._engine = zlib.decompressobj(_GZIP)
            return data
        if len(data) < 2:
            self._held = data
            return b""
        # Some servers send bare deflate data, others wrap it as the standard says.
        wrapped = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        self._engine = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        return data

    def _step(self, data: bytes) -> bytes:
        assert self._engine is not None
        try:
            part = self._engine.decompress(data, _STEP)
        except zlib.error as error:
            raise MalformedResponse(
                f"the reply says content-encoding {self._encoding!r}, but is not: {error}"
            ) from error
        self._made += len(part)
        if self._made > self._limit:
            raise too_large(self._limit)
        return part


def too_large(limit: int) -> MalformedResponse:
    """Make the error for a body over its limit."""
    return MalformedResponse(
        f"the reply exceeds {limit} bytes (body limit); "
        "raise it with limits=SizeLimits(body_bytes=...)"
    )
