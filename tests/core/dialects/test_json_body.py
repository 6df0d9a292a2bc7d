"""JSON in and out: strict and fast first, tolerant where a supplier errs harmlessly."""

from __future__ import annotations

import math

import pytest

from purveyor.dialects.json_body import decode_json, decode_object, encode_json
from purveyor.errors import BadRequest, MalformedResponse
from purveyor.types.wire import HttpReply


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b'\n\n\r\n {"a": 1}\n', {"a": 1}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": "\\ud83d"}', {"a": "\ud83d"}),
        (b'{"a": Infinity}', {"a": math.inf}),
    ],
    ids=["plain", "blank lines before", "BOM", "repeated key", "half a surrogate", "infinity"],
)
def test_harmless_oddities_are_borne(data, value):
    """A supplier's body is read where its meaning is clear."""
    assert decode_json(data) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b'{"a": ', b"[" * 100_000, b"\xff\xfe", b"1" * 6000 + b"x"],
    ids=["empty", "html", "cut", "deep", "no UTF-8", "endless number"],
)
def test_what_is_no_json_is_malformed(data):
    """Never an error of the parser's own."""
    with pytest.raises(MalformedResponse, match="expected JSON"):
        decode_json(data)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"3"])
def test_what_is_no_object_is_malformed(body):
    """It carries the status and what came."""
    with pytest.raises(MalformedResponse, match="object") as caught:
        decode_object(HttpReply(200, {}, body))
    assert caught.value.status == 200


def test_a_malformed_body_is_kept_in_its_beginning():
    """So that the user sees the proxy's page."""
    with pytest.raises(MalformedResponse) as caught:
        decode_object(HttpReply(200, {}, b"<html>Log in</html>" + b"x" * 5000))
    assert caught.value.raw.startswith("<html>Log in")
    assert len(caught.value.raw) == 2000


def test_a_declared_charset_is_honoured():
    """GBK is still met; UTF-8 by any of its names is the fast way."""
    gbk = HttpReply(200, {"content-type": "text/json; charset=GBK"}, '{"a": "你好"}'.encode("gbk"))
    assert decode_object(gbk) == {"a": "你好"}
    utf8 = HttpReply(200, {"content-type": 'application/json; charset="UTF-8"'}, b'{"a": 1}')
    assert decode_object(utf8) == {"a": 1}


@pytest.mark.parametrize("charset", ["gbk", "no-such", "base64", "idna", "undefined"])
def test_a_body_that_is_not_in_its_charset_is_malformed(charset):
    """Whatever Python thinks of the name."""
    headers = {"content-type": f"application/json; charset={charset}"}
    with pytest.raises(MalformedResponse, match="charset"):
        decode_object(HttpReply(200, headers, b'{"a": "\xff\xff.."}'))


@pytest.mark.parametrize(
    "value",
    [{1, 2}, object(), 3j, "\ud83d"],
    ids=["mixed", "object", "complex", "half a surrogate"],
)
def test_what_json_cannot_say_is_a_bad_request(value):
    """Before anything is sent."""
    if isinstance(value, set):
        value = {object(): 1}
    with pytest.raises(BadRequest, match="cannot be written"):
        encode_json({"a": value})


def test_a_body_that_holds_itself_is_a_bad_request():
    """A mistake in extra_body."""
    body: dict[str, object] = {}
    body["a"] = body
    with pytest.raises(BadRequest, match="cannot be written"):
        encode_json(body)
