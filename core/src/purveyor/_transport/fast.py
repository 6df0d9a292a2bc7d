"""Writes and reads a pooled connection's socket ourselves, which costs a sixth of asking requests.

It needs private names of urllib3, so it stands behind a fence: `is_open` is false where those
are gone, or where a mock, a recorder, an instrument or a proxy is in force. requests then works.
"""

from __future__ import annotations

import errno
import socket
from contextlib import suppress
from types import FunctionType
from typing import Any, Final, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ClosedPoolError

from purveyor._transport.base import Deadline
from purveyor._transport.exchange import WireExchange
from purveyor._transport.http1 import ResponseReader, read_at_once
from purveyor._transport.http_errors import BELOW, Moment, translated
from purveyor._transport.origins import REGISTRY, Origin
from purveyor._transport.routes import Route
from purveyor.errors import ConnectionFailed
from purveyor.types.wire import HttpReply, SizeLimits

_RECEIVE_BYTES: Final = 64 * 1024
_RECEIVE_BYTES_OF_LARGE: Final = 256 * 1024
_LARGE: Final = 256 * 1024
_SEND_BYTES: Final = 256 * 1024
_IS_KNOWN: Final = getattr(urllib3, "__version__", "").startswith("2.") and all(
    hasattr(HTTPConnectionPool, name) for name in ("_get_conn", "_put_conn", "ConnectionCls")
)


def is_open(origin: Origin) -> bool:
    """Whether this origin may be reached by the fast path, at this moment."""
    return (
        _IS_KNOWN
        and not origin.proxies
        and is_original(HTTPAdapter.send, "requests.adapters")
        and is_original(requests.Session.send, "requests.sessions")
        and is_original(HTTPConnectionPool.urlopen, "urllib3.connectionpool")
        and origin.pool().ConnectionCls.__module__ == "urllib3.connection"
    )


def is_original(function: object, module: str) -> bool:
    """Whether a function is the library's own, not a mock's or an instrument's."""
    # Wrappers copy `__module__`, but not the globals.
    return isinstance(function, FunctionType) and function.__globals__["__name__"] == module


def send(route: Route, body: bytes, deadline: Deadline, limits: SizeLimits) -> HttpReply:
    """Send a request and read the whole reply."""
    line = Line(route, deadline)
    data = line.ask(body)
    reply = line.reply_at_once(data, limits)
    if reply is not None:
        return reply
    exchange = line.exchange(data, limits)
    body_read = line.read_large(exchange) or exchange.whole()
    return HttpReply(exchange.status, exchange.headers, body_read)


def open_exchange(
    route: Route, body: bytes, deadline: Deadline, limits: SizeLimits
) -> WireExchange:
    """Send a request and read the head of its reply."""
    line = Line(route, deadline)
    return line.exchange(line.ask(body), limits)


