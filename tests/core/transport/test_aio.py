"""What `AioTransport` promises, shown on servers that speak HTTP by hand."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import socket
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from purveyor._transport.aio import AioTransport
from purveyor._transport.base import Deadline
from purveyor.errors import (
    ConfigError,
    ConnectionFailed,
    MalformedResponse,
    SupplierError,
    Timeout,
    TlsFailed,
)
from purveyor.types.secret import Secret
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts

KEY = Secret("sk-canary-0123456789", source="argument", prefix="Bearer ")
LIMITS = SizeLimits()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Id: 7\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

Talk = Callable[["Line"], Awaitable[None]]
Ask = Callable[[AioTransport, str], Awaitable[Any]]


class Line:
    """The server's end of one connection."""

    def __init__(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.number = number
        self.reader = reader
        self._writer = writer

    async def hear(self) -> bytes:
        """Read a request whole, b"" when the client hung up."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        sizes = [
            int(line[15:])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ]
        return head + await self.reader.readexactly(sizes[0] if sizes else 0)

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def hang_up(self) -> None:
        self._writer.close()


async def serve(talk: Talk, ask: Ask, transport: AioTransport | None = None) -> Any:
    """Talk on each connection while asking; close what is still open."""
    lines: list[Line] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(line := Line(len(lines) + 1, reader, writer))
        await talk(line)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        return await ask(transport or AioTransport(), f"{host}:{port}")
    finally:
        server.close()
        for line in lines:
            line.hang_up()


def run(talk: Talk, ask: Ask, transport: AioTransport | None = None) -> Any:
    return asyncio.run(serve(talk, ask, transport))


def says(*replies: bytes) -> Talk:
    """A server that gives each connection these replies, then hangs up."""

    async def talk(line: Line) -> None:
        for reply in replies:
            await line.hear()
            await line.say(reply)
        line.hang_up()

    return talk


def question(address: str, *headers: tuple[str, str | Secret], body: bytes = b"{}") -> HttpRequest:
    return HttpRequest("POST", f"http://{address}/v1/chat", headers, body)


def asks(
    *headers: tuple[str, str | Secret],
    times: Timeouts | None = None,
    limits: SizeLimits = LIMITS,
    body: bytes = b"{}",
) -> Ask:
    """Send one request and give its reply."""

    async def ask(transport: AioTransport, address: str) -> HttpReply:
        request = question(address, *headers, body=body)
        return await transport.send(request, Deadline(times or Timeouts()), limits)

    return ask


def test_a_reply_comes_whole_with_lower_case_header_names():
    """Status, headers and body, as the server sent them."""
    reply = run(says(OK), asks())
    assert (reply.status, reply.headers["x-id"], reply.body) == (200, "7", b"{}")


def test_headers_that_come_twice_are_joined():
    """As RFC 9110, 5.3, has it."""
    reply = run(says(b"HTTP/1.1 200 OK\r\nA: 1\r\na: 2\r\nContent-Length: 0\r\n\r\n"), asks())
    assert reply.headers["a"] == "1, 2"


def test_only_the_wire_sees_the_secret():
    """The request goes out with the key, and with our own defaults unless overruled."""
    heard: list[bytes] = []

    async def talk(line: Line) -> None:
        heard.append(await line.hear())
        await line.say(OK)

    run(talk, asks(("Authorization", KEY), ("user-agent", "mine")))
    assert b"Authorization: Bearer sk-canary-0123456789\r\n" in heard[0]
    assert (heard[0].lower().count(b"user-agent:"), b"user-agent: mine" in heard[0]) == (1, True)


def test_a_url_is_sent_as_it_was_signed():
    """No percent sign is respelled."""
    heard: list[bytes] = []

    async def talk(line: Line) -> None:
        heard.append(await line.hear())
        await line.say(OK)

    async def ask(transport: AioTransport, address: str) -> None:
        request = HttpRequest("GET", f"http://{address}/a%7Eb/%2f?q=%41+%7E")
        await transport.send(request, Deadline(Timeouts()), LIMITS)

    run(talk, ask)
    assert heard[0].startswith(b"GET /a%7Eb/%2f?q=%41+%7E HTTP/1.1\r\n")


def test_a_stream_comes_in_parts_as_they_arrive():
    """The second part is sent only after the first was read."""

    async def ask(transport: AioTransport, address: str) -> list[bytes]:
        exchange = await transport.open(question(address), Deadline(Timeouts()), LIMITS)
        parts = []
        async for part in exchange:
            parts.append(part)
            go_on.set()
        return parts

    async def talk(line: Line) -> None:
        await line.hear()
        await line.say(CHUNKED + b"3\r\none\r\n")
        await go_on.wait()
        await line.say(b"3\r\ntwo\r\n0\r\n\r\n")

    go_on = asyncio.Event()
    assert run(talk, ask) == [b"one", b"two"]


def test_a_connection_is_kept_for_the_next_call():
    """Two calls, one connection."""
    lines: list[int] = []

    async def talk(line: Line) -> None:
        lines.append(line.number)
        await says(OK, OK)(line)

    async def ask(transport: AioTransport, address: str) -> None:
        for _ in range(2):
            await asks()(transport, address)

    run(talk, ask)
    assert lines == [1]


def test_a_stale_connection_is_replaced_unseen():
    """The server hung up just when we sent the second request; it is asked again on a new line."""
    heard: list[tuple[int, bool]] = []

    async def talk(line: Line) -> None:
        replies = [OK] if line.number == 1 else [OK, OK]
        for reply in replies:
            heard.append((line.number, bool(await line.hear())))
            await line.say(reply)
        heard.append((line.number, bool(await line.hear())))
        line.hang_up()

    async def ask(transport: AioTransport, address: str) -> HttpReply:
        await asks()(transport, address)
        return await asks()(transport, address)

    assert run(talk, ask).status == 200
    assert heard[:3] == [(1, True), (1, True), (2, True)]


def test_a_new_connection_that_breaks_is_not_tried_again():
    """Retrying is for the room above, which counts attempts."""
    lines: list[int] = []

    async def talk(line: Line) -> None:
        lines.append(line.number)
        await line.hear()
        line.hang_up()

    with pytest.raises(ConnectionFailed):
        run(talk, asks())
    assert lines == [1]


def test_an_error_holds_neither_the_key_nor_aiohttps_error():
    """Even if the server echoes the key where its status line should be."""
    with pytest.raises(SupplierError) as caught:
        run(says(b"FTP/1.0 sk-canary-0123456789\r\n\r\n"), asks(("Authorization", KEY)))
    error = caught.value
    assert isinstance(error, MalformedResponse)
    assert "sk-canary" not in str(error) + repr(error.args)
    assert (error.__cause__, error.__context__) == (None, None)


def test_redirects_and_cookies_are_not_followed():
    """A key never travels to where a reply points; nothing is remembered between calls."""
    heard: list[bytes] = []

    async def talk(line: Line) -> None:
        for _ in range(2):
            heard.append(await line.hear())
            moved = b"HTTP/1.1 307 Moved\r\nLocation: http://other.invalid/\r\n"
            await line.say(moved + b"Set-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    async def ask(transport: AioTransport, address: str) -> HttpReply:
        await asks()(transport, address)
        return await asks()(transport, address)

    assert run(talk, ask).status == 307
    assert b"cookie" not in heard[1].lower()


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_a_server_that_falls_silent_ends_at_the_idle_limit(beginning):
    """Before the head as within the body."""

    async def talk(line: Line) -> None:
        await line.hear()
        await line.say(beginning)

    with pytest.raises(Timeout) as caught:
        run(talk, asks(times=Timeouts(idle=0.05)))
    assert caught.value.phase == "idle"


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\nX: ", CHUNKED])
def test_a_server_that_drips_for_ever_ends_at_the_total_limit(beginning):
    """Each byte comes in time, the whole never does."""

    async def talk(line: Line) -> None:
        await line.hear()
        await line.say(beginning)
        while not line.reader.at_eof():
            await line.say(b"1\r\n \r\n" if beginning is CHUNKED else b"x")
            await asyncio.sleep(0.01)

    with pytest.raises(Timeout) as caught:
        run(talk, asks(times=Timeouts(idle=5, total=0.1)))
    assert caught.value.phase == "total"


def test_a_handshake_that_is_never_answered_ends_at_the_connect_limit():
    """TLS is a part of connecting."""

    async def ask(transport: AioTransport, address: str) -> None:
        request = HttpRequest("GET", f"https://{address}/")
        await transport.send(request, Deadline(Timeouts(connect=0.05)), LIMITS)

    async def talk(line: Line) -> None:
        await line.reader.read()

    with pytest.raises(Timeout) as caught:
        run(talk, ask)
    assert caught.value.phase == "connect"


def test_a_peer_that_speaks_no_tls_is_an_error_that_is_not_retried():
    """The scheme or the port is wrong; trying again does not help."""

    async def ask(transport: AioTransport, address: str) -> None:
        request = HttpRequest("GET", f"https://{address}/")
        await transport.send(request, Deadline(Timeouts()), LIMITS)

    async def talk(line: Line) -> None:
        await line.say(b"220 ready\r\n")

    with pytest.raises(TlsFailed) as caught:
        run(talk, ask)
    assert not caught.value.retryable


def test_a_port_where_nobody_listens_is_a_failed_connection():
    """The message names the place, without the path."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(ConnectionFailed, match=f"cannot connect to {address}: "):
        asyncio.run(asks()(AioTransport(), address))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://[::1", "nowhere", "http://"])
def test_a_malformed_url_is_a_setting_to_be_mended(url):
    """It comes from base_url, and never leaves."""
    with pytest.raises(ConfigError, match="base_url"):
        request = HttpRequest("GET", url)
        asyncio.run(AioTransport().send(request, Deadline(Timeouts()), LIMITS))


def test_a_key_with_a_line_break_is_refused_without_showing_it():
    """The message says where the key was found."""
    key = Secret("sk-canary\n0123456789", source="environment SOME_KEY", prefix="Bearer ")
    with pytest.raises(ConfigError, match="from environment SOME_KEY") as caught:
        run(says(OK), asks(("authorization", key)))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", ConnectionFailed),
        (CHUNKED + b"9\r\nhalf", ConnectionFailed),
        (CHUNKED + b"zz\r\nhalf", MalformedResponse),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
            MalformedResponse,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            MalformedResponse,
        ),
        (b"SSH-2.0-OpenSSH\r\n", MalformedResponse),
    ],
)
def test_a_broken_reply_is_a_typed_error(reply, error):
    """Nothing that was cut passes for a whole."""
    with pytest.raises(error):
        run(says(reply), asks())


