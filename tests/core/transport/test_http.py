"""What `HttpTransport` does with the replies, the pauses and the breaks of a real socket."""

from __future__ import annotations

import gzip
import signal
import socket
import threading
from pathlib import Path

import pytest
from loopback import Loopback, chunked, drip, reply, serving, then_close, then_reset

from purveyor._transport import fast
from purveyor._transport.base import Deadline
from purveyor._transport.http import HttpTransport
from purveyor.errors import ConfigError, ConnectionFailed, MalformedResponse, Timeout
from purveyor.types.secret import Secret
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts

KEY = "sk-canary-0123456789"
LIMITS = SizeLimits()


@pytest.fixture(params=["fast", "public"])
def transport(request, monkeypatch):
    """Each path must keep each promise."""
    if request.param == "public":
        monkeypatch.setattr(fast, "is_open", lambda origin: False)
    transport = HttpTransport()
    yield transport
    transport.close()


def deadline(total: float = 20.0, idle: float = 10.0) -> Deadline:
    return Deadline(Timeouts(connect=5.0, idle=idle, total=total))


def asking(server: Loopback, body: bytes = b"{}", method: str = "POST") -> HttpRequest:
    headers = (("Authorization", Secret(KEY, prefix="Bearer ")), ("x-a", "b"))
    return HttpRequest(method, server.url + "?q=1", headers, body)


def test_a_request_arrives_as_it_was_made(transport):
    """Method, target, headers, the revealed secret and the body are on the wire."""
    with serving(reply(b'{"a": 1}', "X-Id: 7")) as server:
        got = transport.send(asking(server, b'{"q": 2}'), deadline(), LIMITS)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /v1/chat?q=1 http/1.1"
    assert {b"authorization: bearer " + KEY.encode(), b"x-a: b", b"content-length: 8"} <= {*lines}
    assert (body, got) == (
        b'{"q": 2}',
        HttpReply(200, {"content-length": "8", "x-id": "7"}, b'{"a": 1}'),
    )


def test_a_get_without_body_sends_no_length(transport):
    """A length of zero would announce a body."""
    with serving(reply()) as server:
        transport.send(asking(server, b"", "GET"), deadline(), LIMITS)
    assert b"content-length" not in server.requests[0].lower()


def test_calls_one_after_another_share_a_connection(transport):
    """A reply read to its end gives its connection back."""
    with serving(reply(), chunked(b"a"), reply()) as server:
        bodies = [transport.send(asking(server), deadline(), LIMITS).body for _ in range(3)]
    assert (bodies, server.connections) == ([b"{}", b"a", b"{}"], 1)


def test_transports_share_the_connections_of_an_origin():
    """A second model of the same supplier costs no second handshake."""
    with serving(reply()) as server:
        for _ in range(2):
            HttpTransport().send(asking(server), deadline(), LIMITS)
    assert server.connections == 1


def test_a_closed_transport_opens_anew(transport):
    """Closing drops idle connections, and nothing else."""
    with serving(reply()) as server:
        transport.send(asking(server), deadline(), LIMITS)
        transport.close()
        assert server.hung_up.wait(5)
        assert transport.send(asking(server), deadline(), LIMITS).status == 200


def test_a_redirect_is_handed_back(transport):
    """Nobody is sent to another place with a key in hand."""
    with serving(reply(b"", "Location: http://127.0.0.1:1/", status=307)) as server:
        got = transport.send(asking(server), deadline(), LIMITS)
    assert (got.status, got.headers["location"]) == (307, "http://127.0.0.1:1/")
    assert len(server.requests) == 1


def test_cookies_are_not_kept(transport):
    """One caller's state is not another's."""
    with serving(reply(b"", "Set-Cookie: a=b")) as server:
        for _ in range(2):
            transport.send(asking(server), deadline(), LIMITS)
    assert b"cookie:" not in server.requests[1].lower()


@pytest.mark.parametrize("large", [b"x" * 300_000, b"y" * 3_000_000])
def test_large_bodies_pass_both_ways(transport, large):
    """No size is special below the limit."""
    with serving(reply(large)) as server:
        assert transport.send(asking(server, large), deadline(), LIMITS).body == large
    assert server.requests[0].endswith(b"\r\n\r\n" + large)


