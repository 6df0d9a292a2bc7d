"""What goes over the wire, as values: requests, replies, times and limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct, structs

from purveyor.types.secret import Secret

Header = tuple[str, str | Secret]

MEBIBYTE: Final = 1 << 20


class HttpRequest(Struct, frozen=True):
    """One HTTP request. Header values may be secrets: only the transport reveals them."""

    method: str
    url: str
    headers: tuple[Header, ...] = ()
    body: bytes = b""

    def with_header(self, name: str, value: str | Secret) -> HttpRequest:
        """Return the request with one more header, in place of one of the same name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return structs.replace(self, headers=(*kept, (name, value)))

    def header(self, name: str) -> str | Secret | None:
        """Return a header's value, found without regard to case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def secrets(self) -> Iterator[Secret]:
        """Give the secrets among the headers."""
        return (value for _, value in self.headers if isinstance(value, Secret))


class HttpReply(Struct, frozen=True):
    """One HTTP reply, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def text(self) -> str:
        """Return the body as text; bytes that are no UTF-8 are shown as replacement marks."""
        return self.body.decode("utf-8", "replace")


class Timeouts(Struct, frozen=True, kw_only=True):
    """How long a call may take, in seconds; every one of them ends a call by itself.

    `total` spans all attempts and all waiting between them. `first_event` bounds the wait for
    the first event of a stream: comments and blank lines do not extend it.
    """

    connect: float = 5.0
    idle: float = 60.0
    first_event: float = 120.0
    total: float = 600.0


class SizeLimits(Struct, frozen=True, kw_only=True):
    """How much a peer may send before we hang up, in bytes, counted after decompression."""

    body_bytes: int = 64 * MEBIBYTE
    event_bytes: int = 16 * MEBIBYTE
    header_bytes: int = 512 * 1024
