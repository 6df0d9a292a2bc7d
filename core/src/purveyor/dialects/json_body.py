"""JSON in and out: strict and fast first, tolerant where a supplier errs harmlessly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from purveyor.errors import BadRequest, MalformedResponse
from purveyor.types.wire import HttpReply

_BOM: Final = b"\xef\xbb\xbf"
_SHOWN: Final = 300

JSON_HEADERS: Final = (("Content-Type", "application/json"), ("Accept", "application/json"))


def encode_json(body: Mapping[str, Any]) -> bytes:
    """Write a request body.

    Raises:
        BadRequest: it holds what JSON cannot say.
    """
    try:
        return msgspec.json.encode(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BadRequest(f"the request cannot be written as JSON: {error}") from error


def decode_json(data: bytes) -> Any:
    """Read JSON; NaN, a BOM, lone surrogates and repeated keys are borne, nothing else is.

    Raises:
        MalformedResponse: it is not JSON.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        return json.loads(data.removeprefix(_BOM))
    except (ValueError, RecursionError):
        pass
    # Raised out here, without a cause: those errors hold the whole body, secrets it echoes included.
    shown = data[:_SHOWN].decode("utf-8", "replace").strip()
    raise MalformedResponse(
        f"expected JSON, got {shown!r}" if shown else "expected JSON, got an empty body"
    )


def decode_object(reply: HttpReply) -> dict[str, Any]:
    """Read a reply's body as a JSON object.

    Raises:
        MalformedResponse: it is no JSON object; carries status and the body's beginning.
    """
    charset = _charset(reply.headers.get("content-type", ""))
    try:
        value = decode_json(_in_utf8(reply.body, charset) if charset else reply.body)
    except MalformedResponse as error:
        error.status, error.raw = reply.status, reply.text()[:2000]
        raise
    if not isinstance(value, dict):
        raise MalformedResponse(
            f"expected a JSON object, got {type(value).__name__}", status=reply.status, raw=value
        )
    return value


def _in_utf8(body: bytes, charset: str) -> bytes:
    try:
        return body.decode(charset).encode()
    except (ValueError, LookupError):  # codecs may raise any UnicodeError
        pass
    raise MalformedResponse(f"the body is not in its declared charset {charset}")


def _charset(content_type: str) -> str | None:
    """Return a charset other than UTF-8, where one is declared."""
    _, _, charset = content_type.lower().partition("charset=")
    charset = charset.partition(";")[0].strip("\"' ")
    return None if charset in ("", "utf-8", "utf8", "us-ascii") else charset
