"""Says what went wrong in aiohttp by an error of our own."""

from __future__ import annotations

import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.http import HttpProcessingError

from purveyor._transport.aio_ways import not_an_address
from purveyor._transport.base import Deadline
from purveyor.errors import (
    ConnectionFailed,
    MalformedResponse,
    NameNotResolved,
    PurveyorError,
    SupplierError,
    TlsFailed,
)
from purveyor.types.secret import redact
from purveyor.types.wire import HttpRequest

FAULTS: Final = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)

_Kinds = tuple[type[Exception], ...]

_LATE: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)

# The first that fits: aiohttp's classes inherit from one another.
_MEANINGS: Final[tuple[tuple[_Kinds, type[SupplierError], str], ...]] = (
    (
        (aiohttp.ClientConnectorCertificateError,),
        TlsFailed,
        "the certificate of {} was refused{}; if a CA of your own signed it, "
        "name that in SSL_CERT_FILE or REQUESTS_CA_BUNDLE",
    ),
    (
        (aiohttp.ClientSSLError,),
        TlsFailed,
        "no TLS with {}{}; if it speaks plain HTTP, use http://",
    ),
    (
        (aiohttp.ClientConnectorDNSError,),
        NameNotResolved,
        "cannot find the host of {}{}; check base_url",
    ),
    (
        (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError),
        ConnectionFailed,
        "no way through the proxy to {}{}",
    ),
    ((aiohttp.ClientConnectorError,), ConnectionFailed, "cannot connect to {}{}"),
    (
        (aiohttp.ClientResponseError, HttpProcessingError),
        MalformedResponse,
        "{} does not answer in proper HTTP/1.1{}",
    ),
    (
        (aiohttp.ClientPayloadError,),
        ConnectionFailed,
        "lost the connection to {} before the reply was complete{}",
    ),
    ((aiohttp.ClientError, OSError), ConnectionFailed, "lost the connection to {}{}"),
)


def explain(error: Exception, request: HttpRequest, deadline: Deadline) -> PurveyorError:
    """Give our error; raise it outside of the `except`, so that nothing hangs on to aiohttp's."""
    if isinstance(error, TimeoutError):
        return deadline.passed(_phase(error, deadline))
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        return not_an_address()
    for kinds, ours, saying in _MEANINGS:
        if isinstance(error, kinds):
            if ours is TlsFailed and isinstance(getattr(error, "os_error", None), _LATE):
                ours = ConnectionFailed  # hung up on us, without an opinion on TLS
            said = saying.format(urlsplit(request.url).netloc, _reason(error))
            # A name server that did not answer may answer in a second.
            passes = True if _name_server_failed(error) else None
            return ours(redact(said, *request.secrets()), retryable=passes)
    return not_an_address()  # a ValueError: the URL's name or port


def _phase(error: Exception, deadline: Deadline) -> str:
    if isinstance(error, aiohttp.ConnectionTimeoutError) and deadline.remaining():
        return "connect"
    if isinstance(error, aiohttp.SocketTimeoutError) and deadline.remaining():
        return "idle"
    return "total"


def _name_server_failed(error: Exception) -> bool:
    is_dns = isinstance(error, aiohttp.ClientConnectorDNSError)
    return is_dns and error.errno == socket.EAI_AGAIN  # type: ignore[attr-defined]


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return ""  # aiohttp's text for it is about its parser
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    for name in ("verify_message", "strerror", "message"):
        said = getattr(inner, name, None)
        if isinstance(said, str) and said:
            return f": {' '.join(said.split())}"[:300]
    return f": {type(inner).__name__}"
