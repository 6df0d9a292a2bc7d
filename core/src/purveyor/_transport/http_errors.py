"""What the libraries below raise, as our own errors; nothing of a request stays reachable."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Callable
from typing import Final

import requests.exceptions as from_requests
import urllib3.exceptions as from_urllib3
from msgspec import Struct

from purveyor._transport.base import Deadline
from purveyor.errors import (
    ConfigError,
    ConnectionFailed,
    MalformedResponse,
    NameNotResolved,
    PurveyorError,
    TlsFailed,
)

BELOW: Final = (
    from_requests.RequestException,
    from_urllib3.HTTPError,
    from_urllib3.ProxySchemeUnsupported,
    http.client.HTTPException,
    OSError,
    UnicodeError,
)


class Moment(Struct, frozen=True):
    """When and where something failed: `phase` is `connect`, `request` (either) or `body`."""

    address: str
    deadline: Deadline
    phase: str
    trust: str = ""


Maker = Callable[[Moment, BaseException], PurveyorError]


def _setting(moment: Moment, error: BaseException) -> PurveyorError:
    name = type(error).__name__
    return ConfigError(
        f"no request to {moment.address} can be made ({name}); check base_url, proxy"
    )


def _name(moment: Moment, error: BaseException) -> PurveyorError:
    # A name server that did not answer may answer in a second; a name that does not exist won't.
    passes = getattr(error, "errno", None) == socket.EAI_AGAIN
    said = f"cannot find the host of {moment.address}: {_detail(error)}; check base_url"
    return NameNotResolved(said, retryable=passes)


def _certificate(moment: Moment, error: BaseException) -> PurveyorError:
    reason = getattr(error, "verify_message", "") or _detail(error)
    return TlsFailed(
        f"the certificate of {moment.address} was refused: {reason}; trusted is {moment.trust}; "
        "if a CA of your own signed it, name that in SSL_CERT_FILE or REQUESTS_CA_BUNDLE"
    )


def _tls(moment: Moment, error: BaseException) -> PurveyorError:
    if moment.phase == "body":
        return _broken(moment, error)
    return TlsFailed(
        f"no TLS with {moment.address}: {_detail(error)}; if it speaks plain HTTP, use http://"
    )


def _broken(moment: Moment, error: BaseException) -> PurveyorError:
    what = "cannot connect to" if moment.phase == "connect" else "lost the connection to"
    return ConnectionFailed(f"{what} {moment.address}: {_detail(error)}")


def _refused(moment: Moment, error: BaseException) -> PurveyorError:
    detail = _detail(causes(error)[-1])
    return ConnectionFailed(f"cannot connect to {moment.address}: {detail}")


def _proxy(moment: Moment, error: BaseException) -> PurveyorError:
    detail = _detail(causes(error)[-1])
    return ConnectionFailed(f"no way through the proxy to {moment.address}: {detail}")


def _too_slow(moment: Moment, error: BaseException) -> PurveyorError:
    phase = "connect" if moment.phase == "connect" else "idle"
    return moment.deadline.passed(phase if moment.deadline.remaining() else "total")


def _too_slow_to_connect(moment: Moment, error: BaseException) -> PurveyorError:
    return moment.deadline.passed("connect" if moment.deadline.remaining() else "total")


def _malformed(moment: Moment, error: BaseException) -> PurveyorError:
    name = type(error).__name__
    return MalformedResponse(f"{moment.address} does not answer in proper HTTP/1.1 ({name})")


# The first row with a type that occurs among the causes decides: special before general.
TABLE: Final[tuple[tuple[tuple[type[BaseException], ...], Maker], ...]] = (
    ((socket.gaierror,), _name),
    ((from_urllib3.NameResolutionError,), _name),
    ((ssl.SSLCertVerificationError, ssl.CertificateError), _certificate),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError), _broken),
    ((ssl.SSLError,), _tls),
    ((from_urllib3.ProxyError, from_requests.ProxyError), _proxy),
    ((from_urllib3.InvalidHeader,), _malformed),  # of a reply; requests calls it a setting
    (
        (
            *(from_requests.InvalidURL, from_requests.MissingSchema, from_requests.InvalidSchema),
            *(from_requests.InvalidHeader, from_requests.URLRequired),
            *(from_urllib3.LocationValueError, from_urllib3.ProxySchemeUnsupported),
            UnicodeError,
        ),
        _setting,
    ),
    ((from_urllib3.NewConnectionError,), _refused),
    ((ConnectionError,), _broken),
    ((from_requests.ConnectTimeout, from_urllib3.ConnectTimeoutError), _too_slow_to_connect),
    ((TimeoutError, from_requests.Timeout, from_urllib3.TimeoutError), _too_slow),
    (
        (
            *(from_urllib3.InvalidChunkLength, from_urllib3.DecodeError),
            from_urllib3.HeaderParsingError,
            *(from_urllib3.ResponseNotChunked, from_urllib3.BodyNotHttplibCompatible),
            *(from_urllib3.ResponseError, from_requests.ContentDecodingError),
            *(from_requests.InvalidJSONError, json.JSONDecodeError),
        ),
        _malformed,
    ),
    ((http.client.IncompleteRead, from_urllib3.IncompleteRead), _broken),
    ((http.client.HTTPException,), _malformed),
    ((from_requests.SSLError, from_urllib3.SSLError), _tls),
    ((Exception,), _broken),
)


def translated(error: BaseException, moment: Moment) -> PurveyorError:
    """Make our error of theirs. Raise it outside of the `except`, or theirs stays reachable."""
    chain = causes(error)
    for types, make in TABLE:
        for cause in chain:
            if isinstance(cause, types):
                return make(moment, cause)
    raise error  # no Exception: KeyboardInterrupt and the like pass


def causes(error: BaseException) -> list[BaseException]:
    """List an error and what it was made of, outermost first.

    `__context__` is left out: it may be an error that the caller was handling already.
    """
    found = [error]
    for one in found:
        inner = (getattr(one, "reason", None), *one.args, one.__cause__)
        found += [e for e in inner if isinstance(e, BaseException) and e not in found]
    return found


def _detail(error: BaseException) -> str:
    """Say what happened, in words that hold nothing of the request."""
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "reason", None) or error.strerror or "handshake failed"
        return reason.replace("_", " ").lower()
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error) is OSError:  # `Tunnel connection failed: 407 ...`
        return str(error)
    if isinstance(error, http.client.IncompleteRead | from_urllib3.IncompleteRead):
        return "the peer closed it before the reply was complete"
    if isinstance(error, http.client.RemoteDisconnected):
        return "the peer closed it without a reply"
    return type(error).__name__
