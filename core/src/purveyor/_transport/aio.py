"""The wire for callers that await, on aiohttp."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Final

from purveyor._transport.aio_session import TRAIL, LoopSession, Sessions, Trail

# isort: split
import aiohttp  # after the line above, which says what to install where it is missing
from yarl import URL

from purveyor._transport.aio_faults import FAULTS, explain
from purveyor._transport.aio_ways import Ways
from purveyor._transport.base import Deadline
from purveyor._transport.decoding import BodyDecoder, too_large
from purveyor.errors import ConfigError, ConnectionFailed, PurveyorError
from purveyor.types.secret import Secret
from purveyor.types.wire import MEBIBYTE, HttpReply, HttpRequest, SizeLimits

_DEFAULTS: Final = {
    "accept": ("Accept", "*/*"),
    "accept-encoding": ("Accept-Encoding", "identity"),
    "user-agent": ("User-Agent", "purveyor"),
}
_NEVER_ROUNDED: Final = float("inf")  # aiohttp rounds limits above 5 s up to whole seconds


class AioTransport:
    """Sends requests from any event loop, each with a pool of its own; no limit on connections.

    Args:
        ca_bundle: a file or folder of certificates to trust; default: what the environment
            names, else the system's.
        proxies: URL of a proxy by scheme, `{}` for none; default: as the environment says.
    """

    def __init__(
        self, *, ca_bundle: str | None = None, proxies: Mapping[str, str] | None = None
    ) -> None:
        self._ways = Ways(ca_bundle, proxies)
        self._sessions = Sessions()

    async def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        exchange = await self.open(request, deadline, limits)
        return HttpReply(exchange.status, exchange.headers, await exchange.read())

    async def open(
        self, request: HttpRequest, deadline: Deadline, limits: SizeLimits
    ) -> AioExchange:
        """Send a request and read the reply's head."""
        sessions = await self._sessions.get()
        TRAIL.set(trail := Trail())
        failure: PurveyorError | None = None
        try:
            response = await self._ask(sessions.pooled, request, deadline, limits)
        except FAULTS as error:
            failure = explain(error, request, deadline)
            is_stale = trail.is_reused and _hung_up(error)
        if failure is None:
            return AioExchange(response, request, deadline, limits)
        if is_stale:
            return await self._open_fresh(sessions, request, deadline, limits)
        raise failure

    async def _open_fresh(
        self, sessions: LoopSession, request: HttpRequest, deadline: Deadline, limits: SizeLimits
    ) -> AioExchange:
        """Ask again, unseen: the peer had closed a kept connection just when we used it."""
        try:
            response = await self._ask(sessions.fresh, request, deadline, limits)
        except FAULTS as error:
            failure = explain(error, request, deadline)
        else:
            return AioExchange(response, request, deadline, limits)
        if isinstance(failure, ConnectionFailed):
            failure.attempts = 2  # the peer may have been asked twice
        raise failure

    async def _ask(
        self,
        session: aiohttp.ClientSession,
        request: HttpRequest,
        deadline: Deadline,
        limits: SizeLimits,
    ) -> aiohttp.ClientResponse:
        url, body, times = request.url, request.body, deadline.timeouts
        way = self._ways.to(url)
        return await session.request(
            request.method,
            # What was signed is sent: yarl would spell some characters in its own way.
            URL(url, encoded=True) if url.isascii() and " " not in url else url,
            # aiohttp writes a large body at once, unless it is a file.
            data=(body if len(body) < MEBIBYTE else io.BytesIO(body)) or None,
            headers=_revealed(request),
            allow_redirects=False,
            proxy=way.proxy,
            ssl=way.tls,
            timeout=aiohttp.ClientTimeout(
                total=deadline.step(times.total),
                connect=times.connect,
                sock_read=times.idle,
                ceil_threshold=_NEVER_ROUNDED,
            ),
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
        )

    async def close(self) -> None:
        """Close what is kept open."""
        await self._sessions.close()


class AioExchange:
    """A reply of aiohttp, under our limits."""

    __slots__ = ("_deadline", "_decoder", "_request", "_response", "headers", "status")

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        request: HttpRequest,
        deadline: Deadline,
        limits: SizeLimits,
    ) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = _joined(response.headers.items())
        self._response = response
        self._request = request
        self._deadline = deadline
        try:
            if (response.content_length or 0) > limits.body_bytes:
                raise too_large(limits.body_bytes)
            encoding = self.headers.get("content-encoding", "")
            self._decoder = BodyDecoder(encoding, limits.body_bytes)
        except BaseException:
            response.close()
            raise

    async def read(self) -> bytes:
        """Give the whole body."""
        if self._decoder.is_plain and self._response.content_length is not None:
            return await self._take(self._response.content.read)
        return b"".join([part async for part in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        decoder, receive = self._decoder, self._response.content.readany
        lost = self._watched()
        try:
            while data := await self._take(receive):
                if part := decoder.feed(data):
                    yield part
            decoder.end()
        except BaseException:
            self._response.close()
            raise
        finally:
            if lost is not None:
                lost.remove_done_callback(self._tell_reader)

    def _watched(self) -> asyncio.Future[None] | None:
        """Have the reader told when the connection is lost.

        aiohttp 3.14 forgets to, where a malformed chunk is the reason: it would wait for ever.
        """
        connection = self._response.connection
        protocol = None if connection is None else connection.protocol
        if protocol is None:  # the body has come already, or we hung up
            return None
        lost = protocol.closed
        if lost is None:
            self._tell_reader()
        else:
            lost.add_done_callback(self._tell_reader)
        return lost

    def _tell_reader(self, lost: asyncio.Future[None] | None = None) -> None:
        content, connection = self._response.content, self._response.connection
        if lost is not None and not lost.cancelled():
            lost.exception()  # taken note of
        if not content.is_eof() and content.exception() is None:
            reason = connection and connection.protocol and connection.protocol.exception()
            content.set_exception(reason or aiohttp.ClientPayloadError())

    async def _take(self, read: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            return await read()
        except FAULTS as error:
            failure = explain(error, self._request, self._deadline)
        except BaseException:
            self._response.close()
            raise
        self._response.close()
        raise failure

    async def close(self) -> None:
        """Hang up, unless the body was read to its end; may be called twice."""
        self._response.close()


def _hung_up(error: Exception) -> bool:
    gone = isinstance(
        error, (aiohttp.ServerDisconnectedError, ConnectionError, aiohttp.ClientOSError)
    )
    return gone and not isinstance(error, TimeoutError)


def _revealed(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """Give the headers as the wire wants them; the only place where secrets are shown."""
    revealed = dict(_DEFAULTS)
    for name, value in request.headers:
        text = value.reveal() if isinstance(value, Secret) else value
        if not (text.isascii() and text.isprintable()):
            where = f" (from {value.source})" if isinstance(value, Secret) else ""
            raise ConfigError(
                f"header {name!r} holds characters that HTTP does not allow{where}; "
                "look for line breaks, quotes and other stray characters"
            )
        revealed[name.lower()] = (name, text)
    return revealed.values()


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers
