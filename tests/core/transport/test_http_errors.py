"""Whatever requests, urllib3, ssl or a socket raises becomes one of our errors."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator

import pytest
import requests.exceptions
import urllib3.exceptions

from purveyor._transport.base import Deadline
from purveyor._transport.http_errors import BELOW, Moment, causes, translated
from purveyor.errors import (
    ConfigError,
    ConnectionFailed,
    MalformedResponse,
    NameNotResolved,
    PurveyorError,
    Timeout,
    TlsFailed,
)
from purveyor.types.wire import Timeouts

MOMENT = Moment("api.test:443", Deadline(Timeouts()), "request", "a bundle")


def kinds_of(root: type[BaseException]) -> Iterator[type[BaseException]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds_of(kind)


ROOTS = (
    *(requests.exceptions.RequestException, urllib3.exceptions.HTTPError),
    *(urllib3.exceptions.ProxySchemeUnsupported, http.client.HTTPException, OSError),
)
KINDS = {
    kind
    for root in ROOTS
    for kind in kinds_of(root)
    if not issubclass(kind, Warning)
    and kind.__module__.partition(".")[0] in ("requests", "urllib3", "http", "ssl", "socket")
}


@pytest.mark.parametrize("kind", sorted(KINDS, key=str))
def test_every_exception_of_the_libraries_below_is_caught_and_ours(kind):
    """Nothing below raises what a caller of ours does not expect."""
    assert issubclass(kind, BELOW)
    found = translated(kind.__new__(kind), MOMENT)
    assert isinstance(found, PurveyorError)


def wrapped(inner: Exception) -> Exception:
    """Wrap an error as urllib3 and requests do."""
    reason = urllib3.exceptions.MaxRetryError(None, "/v1", inner)  # type: ignore[arg-type]
    return requests.exceptions.ConnectionError(reason)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), NameNotResolved),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), TlsFailed),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), TlsFailed),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), ConnectionFailed),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), ConnectionFailed),
        (http.client.RemoteDisconnected("no response"), ConnectionFailed),
        (http.client.BadStatusLine("SSH-2.0"), MalformedResponse),
        (http.client.IncompleteRead(b""), ConnectionFailed),
        (urllib3.exceptions.DecodeError("no gzip"), MalformedResponse),
        (urllib3.exceptions.InvalidHeader("two lengths"), MalformedResponse),
        (urllib3.exceptions.LocationParseError("http://["), ConfigError),
        (urllib3.exceptions.ProxyError("refused", OSError("407 asked")), ConnectionFailed),
        (TimeoutError("timed out"), Timeout),
    ],
)
@pytest.mark.parametrize("wrap", [lambda error: error, wrapped], ids=["bare", "wrapped"])
def test_an_error_is_known_by_its_innermost_cause(error, kind, wrap):
    """requests wraps what urllib3 wraps what a socket raised."""
    assert type(translated(wrap(error), MOMENT)) is kind


@pytest.mark.parametrize(("code", "passes"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)])
def test_a_name_server_that_does_not_answer_may_be_asked_again(code, passes):
    """A name that does not exist will not exist in a second either."""
    assert translated(socket.gaierror(code, "said so"), MOMENT).retryable is passes


def test_a_timeout_names_its_phase():
    """Which limit to raise is in the error."""
    late = Moment("api.test", Deadline(Timeouts(total=0)), "body")
    connecting = translated(requests.exceptions.ConnectTimeout(), MOMENT)
    reading = translated(requests.exceptions.ReadTimeout(), MOMENT)
    total = translated(requests.exceptions.ReadTimeout(), late)
    assert [e.phase for e in (connecting, reading, total)] == ["connect", "idle", "total"]


def test_an_error_that_the_caller_was_handling_is_not_a_cause():
    """`__context__` may have nothing to do with us."""
    error = ConnectionResetError()
    error.__context__ = ssl.SSLCertVerificationError("an older story")
    assert causes(error) == [error]


def test_an_interruption_passes():
    """Only errors are translated."""
    with pytest.raises(KeyboardInterrupt):
        translated(KeyboardInterrupt(), MOMENT)