def test_a_chunk_that_is_malformed_later_on_is_a_typed_error():
    """Also when the head was long read."""

    async def talk(line: Line) -> None:
        await line.hear()
        await line.say(CHUNKED + b"3\r\none\r\n")
        await go_on.wait()
        await line.say(b"zz\r\n")

    async def ask(transport: AioTransport, address: str) -> None:
        async for _ in await transport.open(question(address), Deadline(Timeouts()), LIMITS):
            go_on.set()

    go_on = asyncio.Event()
    with pytest.raises((MalformedResponse, ConnectionFailed)):
        run(talk, ask)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_legal_oddity_is_read(reply):
    """An old server, an early hint, a long header."""
    assert run(says(reply), asks()).body == b"{}"


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"]
)
def test_a_reply_over_the_size_limit_raises(head):
    """By what it announces, or by what has come."""
    with pytest.raises(MalformedResponse, match="exceeds 4 bytes"):
        run(says(head + b"12345"), asks(limits=SizeLimits(body_bytes=4)))


def test_a_large_body_is_sent_whole():
    """More than aiohttp likes to take in one piece."""
    heard: list[int] = []

    async def talk(line: Line) -> None:
        heard.append(len((await line.hear()).partition(b"\r\n\r\n")[2]))
        await line.say(OK)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(talk, asks(body=b"x" * 3_000_000))
    assert heard == [3_000_000]


