"""Connection pools of aiohttp, one per event loop, closed with their loop."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final
from weakref import WeakSet

from purveyor.errors import ConfigError

try:
    import aiohttp
except ImportError:
    raise ConfigError("async calls need aiohttp; try: pip install 'purveyor[async]'") from None

_KEEP_IDLE: Final = 60.0  # seconds; load balancers of suppliers keep idle connections that long
_OUR_HEADERS: Final = ("User-Agent", "Content-Type", "Accept", "Accept-Encoding")


class Trail:
    """What we want to know of a request on its way."""

    __slots__ = ("is_reused",)

    def __init__(self) -> None:
        self.is_reused = False


TRAIL: Final[ContextVar[Trail]] = ContextVar("TRAIL")


class Connector(aiohttp.TCPConnector):
    """Notes on the trail of a request whether its connection was used before.

    aiohttp's own way to learn this, a `TraceConfig`, costs a tenth of a call.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._used: WeakSet[Any] = WeakSet()

    async def connect(self, *args: Any, **named: Any) -> Any:
        """Take a connection from the pool, or make one."""
        connection = await super().connect(*args, **named)
        if connection.protocol in self._used:
            TRAIL.get().is_reused = True
        else:
            self._used.add(connection.protocol)
        return connection


class LoopSession:
    """The sessions of one event loop: one that keeps connections, one that never does."""

    __slots__ = ("_keeper", "_loop", "fresh", "pooled")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.pooled = _session(force_close=False)
        self.fresh = _session(force_close=True)
        self._keeper = _closes_with_its_loop(self.pooled, self.fresh)

    async def keep(self) -> None:
        """Have the loop close the sessions when it ends."""
        await anext(self._keeper)

    async def close(self) -> None:
        """Close all connections of this loop."""
        await self._keeper.aclose()

    def __del__(self) -> None:
        # Nobody holds the transport any more: its loop was closed without `shutdown_asyncgens`,
        # or goes on without it, or stands still in a thread while the interpreter ends.
        if self._loop.is_closed() or _runs_here(self._loop) or sys.is_finalizing():
            _hang_up(self.pooled, self.fresh)
        else:
            self._loop.call_soon_threadsafe(_hang_up, self.pooled, self.fresh)


class Sessions:
    """Finds the sessions of the running loop."""

    __slots__ = ("_by_loop",)

    def __init__(self) -> None:
        self._by_loop: dict[asyncio.AbstractEventLoop, LoopSession] = {}

    async def get(self) -> LoopSession:
        """Give the running loop's sessions, made at the first call."""
        loop = asyncio.get_running_loop()
        kept = self._by_loop.get(loop)
        if kept is None or kept.pooled.closed:
            for other in list(self._by_loop):
                if other.is_closed():
                    self._by_loop.pop(other, None)
            kept = self._by_loop[loop] = LoopSession()
            await kept.keep()
        return kept

    async def close(self) -> None:
        """Close the running loop's sessions; those of other loops are closed there."""
        kept = self._by_loop.pop(asyncio.get_running_loop(), None)
        # A keeper that nobody holds is closed by its own loop, as soon as that comes round.
        self._by_loop.clear()
        if kept is not None:
            await kept.close()


async def _closes_with_its_loop(*sessions: aiohttp.ClientSession) -> AsyncGenerator[None]:
    """Wait suspended: `asyncio.run` closes the generators of its loop, and so the sessions."""
    try:
        yield
    finally:
        for session in sessions:
            await session.close()


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:  # garbage is collected in any thread
        return False


def _hang_up(*sessions: aiohttp.ClientSession) -> None:
    """Close without waiting: what aiohttp does before its first wait is all that must be done."""
    for session in sessions:
        closing = session.close()
        with suppress(StopIteration, RuntimeError):  # the latter from a loop in debug mode
            closing.send(None)
        closing.close()


def _session(*, force_close: bool) -> aiohttp.ClientSession:
    connector = Connector(
        limit=0,
        force_close=force_close,
        keepalive_timeout=None if force_close else _KEEP_IDLE,
        resolver=aiohttp.ThreadedResolver(),
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_OUR_HEADERS,
    )
