"""What stays the same from call to call: the origin, the target, the headers with their secrets."""

from __future__ import annotations

import re
from typing import Final

import requests
from requests.structures import CaseInsensitiveDict

from purveyor._transport.http_errors import BELOW
from purveyor._transport.origins import REGISTRY, Origin, Settings
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret, redact
from purveyor.types.wire import Header, HttpRequest

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_OURS: Final = frozenset({"content-length", "transfer-encoding"})  # told by the body
_DEFAULTS: Final = (
    ("accept", "*/*"),
    ("accept-encoding", "identity"),
    ("user-agent", "purveyor"),
)


class Route:
    """A request without its body. It holds revealed secrets, so nothing shows what is in it."""

    __slots__ = ("_headers", "_lead", "address", "generation", "method", "origin", "url")

    def __init__(self, request: HttpRequest, settings: Settings) -> None:
        self.method = request.method.upper()
        if not _TOKEN.fullmatch(self.method):
            raise ConfigError("the request's method is no HTTP method")
        prepared = _prepared(request)
        self.url = prepared.url or ""
        self.generation = REGISTRY.generation
        self.origin: Origin = REGISTRY.origin(self.url, settings)
        self.address = self.origin.address
        self._headers = _revealed(request)
        head = {"host": self.address, **self._headers}
        lines = [f"{self.method} {prepared.path_url} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in head.items()]
        self._lead = "\r\n".join(lines).encode("latin-1")

    def head(self, body: bytes) -> bytes:
        """Give the bytes that go before a body."""
        if body or self.method in _BODY_METHODS:
            return b"%b\r\ncontent-length: %d\r\n\r\n" % (self._lead, len(body))
        return self._lead + b"\r\n\r\n"

    def prepared(self, body: bytes) -> requests.PreparedRequest:
        """Give the same request as requests wants it."""
        request = requests.PreparedRequest()
        request.method, request.url = self.method, self.url
        request.headers = CaseInsensitiveDict(self._headers)
        if body or self.method in _BODY_METHODS:
            request.headers["content-length"] = str(len(body))
        request.body = body or None
        request.prepare_hooks([])
        return request


def _prepared(request: HttpRequest) -> requests.PreparedRequest:
    """Let requests read the address: quoting, international names, no fragment."""
    shown = redact(request.url.partition("?")[0], *request.secrets())
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(request.url, None)
        url = prepared.url or ""
    except BELOW:
        url = ""
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"{shown!r} is no address; base_url begins with https:// or http://")
    if "@" in url.split("/", 3)[2]:
        raise ConfigError("an address with a user name or password in it; send those in a header")
    return prepared


def _revealed(request: HttpRequest) -> dict[str, str]:
    """Give headers as text, the last of one name, under lower-case names.

    Raises:
        ConfigError: a name or value would break the head; the value is not shown.
    """
    for header in request.headers:  # all of them first: a traceback shows the variables here
        _check(header)
    headers = dict(_DEFAULTS)
    headers.update((name.lower(), _text(value).strip()) for name, value in request.headers)
    return {name: value for name, value in headers.items() if name not in _OURS}


def _check(header: Header) -> None:
    name, value = header
    if not _TOKEN.fullmatch(name):
        raise ConfigError("a header's name holds a character that header names cannot have")
    if not _fits_a_line(value):
        source = f" from {value.source}" if isinstance(value, Secret) else ""
        raise ConfigError(
            f"the value of header {name.lower()!r}{source} holds a line break or another "
            "character that headers cannot have; remove it"
        )


def _fits_a_line(value: str | Secret) -> bool:
    text = _text(value)
    is_latin = text.isascii() or all(character <= "\xff" for character in text)
    return is_latin and not _CONTROLS.search(text)


def _text(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
