"""Which path is taken: the fast one, unless a mock, recorder, instrument or proxy is there."""

from __future__ import annotations

import functools
import os
import socket
import threading
from io import BytesIO

import pytest
import requests
import vcr
from loopback import chunked, reply, serving, then_close
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.connectionpool import HTTPConnectionPool

from purveyor._transport import fast
from purveyor._transport.base import Deadline
from purveyor._transport.exchange import WireExchange
from purveyor._transport.http import HttpTransport
from purveyor._transport.origins import Origin, Settings
from purveyor.errors import ConnectionFailed
from purveyor.types.secret import Secret
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts

KEY = "sk-canary-0123456789"
LIMITS = SizeLimits()
SECRET_HEADER = ("authorization", Secret(KEY, prefix="Bearer "))


def send(transport: HttpTransport, url: str) -> HttpReply:
    request = HttpRequest("POST", url, (SECRET_HEADER,), b"{}")
    return transport.send(request, Deadline(Timeouts(connect=5, total=10)), LIMITS)


def test_the_fast_path_is_taken_by_default():
    """The newest urllib3 still has what it needs."""
    assert fast.is_open(Origin("http://127.0.0.1:1/", Settings()))


def test_a_cassette_records_and_replays(tmp_path):
    """vcrpy sees each call, though a connection stood open before it came."""
    transport = HttpTransport()
    with serving(reply(b"live"), reply(b"recorded")) as server:
        assert send(transport, server.url).body == b"live"
        for _ in range(2):
            with vcr.use_cassette(str(tmp_path / "tape.yaml"), record_mode="once"):
                assert send(transport, server.url).body == b"recorded"
    assert len(server.requests) == 2
    assert fast.is_open(Origin(server.url, Settings()))


def test_a_mock_of_the_adapter_answers(monkeypatch):
    """As the library `responses` does it."""
    answer = requests.Response()
    answer.status_code = 418
    answer.raw = HTTPResponse(body=BytesIO(b"mock"), preload_content=False)
    monkeypatch.setattr(HTTPAdapter, "send", lambda self, request, **options: answer)
    assert send(HttpTransport(), "http://127.0.0.1:1/") == HttpReply(418, {}, b"mock")


@pytest.mark.parametrize(
    ("owner", "name"), [(requests.Session, "send"), (HTTPConnectionPool, "urlopen")]
)
def test_an_instrument_sees_the_call(monkeypatch, owner, name):
    """Tracing wraps these functions, and copies their names."""
    original = getattr(owner, name)
    seen: list[str] = []

    @functools.wraps(original)
    def watching(*args, **kwargs):
        seen.append(name)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, watching)
    with serving(reply(b"live")) as server:
        assert send(HttpTransport(), server.url).body == b"live"
    assert seen == [name]


def test_a_proxy_is_asked(monkeypatch):
    """The request line names the whole address, as proxies want it."""
    with serving(reply(b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert send(HttpTransport(), "http://model-a.test/v1").body == b"by proxy"
    assert proxy.requests[0].startswith(b"POST http://model-a.test/v1 HTTP/1.1")


def test_a_given_proxy_goes_before_the_environment(monkeypatch):
    """What is said in code is meant."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with serving(reply(b"by proxy")) as proxy:
        transport = HttpTransport(proxies={"http": f"http://127.0.0.1:{proxy.port}"})
        assert send(transport, "http://model-b.test/v1").body == b"by proxy"


def test_no_proxy_is_heeded(monkeypatch):
    """An address that is to be reached straight is."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", ".test")
    assert Origin("http://model-c.test/", Settings()).proxies == {}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "[::1]"])
def test_loopback_is_never_proxied(monkeypatch, host):
    """An engine on this machine is not to be asked for elsewhere."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert Origin(f"http://{host}:8000/v1", Settings()).proxies == {}


def test_the_environment_is_asked_once_for_an_origin(monkeypatch):
    """requests asks it at each call, which is a fifth of what a call costs."""
    asked: list[str] = []
    original = requests.Session.merge_environment_settings

    def counting(self, url, *rest):
        asked.append(url)
        return original(self, url, *rest)

    monkeypatch.setattr(requests.Session, "merge_environment_settings", counting)
    with serving(reply()) as server:
        for _ in range(3):
            send(HttpTransport(), server.url)
    assert len(asked) == 1


def test_a_refusing_proxy_is_named_without_its_password():
    """The reason is said, the credential is not."""
    with serving(then_close(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) as proxy:
        address = f"http://user:{KEY}@127.0.0.1:{proxy.port}"
        with pytest.raises(ConnectionFailed, match="proxy to model-d.test.*407") as caught:
            send(HttpTransport(proxies={"https": address}), "https://model-d.test/")
    assert KEY not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_leaves_its_parents_connections_alone():
    """Parent and child call the same supplier, each over connections of its own."""
    go_on = threading.Event()

    def slow(connection: socket.socket) -> None:
        connection.sendall(chunked(b"one", end=b""))
        go_on.wait(10)
        connection.sendall(b"3\r\ntwo\r\n0\r\n\r\n")

    transport = HttpTransport()
    with serving(reply(), slow, reply()) as server:
        send(transport, server.url)
        request = HttpRequest("POST", server.url)
        exchange = transport.open(request, Deadline(Timeouts()), LIMITS)
        assert status_of_child(transport, server.url, exchange) == 0
        go_on.set()
        assert b"".join(exchange) == b"onetwo"
        assert send(transport, server.url).status == 200
    assert server.connections == 2


def status_of_child(transport: HttpTransport, url: str, exchange: WireExchange) -> int:
    """Close the exchange and send in a child, and return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            exchange.close()
            os._exit(0 if send(transport, url).status == 200 else 1)
        except BaseException:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
