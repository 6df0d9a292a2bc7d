"""DOOR 3, for tests: calls answered by a function, in a process that is otherwise left alone.

with fresh_runtime() as runtime:
    answer_with(lambda request: HttpReply(status=429))
    OnlineChatModule("orchid", api_key="k")("hi")      # raises RateLimited
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from purveyor import config as configuration
from purveyor._clients import runtime as runtimes
from purveyor._clients.runtime import Runtime
from purveyor._plugins.loaded import SupplierPlugin
from purveyor._transport.base import Transports
from purveyor._transport.memory import (
    AsyncMemoryTransport,
    Handler,
    MemoryStream,
    MemoryTransport,
)
from purveyor._transport.record import (
    AsyncRecordingTransport,
    AsyncReplayTransport,
    RecordingTransport,
    ReplayTransport,
)
from purveyor._transport.tape import Provenance, Tape

__all__ = [
    "AsyncMemoryTransport",
    "AsyncRecordingTransport",
    "AsyncReplayTransport",
    "Handler",
    "MemoryStream",
    "MemoryTransport",
    "Provenance",
    "RecordingTransport",
    "ReplayTransport",
    "Runtime",
    "SupplierPlugin",
    "Tape",
    "Transports",
    "answer_with",
    "fresh_runtime",
    "load_supplier",
    "memory_transports",
    "serve_with",
    "use_transports",
]


@contextmanager
def fresh_runtime(
    settings: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> Iterator[Runtime]:
    """Use plugins, transports, retry budgets and a configuration of one's own inside a block.

    Neither the process's environment nor any purveyor.toml is read; what was registered before
    is not seen. The whole process uses the runtime; `settings` and `environ` count in this thread
    or task, as with `config.temporary`.

    Args:
        settings: what a purveyor.toml would say.
        environ: stands in for the process's environment.
    """
    nothing = {"PURVEYOR_CACHE": "off"}
    config = configuration.Config.load(os.devnull, {**nothing, **(environ or {})})
    token = configuration._temporary.set(config.under(settings or {}))
    before, runtimes._runtime = runtimes._runtime, Runtime()
    try:
        yield runtimes._runtime
    finally:
        runtimes._runtime = before
        configuration._temporary.reset(token)


def use_transports(scheme: str, transports: Transports | None) -> None:
    """Carry requests of a scheme by something else; None returns to what is installed."""
    runtimes.runtime().use_transports(scheme, transports)


def memory_transports(handler: Handler) -> Transports:
    """Make transports that ask a function instead of a server."""
    return Transports(
        sync=lambda: MemoryTransport(handler), asynchronous=lambda: AsyncMemoryTransport(handler)
    )


def answer_with(handler: Handler, *schemes: str) -> None:
    """Let a function answer all requests of these schemes; none named: `http` and `https`."""
    for scheme in schemes or ("http", "https"):
        use_transports(scheme, memory_transports(handler))


def load_supplier(name: str) -> SupplierPlugin:
    """Load a supplier, installed or registered: its card and its dialects."""
    return runtimes.runtime().manager.supplier(name)


@contextmanager
def serve_with(handler: Handler, *schemes: str) -> Iterator[None]:
    """Answer all requests of this process by a function, inside a block."""
    answer_with(handler, *schemes)
    try:
        yield
    finally:
        for scheme in schemes or ("http", "https"):
            use_transports(scheme, None)
