"""The seam between saying and sending: a request in, an exchange out.

A transport opens an exchange: the reply's head is there, its body is still to be read. `send`
reads it whole. Whatever goes wrong below is one of our own errors: `Timeout` (with its phase),
`ConnectionFailed` and its kinds, `MalformedResponse` for what exceeds the size limits or is no
HTTP. A transport raises no other, and never holds on to a secret.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from purveyor.errors import Timeout
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts


class Deadline:
    """The moment by which a call must have ended, on the monotonic clock."""

    __slots__ = ("timeouts", "until")

    def __init__(self, timeouts: Timeouts) -> None:
        self.timeouts = timeouts
        self.until = time.monotonic() + timeouts.total

    def remaining(self) -> float:
        """Seconds left, at least zero."""
        return max(0.0, self.until - time.monotonic())

    def step(self, limit: float) -> float:
        """Seconds one step may take: its own limit, or what is left.

        Raises:
            Timeout: nothing is left.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise self.passed("total")
        return min(limit, left)

    def passed(self, phase: str) -> Timeout:
        """Make the error that says which limit was passed."""
        limits = {
            "connect": self.timeouts.connect,
            "idle": self.timeouts.idle,
            "first event": self.timeouts.first_event,
            "total": self.timeouts.total,
        }
        error = Timeout(
            f"no end after {limits[phase]:g} s ({phase} limit); raise it with timeouts=Timeouts(...)"
        )
        error.phase = phase
        return error


class Exchange(Protocol):
    """A reply whose head has arrived. Leaving it unread hangs up."""

    status: int
    headers: Mapping[str, str]

    def __iter__(self) -> Iterator[bytes]:
        """Give the body in parts as they arrive, decompressed."""
        ...

    def close(self) -> None:
        """Hang up, unless the body was read to its end; may be called twice."""
        ...


class Transport(Protocol):
    """Sends requests; safe to share between threads."""

    def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        ...

    def open(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> Exchange:
        """Send a request and read the reply's head."""
        ...

    def close(self) -> None:
        """Close what is kept open."""
        ...


class AsyncExchange(Protocol):
    """As `Exchange`, read by `async for`."""

    status: int
    headers: Mapping[str, str]

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the body in parts as they arrive, decompressed."""
        ...

    async def close(self) -> None:
        """Hang up, unless the body was read to its end; may be called twice."""
        ...


class AsyncTransport(Protocol):
    """Sends requests from one event loop."""

    async def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        ...

    async def open(
        self, request: HttpRequest, deadline: Deadline, limits: SizeLimits
    ) -> AsyncExchange:
        """Send a request and read the reply's head."""
        ...

    async def close(self) -> None:
        """Close what is kept open."""
        ...


class Transports(Struct, frozen=True, kw_only=True):
    """How to make a transport for callers that wait, and one for callers that await."""

    sync: Callable[[], Transport]
    asynchronous: Callable[[], AsyncTransport]