class Line:
    """A connection borrowed for one request and its reply; a `Source` of body parts."""

    __slots__ = (
        *("_connection", "_deadline", "_generation", "_is_sent", "_pool", "_reader", "_route"),
    )

    def __init__(self, route: Route, deadline: Deadline) -> None:
        self._route = route
        self._deadline = deadline
        self._generation = REGISTRY.generation
        self._pool = route.origin.pool()
        self._connection: Any = None
        self._is_sent = False
        self._reader: ResponseReader

    def ask(self, body: bytes) -> bytes:
        """Send the request, and give the first bytes of the reply."""
        try:
            connection = self._borrow()
            if connection.sock is None:
                return self._ask_anew(body, attempts=1)
            try:
                return self._attempt(body)
            except ConnectionFailed:  # The peer had closed it while it was idle: no failure.
                connection.close()
            return self._ask_anew(body, attempts=2)
        except BaseException:
            self.hang_up()
            raise

    def _ask_anew(self, body: bytes, attempts: int) -> bytes:
        """Ask over a new connection; a failure says how often the peer may have been asked."""
        self._connect()
        try:
            return self._attempt(body)
        except ConnectionFailed as error:
            error.attempts = attempts
            raise

    def reply_at_once(self, data: bytes, limits: SizeLimits) -> HttpReply | None:
        """Read a reply that is there in full, None if there is more to it."""
        if self._route.method == "HEAD":
            return None
        try:
            reply = read_at_once(data, limits)
        except BaseException:
            self.hang_up()
            raise
        if reply is not None:
            self._give_back(is_reusable=True)
        return reply

    def exchange(self, data: bytes, limits: SizeLimits) -> WireExchange:
        """Read until the head is there, from what has come on."""
        reader = self._reader = ResponseReader(limits, self._route.method)
        try:
            part = self._take(data)
            while not reader.has_head:
                part = self._take(self._receive())
        except BaseException:
            self.hang_up()
            raise
        return WireExchange(
            reader.status, reader.headers, self, first=part, is_whole=reader.is_done
        )

    def receive(self) -> bytes | None:
        """Wait for the next part of the body, None at the end."""
        if self._reader.is_done:
            return None
        to_come = self._reader.bytes_to_come or 0
        is_large = to_come > _RECEIVE_BYTES
        return self._take(self._receive(_RECEIVE_BYTES_OF_LARGE if is_large else _RECEIVE_BYTES))

    def read_large(self, exchange: WireExchange) -> bytes | None:
        """Read a large plain body straight into its place; None where it is none.

        Vectors come in megabytes: parts that are joined afterwards touch twice the memory.
        """
        reader = self._reader
        to_come = reader.bytes_to_come or 0
        if not reader.is_plain or to_come < _LARGE:
            return None
        first = exchange.first_part()
        body = bytearray(len(first) + to_come)
        body[: len(first)] = first
        place = memoryview(body)[len(first) :]
        try:
            while not reader.is_done:
                count = self._receive_into(place)
                place = place[count:]
        except BaseException:
            exchange.close()
            raise
        exchange.ended()
        return cast("bytes", body)  # as good as bytes to every reader, and not copied again

    def _receive_into(self, place: memoryview) -> int:
        try:
            count: int = self._socket().recv_into(place)
        except BELOW as error:
            failure = self._failure(error, "body")
        else:
            if not count:
                self._reader.end()
            self._reader.passed(count)
            if self._reader.is_done:
                self._give_back(is_reusable=self._reader.is_reusable)
            return count
        raise failure

    def hang_up(self) -> None:
        """Close the connection, unless it was given back."""
        connection = self._connection
        # What a forked child inherits is its parent's: a shutdown would reach the wire.
        if connection is not None and self._generation == REGISTRY.generation:
            with suppress(OSError, AttributeError):  # another thread may be reading: wake it
                connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _borrow(self) -> Any:
        try:
            self._connection = self._pool._get_conn()
        except ClosedPoolError:  # another thread has closed the transport just now
            self._pool = self._route.origin.pool()
            self._connection = self._pool._get_conn()
        return self._connection

    def _connect(self) -> None:
        seconds = self._deadline.step(self._deadline.timeouts.connect)
        try:
            self._connection.timeout = seconds
            self._connection.connect()
        except BELOW as error:
            failure = self._failure(error, "connect")
        else:
            return
        raise failure

    def _attempt(self, body: bytes) -> bytes:
        self._send(body)
        data = self._receive()
        if not data:
            raise ConnectionFailed("the peer closed the connection without a reply")
        return data

    def _send(self, body: bytes) -> None:
        try:
            if len(body) <= _SEND_BYTES:
                self._socket().sendall(self._route.head(body) + body)
            else:
                self._socket().sendall(self._route.head(body))
                for at in range(0, len(body), _SEND_BYTES):  # so that each has its own idle limit
                    self._socket().sendall(body[at : at + _SEND_BYTES])
            self._is_sent = True
        except (BrokenPipeError, ConnectionResetError):
            return  # The peer may have answered before it hung up: 413, or an idle timeout.
        except BELOW as error:
            failure = self._failure(error, "body")
        else:
            return
        raise failure

    def _receive(self, size: int = _RECEIVE_BYTES) -> bytes:
        try:
            data: bytes = self._socket().recv(size)
        except BELOW as error:
            failure = self._failure(error, "body")
        else:
            return data
        raise failure

    def _take(self, data: bytes) -> bytes:
        reader = self._reader
        part = b""
        if data:
            part = reader.feed(data)
        else:
            reader.end()
        if reader.is_done:
            self._give_back(is_reusable=reader.is_reusable)
        return part

    def _give_back(self, *, is_reusable: bool) -> None:
        """Let go of the connection, after the end of the reply."""
        connection, self._connection = self._connection, None
        if is_reusable and self._is_sent:
            self._pool._put_conn(connection)
        else:
            connection.close()

    def _socket(self) -> Any:
        """Give the socket, its timeout set to what one step may take now."""
        seconds = self._deadline.step(self._deadline.timeouts.idle)
        sock = self._connection.sock
        if sock is None:
            raise ConnectionAbortedError(errno.ECONNABORTED, "closed by this side")
        if sock.gettimeout() != seconds:  # a call into the kernel, mostly without need
            sock.settimeout(seconds)
        return sock

    def _failure(self, error: BaseException, phase: str) -> Exception:
        origin = self._route.origin
        return translated(error, Moment(origin.address, self._deadline, phase, origin.trust))
