"""A function as every server: all http and https requests go to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from purveyor._clients.runtime import runtime
from purveyor.plugin import (
    AsyncMemoryTransport,
    HttpReply,
    HttpRequest,
    MemoryStream,
    MemoryTransport,
    Transports,
)


@contextmanager
def serve_with(handler: Callable[[HttpRequest], HttpReply | MemoryStream]) -> Iterator[None]:
    """Answer requests of this process by a function."""
    transports = Transports(
        sync=lambda: MemoryTransport(handler), asynchronous=lambda: AsyncMemoryTransport(handler)
    )
    for scheme in ("http", "https"):
        runtime().use_transports(scheme, transports)
    try:
        yield
    finally:
        for scheme in ("http", "https"):
            runtime().use_transports(scheme, None)
