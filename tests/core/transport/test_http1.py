"""The reply reader: one result however the bytes are cut, a typed error for every fault."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from loopback import chunked, reply

from purveyor._transport.http1 import ResponseReader, read_at_once
from purveyor.errors import ConnectionFailed, MalformedResponse, PurveyorError
from purveyor.types.wire import HttpReply, SizeLimits

TEXT = b'{"text": "' + b"abc " * 40 + b'"}'
RAW = zlib.compress(TEXT)[2:-4]
TWO_MEMBERS = gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:])

GOOD = {
    "length": reply(TEXT, "Content-Type: application/json", "X-Id: 7"),
    "chunked": chunked(TEXT[:1], TEXT[1:30], TEXT[30:]),
    "extensions and trailers": chunked(end=b"")
    + b"%x;name=value \r\n%b\r\n0;last\r\nx-sum: 1\r\n\r\n" % (len(TEXT), TEXT),
    "until close": b"HTTP/1.0 200 OK\r\nserver: old\r\n\r\n" + TEXT,
    "early hints": b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + reply(TEXT),
    "bare line feeds": b"HTTP/1.1 200 OK\ncontent-length: %d\n\n" % len(TEXT) + TEXT,
    "folded header": reply(TEXT, "x-long: a", "\tb"),
    "gzip": reply(gzip.compress(TEXT), "Content-Encoding: gzip"),
    "gzip in members": reply(TWO_MEMBERS, "Content-Encoding: GZIP"),
    "gzip in chunks": chunked(gzip.compress(TEXT)[:9], gzip.compress(TEXT)[9:]).replace(
        b"\r\n\r\n", b"\r\ncontent-encoding: x-gzip\r\n\r\n", 1
    ),
    "deflate": reply(zlib.compress(TEXT), "Content-Encoding: deflate"),
    "bare deflate": reply(RAW, "Content-Encoding: deflate"),
    "the same length twice": reply(TEXT, f"content-length: {len(TEXT)}"),
}
BAD = {
    "not http": b"SSH-2.0-OpenSSH_9.6\r\n\x00\x01\x02",
    "no status": b"HTTP/1.1 abc OK\r\n\r\n",
    "no colon": reply(TEXT, "what is this"),
    "two lengths": reply(TEXT, "content-length: 3"),
    "negative length": b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    "bad chunk size": chunked(end=b"zz\r\nnot a chunk\r\n"),
    "python's number": chunked(end=b"0_5\r\nabcde\r\n0\r\n\r\n"),
    "chunk too long": chunked(end=b"2\r\nabc\r\n0\r\n\r\n"),
    "unknown coding": b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
    "unknown encoding": reply(TEXT, "content-encoding: br"),
    "lying gzip": reply(TEXT, "content-encoding: gzip"),
    "truncated gzip": reply(gzip.compress(TEXT)[:-9], "content-encoding: gzip"),
    "junk after deflate": reply(zlib.compress(TEXT) + b"junk", "content-encoding: deflate"),
    "switched protocols": b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\n\r\n",
    "too large": reply(b"x" * 2000),
    "too large in chunks": chunked(b"x" * 600, b"x" * 600),
    "too large a head": reply(b"", "x-junk: " + "j" * 3000),
    "too large an early hint": b"HTTP/1.1 103 X\r\nlink: a\r\n\r\n" * 100 + reply(TEXT),
    "too many headers": reply(TEXT, *["a: b"] * 1001),
    "endless trailers": chunked(TEXT, end=b"0\r\n" + b"x-a: b\r\n" * 400 + b"\r\n"),
    "a bomb": reply(gzip.compress(b"x" * 100_000), "content-encoding: gzip"),
}
SHORT = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\ncontent-le",
    "short body": reply(TEXT)[:-5],
    "half a chunk": chunked(TEXT)[:40],
    "no last chunk": chunked(TEXT, end=b""),
}
LIMITS = SizeLimits(body_bytes=1000, header_bytes=2000)
CUTS = st.lists(st.integers(0, 700), max_size=12)


def parts_of(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def read(parts: list[bytes], method: str = "POST") -> HttpReply:
    reader = ResponseReader(LIMITS, method)
    body = b"".join([reader.feed(part) for part in parts])
    reader.end()
    return HttpReply(reader.status, reader.headers, body)


@pytest.mark.parametrize("name", GOOD)
@given(cuts=CUTS)
@example(cuts=list(range(700)))
def test_a_good_reply_reads_the_same_however_it_is_cut(name, cuts):
    """Where packets end says nothing."""
    found = read(parts_of(GOOD[name], cuts))
    assert found == read([GOOD[name]])
    assert (found.status, found.body) == (200, TEXT)


@pytest.mark.parametrize("name", BAD)
@given(cuts=CUTS)
@example(cuts=list(range(700)))
def test_a_bad_reply_is_malformed_however_it_is_cut(name, cuts):
    """What cannot be read is an error of its own, never a shorter reply."""
    with pytest.raises(MalformedResponse):
        read(parts_of(BAD[name], cuts))


@pytest.mark.parametrize("name", SHORT)
@given(cuts=CUTS)
def test_a_reply_that_ends_early_is_a_failed_connection_however_it_is_cut(name, cuts):
    """A body that promised more was not received."""
    with pytest.raises(ConnectionFailed):
        read(parts_of(SHORT[name], cuts))


@given(
    data=st.binary(max_size=80),
    prefix=st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", *GOOD.values()]),
)
def test_random_bytes_give_a_reply_or_a_typed_error(data, prefix):
    """No byte that a peer can send raises anything but our own errors."""
    reader = ResponseReader(LIMITS)
    try:
        reader.feed(prefix[: len(prefix) - len(data) // 2] + data)
        reader.end()
    except PurveyorError:
        pass


@pytest.mark.parametrize("name", [*GOOD, *SHORT])
def test_reading_at_once_gives_what_the_reader_gives_or_leaves_it_to_it(name):
    """The short cut for small replies changes no result."""
    data = {**GOOD, **SHORT}[name]
    found = read_at_once(data, LIMITS)
    assert found is None or found == read([data])


def test_most_replies_are_read_at_once():
    """The short cut is taken for an ordinary reply."""
    assert read_at_once(reply(TEXT, "connection: keep-alive"), LIMITS) is not None


@pytest.mark.parametrize(
    ("data", "is_reusable"),
    [
        (reply(TEXT), True),
        (chunked(TEXT), True),
        (reply(TEXT, "Connection: close"), False),
        (reply(TEXT) + b"HTTP/1.1", False),
        (chunked(TEXT) + b"more", False),
        (reply(TEXT).replace(b"1.1", b"1.0"), False),
        (reply(TEXT, "Connection: Keep-Alive").replace(b"1.1", b"1.0"), True),
    ],
)
def test_a_connection_is_reusable_when_the_reply_ended_in_order(data, is_reusable):
    """Bytes that nobody asked for spoil a connection, as does the peer's wish to close it."""
    reader = ResponseReader(LIMITS)
    reader.feed(data)
    assert (reader.is_done, reader.is_reusable) == (True, is_reusable)


@pytest.mark.parametrize(("status", "method"), [(204, "POST"), (304, "GET"), (200, "HEAD")])
def test_a_reply_without_body_is_done_at_its_head(status, method):
    """A length in such a head speaks of another reply."""
    reader = ResponseReader(LIMITS, method)
    reader.feed(b"HTTP/1.1 %d X\r\ncontent-length: 5\r\n\r\n" % status)
    assert (reader.is_done, reader.is_reusable) == (True, True)


def test_repeated_headers_are_joined():
    """Nothing of what the peer said is lost."""
    assert read([reply(b"", "Via: a", "via: b")]).headers["via"] == "a, b"


def test_a_bomb_is_stopped_before_it_is_unpacked():
    """Bytes are counted as they come out, not at the end."""
    bomb = reply(gzip.compress(b"x" * (16 << 20), 1), "content-encoding: gzip")
    with pytest.raises(MalformedResponse, match="exceeds 1000 bytes"):
        read([bomb])


def test_a_tls_alert_says_that_https_is_wanted():
    """The first bytes of a TLS server tell what it is."""
    with pytest.raises(MalformedResponse, match="https://"):
        read([b"\x15\x03\x03\x00\x02\x02\x46"])