def test_a_cancelled_call_drops_its_connection():
    """The cancellation passes untouched, and the server learns of it at once."""

    async def talk(line: Line) -> None:
        await line.hear()
        asked.set()
        await line.hear()
        gone.set()

    async def ask(transport: AioTransport, address: str) -> bool:
        task = asyncio.create_task(asks()(transport, address))
        await asked.wait()
        task.cancel()
        await asyncio.wait([task])
        await asyncio.wait_for(gone.wait(), 5)
        return task.cancelled()

    asked, gone = asyncio.Event(), asyncio.Event()
    assert run(talk, ask)


def test_leaving_a_stream_hangs_up():
    """The server stops paying for tokens that nobody reads; closing twice does no harm."""

    async def talk(line: Line) -> None:
        await line.hear()
        await line.say(CHUNKED + b"3\r\none\r\n")
        await line.hear()
        gone.set()

    async def ask(transport: AioTransport, address: str) -> None:
        exchange = await transport.open(question(address), Deadline(Timeouts()), LIMITS)
        async for _ in exchange:
            break
        await exchange.close()
        await exchange.close()
        await asyncio.wait_for(gone.wait(), 5)

    gone = asyncio.Event()
    run(talk, ask)


def test_reading_a_closed_exchange_raises():
    """What was cut off never passes for a complete reply."""

    async def ask(transport: AioTransport, address: str) -> None:
        exchange = await transport.open(question(address), Deadline(Timeouts()), LIMITS)
        await exchange.close()
        async for _ in exchange:
            pass

    async def talk(line: Line) -> None:
        await line.hear()
        await line.say(CHUNKED)

    with pytest.raises(ConnectionFailed):
        run(talk, ask)


