"""The transport for callers that wait, on `requests`: which owns pools, proxies and TLS."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import requests
from urllib3.response import BaseHTTPResponse

from purveyor._transport import fast
from purveyor._transport.base import Deadline
from purveyor._transport.decoding import BodyDecoder
from purveyor._transport.exchange import WireExchange
from purveyor._transport.http_errors import BELOW, Moment, translated
from purveyor._transport.origins import REGISTRY, Origin, Settings
from purveyor._transport.routes import Route
from purveyor.errors import MalformedResponse, SupplierError
from purveyor.types.secret import redact
from purveyor.types.wire import Header, HttpReply, HttpRequest, SizeLimits

_READ_BYTES: Final = 64 * 1024
_ROUTES_KEPT: Final = 32


class HttpTransport:
    """Sends requests over pooled connections; no redirect is followed, no cookie kept.

    Args:
        ca_bundle: a file or folder of certificates to trust; default: what the environment
            names, else the system's.
        proxies: URL of a proxy by scheme, `{}` for none; default: as the environment says.
    """

    def __init__(
        self, *, ca_bundle: str | None = None, proxies: Mapping[str, str] | None = None
    ) -> None:
        pairs = None if proxies is None else tuple(sorted(proxies.items()))
        self._settings = Settings(ca_bundle, pairs)
        # Routes hold revealed secrets: they live and die with the transport.
        self._routes: dict[tuple[str, str, tuple[Header, ...]], Route] = {}

    def send(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> HttpReply:
        """Send a request and read the whole reply."""
        route = self._route(request)
        try:
            if fast.is_open(route.origin):
                return fast.send(route, request.body, deadline, limits)
            exchange = open_exchange(route, request.body, deadline, limits)
            return HttpReply(exchange.status, exchange.headers, exchange.whole())
        except SupplierError as error:
            _redact(error, request)
            raise

    def open(self, request: HttpRequest, deadline: Deadline, limits: SizeLimits) -> WireExchange:
        """Send a request and read the reply's head."""
        route = self._route(request)
        choose = fast.open_exchange if fast.is_open(route.origin) else open_exchange
        try:
            return choose(route, request.body, deadline, limits)
        except SupplierError as error:
            _redact(error, request)
            raise

    def close(self) -> None:
        """Close idle connections to where this transport has sent; it can be used again."""
        routes, self._routes = self._routes, {}
        ours = [route for route in routes.values() if route.generation == REGISTRY.generation]
        for origin in {route.origin for route in ours}:
            origin.close()

    def _route(self, request: HttpRequest) -> Route:
        key = (request.method, request.url, request.headers)
        route = self._routes.get(key)
        if route is None or route.generation != REGISTRY.generation:
            if len(self._routes) >= _ROUTES_KEPT:
                self._routes.clear()
            route = self._routes[key] = Route(request, self._settings)
        return route


def _redact(error: SupplierError, request: HttpRequest) -> None:
    """Cut secrets out, should a peer have said one back to us."""
    error.message = redact(error.message, *request.secrets())
    error.args = (error.message,)


def open_exchange(
    route: Route, body: bytes, deadline: Deadline, limits: SizeLimits
) -> WireExchange:
    """Send by the public interface of requests; in force with proxies, mocks and recorders."""
    response = _respond(route, body, deadline)
    headers = {name.lower(): value for name, value in response.headers.items()}
    raw = response.raw
    try:
        if response.status_code < 200:  # http.client takes early hints for the reply
            raise MalformedResponse(f"an interim reply ({response.status_code}) has no successor")
        decoder = _decoder(raw, headers, limits)
    except MalformedResponse:
        raw.close()
        raise
    source = _Response(raw, decoder, route.origin, deadline)
    return WireExchange(response.status_code, headers, source)


def _respond(route: Route, body: bytes, deadline: Deadline) -> requests.Response:
    times = deadline.timeouts
    session, adapter = route.origin.session, route.origin.adapter
    options: dict[str, Any] = {
        "stream": True,
        "timeout": (deadline.step(times.connect), deadline.step(times.idle)),
        "proxies": route.origin.proxies,
        "verify": True,
    }
    try:
        if fast.is_original(requests.Session.send, "requests.sessions"):
            return adapter.send(route.prepared(body), **options)
        # A mock that stands in for the session, or an instrument that watches it.
        return session.send(route.prepared(body), allow_redirects=False, **options)
    except BELOW as error:
        failure = _failure(error, route.origin, deadline, "request")
    raise failure


class _Response:
    """A `Source` of body parts from a response of urllib3, or what stands in for one."""

    __slots__ = ("_deadline", "_decoder", "_generation", "_is_reading", "_origin", "_raw")

    def __init__(self, raw: Any, decoder: BodyDecoder, origin: Origin, deadline: Deadline) -> None:
        self._raw = raw
        self._decoder = decoder
        self._origin = origin
        self._deadline = deadline
        self._generation = REGISTRY.generation
        self._is_reading = False

    def receive(self) -> bytes | None:
        """Wait for the next part of the body, None at the end."""
        seconds = self._deadline.step(self._deadline.timeouts.idle)
        try:
            sock = getattr(getattr(self._raw, "connection", None), "sock", None)
            if sock is not None:
                sock.settimeout(seconds)
            self._is_reading = True
            data = self._raw.read1(_READ_BYTES)
        except BELOW as error:
            failure = _failure(error, self._origin, self._deadline, "body")
        else:
            if data:
                return self._decoder.feed(data)
            self._decoder.end()
            self._raw.release_conn()
            return None
        finally:
            self._is_reading = False
        raise failure

    def hang_up(self) -> None:
        """Close the connection, unless it was given back."""
        if self._generation != REGISTRY.generation:  # it is the parent's, not ours
            return
        with suppress(OSError, AttributeError):
            self._raw.connection.sock.shutdown(socket.SHUT_RDWR)
        if not self._is_reading:  # else another thread wakes up now, and closes
            with suppress(*BELOW):
                self._raw.close()


def _decoder(raw: Any, headers: Mapping[str, str], limits: SizeLimits) -> BodyDecoder:
    """Decode ourselves, so that both paths have the same limits and errors.

    A stand-in that is no response of urllib3 (a replayed cassette) gives decoded bytes.
    """
    if not isinstance(raw, BaseHTTPResponse):
        return BodyDecoder("", limits.body_bytes)
    raw.decode_content = False
    return BodyDecoder(headers.get("content-encoding", ""), limits.body_bytes)


def _failure(error: BaseException, origin: Origin, deadline: Deadline, phase: str) -> Exception:
    return translated(error, Moment(origin.address, deadline, phase, origin.trust))