def test_compressed_replies_are_unpacked(transport):
    """Even where they were not asked for."""
    packed = reply(gzip.compress(b"hello"), "Content-Encoding: gzip")
    with serving(packed) as server:
        assert transport.send(asking(server), deadline(), LIMITS).body == b"hello"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (then_close(b""), ConnectionFailed),
        (then_reset(b""), ConnectionFailed),
        (then_reset(b"HTTP/1.1 200 OK\r\ncontent-t"), ConnectionFailed),
        (then_close(reply(b"x" * 100)[:-1]), ConnectionFailed),
        (then_close(chunked(b"abc", end=b"")), ConnectionFailed),
        (then_close(b"SSH-2.0-OpenSSH_9.6\r\n\x00"), MalformedResponse),
        (reply(b"x", "content-length: 2"), MalformedResponse),
        (reply(b"x", "content-encoding: gzip"), MalformedResponse),
        (reply(b"x", f"content-encoding: {KEY}"), MalformedResponse),
        (reply(b"x", "x-junk: " + "j" * 600_000), MalformedResponse),
    ],
)
def test_a_broken_reply_raises_a_typed_error_that_holds_no_secret(transport, answer, error):
    """Neither the text nor anything reachable from the error shows the key."""
    with serving(answer) as server, pytest.raises(error) as caught:
        transport.send(asking(server), deadline(), LIMITS)
    failure = caught.value
    assert KEY not in f"{failure!r} {failure} {failure.args}"
    for behind in (failure.__cause__, failure.__context__):
        assert not hasattr(behind, "request")


@pytest.mark.parametrize("head", [b"content-length 5\r\n\r\n", b"content-length: five\r\n\r\n"])
def test_a_head_that_cannot_be_read_closes_the_connection(head):
    """On the fast path; http.client below the public one reads past such lines."""
    with serving(b"HTTP/1.1 200 OK\r\n" + head) as server:
        with pytest.raises(MalformedResponse):
            HttpTransport().send(asking(server), deadline(), LIMITS)
        assert server.hung_up.wait(5)


def test_a_body_over_the_limit_stops_early(transport):
    """A peer that never ends does not fill the memory."""
    with serving(drip(chunked(b"x" * 300, end=b"f4240\r\n"))) as server:
        with pytest.raises(MalformedResponse, match="exceeds 200 bytes"):
            transport.send(asking(server), deadline(), SizeLimits(body_bytes=200))
        assert server.hung_up.wait(5)


def test_a_silent_peer_is_an_idle_timeout(transport):
    """Waiting ends by itself."""
    with serving(lambda connection: None) as server, pytest.raises(Timeout) as caught:
        transport.send(asking(server), deadline(idle=0.1), LIMITS)
    assert caught.value.phase == "idle"


def test_a_dripping_body_ends_at_the_total_deadline(transport):
    """Bytes that keep coming do not extend a call."""
    with serving(drip(b"HTTP/1.1 200 OK\r\n\r\n")) as server, pytest.raises(Timeout) as caught:
        transport.send(asking(server), deadline(total=0.2), LIMITS)
    assert caught.value.phase == "total"


def test_a_dripping_head_ends_at_the_total_deadline():
    """On the fast path; http.client below the public one waits for each byte anew."""
    with serving(drip(b"HTTP/1.1 200 OK\r\nx: ")) as server, pytest.raises(Timeout) as caught:
        HttpTransport().send(asking(server), deadline(total=0.2), LIMITS)
    assert caught.value.phase == "total"


def test_nothing_is_sent_when_no_time_is_left(transport):
    """A deadline that has passed ends a call before it begins."""
    with serving(reply()) as server, pytest.raises(Timeout):
        transport.send(asking(server), deadline(total=0), LIMITS)
    assert server.requests == []


def test_a_refused_connection_names_the_address(transport):
    """The error says where nobody listens."""
    with serving(reply()) as server:
        pass
    with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{server.port}: Connection refused"):
        transport.send(asking(server), deadline(), LIMITS)


def test_a_stale_connection_is_replaced_unseen():
    """That a peer closed an idle connection is nobody's failure."""
    with serving(reply(), then_close(b""), reply(b"again")) as server:
        transport = HttpTransport()
        transport.send(asking(server), deadline(), LIMITS)
        assert transport.send(asking(server), deadline(), LIMITS).body == b"again"
    assert server.connections == 2


def test_a_fresh_connection_that_breaks_is_not_tried_again():
    """Whether to try again is for the caller to say."""
    with serving(then_close(b"")) as server, pytest.raises(ConnectionFailed):
        HttpTransport().send(asking(server), deadline(), LIMITS)
    assert len(server.requests) == 1


def test_a_stream_gives_parts_as_they_come(transport):
    """The first part is there before the second is sent."""
    go_on = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.sendall(chunked(b"one", end=b""))
        go_on.wait(5)
        connection.sendall(b"3\r\ntwo\r\n0\r\n\r\n")

    with serving(answer) as server:
        exchange = transport.open(asking(server), deadline(), LIMITS)
        parts = iter(exchange)
        assert next(parts) == b"one"
        go_on.set()
        assert list(parts) == [b"two"]
        exchange.close()


