"""Reads the head of an HTTP/1 reply: its status line and headers."""

from __future__ import annotations

import re
from typing import Final

from purveyor.errors import MalformedResponse

_STATUS_LINE: Final = re.compile(r"HTTP/1\.([0-9]) +([1-9][0-9]{2})(?:[ \r\n]|$)")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_UNUSUAL: Final = re.compile(r"[ \t\r]")
_HEADER_COUNT: Final = 1000


def parse_head(head: bytes) -> tuple[int, int, dict[str, str]]:
    """Read a head: the minor version of HTTP/1, the status, and the headers in lower case.

    Raises:
        MalformedResponse: a line is neither.
    """
    text = head.decode("latin-1")
    match = _STATUS_LINE.match(text)
    if match is None:
        raise MalformedResponse("the reply's first line is no HTTP status line")
    lines = text.split("\n")
    del lines[0]
    if len(lines) > _HEADER_COUNT:
        raise MalformedResponse(f"the reply has more than {_HEADER_COUNT} headers")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    # Not checked line by line, for speed: a break, a repetition or a fault shows in the names.
    if len(headers) != len(lines) or _UNUSUAL.search("\n".join(headers)) or "" in headers:
        headers = _parse_lines(lines)
    return int(match[1]), int(match[2]), headers


def _parse_lines(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        before, colon, value = line.partition(":")
        if name and line[:1] in (" ", "\t"):  # the old way to break a long value
            headers[name] = f"{headers[name]} {line.strip()}"
            continue
        name = before.strip().lower()
        if not colon or not name:
            raise MalformedResponse("a header line of the reply has no name or no colon")
        value = value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def parse_length(text: str) -> int:
    """Read a content-length; several that say the same are one.

    Raises:
        MalformedResponse: it is no number, or there are two that differ.
    """
    lengths = {part.strip() for part in text.split(",")}
    length = lengths.pop()
    if lengths or _LENGTH.fullmatch(length) is None:
        raise MalformedResponse(f"the reply's content-length {text[:40]!r} is not one number")
    return int(length)