def test_a_transport_works_in_one_event_loop_after_another():
    """`asyncio.run` may be called as often as one likes."""
    transport = AioTransport()
    assert [run(says(OK), asks(), transport).status for _ in range(3)] == [200, 200, 200]


def test_a_transport_works_again_after_it_was_closed():
    """Closing gives back what is kept open, no more."""

    async def ask(transport: AioTransport, address: str) -> HttpReply:
        await asks()(transport, address)
        await transport.close()
        await transport.close()
        return await asks()(transport, address)

    assert run(says(OK), ask).status == 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_transport_works_in_a_forked_process():
    """The child makes connections of its own."""
    transport = AioTransport()
    run(says(OK), asks(), transport)
    child = os.fork()
    if child == 0:
        os._exit(run(says(OK), asks(), transport).status - 200)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("kept", [None, AioTransport()], ids=["dropped", "kept"])
def test_sessions_end_with_their_loop(kept, caplog):
    """Nobody closes the transport, and nobody hears a complaint."""
    with warnings.catch_warnings(), caplog.at_level(logging.DEBUG):
        warnings.simplefilter("error")
        run(says(OK), asks(), kept)
        gc.collect()
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []


def test_sessions_of_a_loop_that_was_closed_bluntly_make_no_noise(caplog):
    """A loop may be closed without its asynchronous generators."""
    transport = AioTransport()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(serve(says(OK), asks(), transport))
    loop.close()
    with caplog.at_level(logging.DEBUG):
        del transport
        gc.collect()
    assert "Unclosed" not in caplog.text


def test_the_environments_proxy_is_used(monkeypatch):
    """Its password goes to the proxy, and into no message."""
    heard: list[bytes] = []

    async def talk(line: Line) -> None:
        heard.append(await line.hear())
        await line.say(OK)

    async def ask(_: AioTransport, address: str) -> HttpReply:
        monkeypatch.setenv("http_proxy", f"http://user:pass@{address}")
        return await asks()(AioTransport(), "supplier.invalid")

    assert run(talk, ask).status == 200
    assert heard[0].startswith(b"POST http://supplier.invalid/v1/chat HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNz" in heard[0]


def test_loopback_is_never_proxied(monkeypatch):
    """An engine on this machine is reached directly, whatever the environment says."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert run(says(OK), asks(), AioTransport()).status == 200


def test_without_aiohttp_the_error_says_what_to_install():
    """aiohttp is an extra."""
    lines = "import sys; sys.modules['aiohttp'] = None; import purveyor._transport.aio"
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=False
    )
    assert (
        "ConfigError: async calls need aiohttp; try: pip install 'purveyor[async]'" in done.stderr
    )


def test_a_loop_left_running_in_a_thread_makes_no_noise_at_exit():
    """A program that ends need not tidy up first."""
    lines = """
import asyncio, threading
from purveyor._transport.aio import AioTransport
from purveyor._transport.base import Deadline
from purveyor.types.wire import HttpRequest, SizeLimits, Timeouts
transport = AioTransport()
request = HttpRequest("GET", "http://127.0.0.1:9/")
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
call = transport.send(request, Deadline(Timeouts()), SizeLimits())
print(type(asyncio.run_coroutine_threadsafe(call, loop).exception()).__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("ConnectionFailed\n", "")