def test_the_end_of_a_stream_is_not_waited_for(transport):
    """A server may keep the connection open after its last chunk."""
    with serving(chunked(b"a", b"b")) as server:
        exchange = transport.open(asking(server), deadline(), LIMITS)
        assert b"".join(exchange) == b"ab"
        assert transport.send(asking(server), deadline(), LIMITS).body == b"ab"
    assert server.connections == 1


def test_leaving_a_stream_closes_the_connection(transport):
    """The supplier sees that nobody listens any more."""
    with serving(drip(chunked(b"one", end=b"f4240\r\n"))) as server:
        exchange = transport.open(asking(server), deadline(), LIMITS)
        next(iter(exchange))
        exchange.close()
        exchange.close()
        assert server.hung_up.wait(5)
        with pytest.raises(ConnectionFailed, match="closed before its end"):
            next(iter(exchange))


def test_a_stream_may_be_closed_by_another_thread(transport):
    """Whoever waits for the next part is woken, and told."""
    with serving(chunked(b"one", end=b"")) as server:
        exchange = transport.open(asking(server), deadline(), LIMITS)
        parts = iter(exchange)
        next(parts)
        threading.Timer(0.05, exchange.close).start()
        with pytest.raises(ConnectionFailed):
            next(parts)


def test_a_dropped_stream_is_closed_with_a_warning(transport):
    """A generator somebody forgot does not hold a connection for ever."""
    with serving(chunked(b"one", end=b"")) as server:
        exchanges = [transport.open(asking(server), deadline(), LIMITS)]
        with pytest.warns(ResourceWarning, match="dropped unread"):
            exchanges.clear()
        assert server.hung_up.wait(5)


def test_an_interrupted_read_closes_the_connection(transport):
    """Control-C leaves no connection behind in which half a reply stands."""
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na")
        threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT)).start()

    with serving(interrupt) as server:
        with pytest.raises(KeyboardInterrupt):
            transport.send(asking(server), deadline(), LIMITS)
        assert server.hung_up.wait(5)


@pytest.mark.parametrize(
    "value", [f"{KEY}\r\nx-evil: 1", f"{KEY}\n", f"{KEY}\x00", f"{KEY}\N{SNOWMAN}"]
)
def test_a_header_that_would_break_the_head_is_refused_unshown(transport, value):
    """The error names the header and where its secret came from, not the secret."""
    secret = Secret(value, source="environment ACME_API_KEY")
    with serving(reply()) as server:
        request = HttpRequest("POST", server.url, (("authorization", secret),))
        with pytest.raises(ConfigError, match="'authorization' from environment ACME") as caught:
            transport.send(request, deadline(), LIMITS)
    assert (KEY in str(caught.value), server.requests) == (False, [])
    frames = [entry.frame.f_locals for entry in caught.traceback if entry.path != Path(__file__)]
    assert KEY not in repr(frames)


@pytest.mark.parametrize(
    "url", ["chat", "ftp://a/b", "http://", "http://user:pass@host/", "http://[/"]
)
def test_an_address_that_is_none_is_a_setting_to_correct(transport, url):
    """Nothing is guessed, nothing in it left out in silence."""
    with pytest.raises(ConfigError):
        transport.send(HttpRequest("POST", url), deadline(), LIMITS)


def test_secrets_never_mix(transport):
    """Two keys for one address are two requests."""
    with serving(reply()) as server:
        for key in ("first-key-1", "second-key-2", "first-key-1"):
            request = HttpRequest("GET", server.url, (("x-key", Secret(key)),))
            transport.send(request, deadline(), LIMITS)
    keys = [request.split(b"x-key: ")[1].split(b"\r\n")[0] for request in server.requests]
    assert keys == [b"first-key-1", b"second-key-2", b"first-key-1"]


def test_threads_share_a_transport(transport):
    """Each gets the reply to its own question."""

    def echo(connection: socket.socket) -> None:
        connection.sendall(reply(server.requests[-1][-4:]))

    wrong: list[str] = []

    def work(name: str) -> None:
        with serving(reply(name.encode())) as own:
            for _ in range(20):
                shared = transport.send(asking(server), deadline(), LIMITS)
                mine = transport.send(asking(own), deadline(), LIMITS)
                if (shared.body, mine.body) != (b"shared", name.encode()):
                    wrong.append(name)

    with serving(reply(b"shared")) as server:
        threads = [threading.Thread(target=work, args=(f"worker-{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert (wrong, len(server.requests)) == ([], 160)
