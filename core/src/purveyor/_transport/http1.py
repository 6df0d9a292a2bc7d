"""Reads one HTTP/1.1 reply out of bytes that come in any portions. It opens no socket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from purveyor._transport.chunks import ChunkReader
from purveyor._transport.decoding import BodyDecoder, too_large
from purveyor._transport.heads import parse_head, parse_length
from purveyor.errors import ConnectionFailed, MalformedResponse
from purveyor.types.wire import HttpReply, SizeLimits

_BEGINNING: Final = b"HTTP/1."
_TLS_ALERT: Final = b"\x15\x03"
_HEAD_END: Final = re.compile(rb"\n\r?\n")
_SPECIAL: Final = frozenset({"transfer-encoding", "content-encoding"})


class ResponseReader:
    """Turns bytes into a head and the decoded parts of a body.

    `status` and `headers` count once `has_head` is true; `is_reusable` once `is_done` is.

    Args:
        limits: how large the head and the body may be.
        method: of the request; the reply to HEAD has no body.
    """

    __slots__ = (
        *("status", "headers", "has_head", "is_done", "is_reusable"),
        *("_chunks", "_decoder", "_head", "_head_bytes", "_keeps_alive", "_left"),
        *("_limits", "_method"),
    )

    def __init__(self, limits: SizeLimits, method: str = "POST") -> None:
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.has_head = self.is_done = self.is_reusable = False
        self._limits = limits
        self._method = method
        self._head = b""
        self._head_bytes = 0  # of interim heads
        self._keeps_alive = False
        self._decoder: BodyDecoder | None = None
        self._chunks: ChunkReader | None = None
        self._left: int | None = None  # None: the body ends with the connection

    @property
    def bytes_to_come(self) -> int | None:
        """How many bytes of the body are still to be received, None if not known."""
        return self._left

    @property
    def is_plain(self) -> bool:
        """Whether the rest of the body comes as it is, in a number of bytes that is known."""
        return self._left is not None and self._decoder is None

    def passed(self, count: int) -> None:
        """Take note of bytes of a plain body that went past this reader, into their place."""
        self._left = (self._left or 0) - count
        if not self._left:
            self._finish(b"")

    def feed(self, data: bytes) -> bytes:
        """Take what came and give the part of the body that this made readable.

        Raises:
            MalformedResponse: these bytes are no HTTP reply, or exceed a limit.
        """
        if self.is_done:
            self.is_reusable = self.is_reusable and not data
            return b""
        if not self.has_head:
            data = self._take_head(data)
            if not self.has_head:
                return b""
        if self._left is not None:
            return self._take_counted(data, self._left)
        if self._chunks is not None:
            return self._take_chunked(data, self._chunks)
        return self._decoded(data)

    def end(self) -> None:
        """Say that the peer closed the connection.

        Raises:
            ConnectionFailed: the reply was not complete.
            MalformedResponse: its compressed data was not.
        """
        if self.is_done:
            self.is_reusable = False
        elif not self.has_head:
            came = "before the reply's head was complete" if self._head else "without a reply"
            raise ConnectionFailed(f"the peer closed the connection {came}")
        elif self._left is None and self._chunks is None:
            self._keeps_alive = False
            self._finish(b"")
        else:
            missing = f"{self._left} bytes are" if self._left else "the last chunk is"
            raise ConnectionFailed(f"the peer closed the connection early: {missing} missing")

    def _take_head(self, data: bytes) -> bytes:
        """Add bytes to the head; when it is complete, read it and return what follows."""
        while data:
            searched = max(0, len(self._head) - 2)
            self._head += data
            if not self._head.startswith(_BEGINNING[: len(self._head)]):
                raise _not_http(self._head)
            match = _HEAD_END.search(self._head, searched)
            size = match.end() if match else len(self._head)
            if self._head_bytes + size > self._limits.header_bytes:
                raise _head_too_large(self._limits)
            if match is None:
                break
            self._head_bytes += size
            data = self._head[size:]
            version, self.status, self.headers = parse_head(self._head[: match.start()])
            self._head = b""
            if self.status >= 200:
                self._begin_body(version)
                break
            if self.status == 101:
                raise MalformedResponse("the peer switched to a protocol that was not asked for")
        return data

    def _begin_body(self, version: int) -> None:
        headers, limit = self.headers, self._limits.body_bytes
        self._choose_framing()
        connection = headers.get("connection", "").lower()
        self._keeps_alive = "close" not in connection and (
            version > 0 or "keep-alive" in connection
        )
        encoding = headers.get("content-encoding", "")
        if self._left is None or (encoding and self._left):
            self._decoder = BodyDecoder(encoding, limit)
        if self._left is not None and self._left > limit:
            raise too_large(limit)
        self.has_head = True

    def _choose_framing(self) -> None:
        coding = self.headers.get("transfer-encoding", "identity").strip().lower()
        if self._method == "HEAD" or self.status in (204, 304):
            self._left = 0
        elif coding == "chunked":
            self._chunks = ChunkReader(self._limits.header_bytes)
        elif coding != "identity":
            raise MalformedResponse(f"the reply's transfer-encoding {coding[:40]!r} is not known")
        elif "content-length" in self.headers:
            self._left = parse_length(self.headers["content-length"])

    def _take_counted(self, data: bytes, left: int) -> bytes:
        rest = data[left:]
        part = data[:left] if rest else data
        self._left = left = left - len(part)
        part = self._decoded(part)
        if left == 0:
            self._finish(rest)
        return part

    def _take_chunked(self, data: bytes, chunks: ChunkReader) -> bytes:
        part = self._decoded(chunks.feed(data))
        if chunks.is_done:
            self._finish(chunks.rest)
        return part

    def _decoded(self, data: bytes) -> bytes:
        return data if self._decoder is None else self._decoder.feed(data)

    def _finish(self, rest: bytes) -> None:
        if self._decoder is not None:
            self._decoder.end()
        self.is_done = True
        self.is_reusable = self._keeps_alive and not rest


def read_at_once(data: bytes, limits: SizeLimits) -> HttpReply | None:
    """Read a plain reply that is there in full, as most are.

    Returns:
        The reply as `ResponseReader` would give it; None for every other kind of reply, also
        for one whose connection cannot be used again.
    """
    end = data.find(b"\r\n\r\n")
    if not data.startswith(b"HTTP/1.1 ") or not 0 < end < limits.header_bytes - 4:
        return None
    _, status, headers = parse_head(data[: end + 1])
    body = data[end + 4 :]
    is_plain = status > 204 or status == 200
    if not is_plain or status == 304 or headers.get("content-length") != str(len(body)):
        return None
    if headers.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    if len(body) > limits.body_bytes or not _SPECIAL.isdisjoint(headers):
        return None
    return HttpReply(status, headers, body)


def _not_http(head: bytes) -> MalformedResponse:
    hint = "; does base_url want https://?" if head.startswith(_TLS_ALERT) else "; check base_url"
    return MalformedResponse(f"the peer does not answer in HTTP/1.1{hint}")


def _head_too_large(limits: SizeLimits) -> MalformedResponse:
    return MalformedResponse(
        f"the reply's head exceeds {limits.header_bytes} bytes (header limit); "
        "raise it with limits=SizeLimits(header_bytes=...)"
    )
