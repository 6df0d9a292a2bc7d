"""What may go on a tape: known headers, and texts without the secrets of their request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from purveyor.types.secret import Secret, redact
from purveyor.types.wire import HttpRequest

_ASKED_HEADERS: Final = frozenset({"content-type", "accept"})
# `content-encoding` is left out: a tape holds what came out of the decompression.
_REPLY_HEADERS: Final = re.compile(
    r"content-type|retry-after.*|x-should-retry|x-request-id|x-ratelimit-.*"
)
_SECRET_PARAMETER: Final = re.compile(
    r"key|token|signature|secret|credential|password", re.IGNORECASE
)
_SHORTEST: Final = 4  # as `redact` has it: shorter secrets would shred the text
_MARK: Final = b"[secret removed]"

# What secrets look like, of which nobody told us.
_PATTERNS: Final = (
    re.compile(rb"\bsk-[A-Za-z0-9_-]{12,}"),
    re.compile(rb"\bBearer\s+[A-Za-z0-9._~+/=-]{12,}", re.IGNORECASE),
    re.compile(rb"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."),
    re.compile(rb"\b(?:AKIA|LTAI|AKLT|AIza|ghp_|hf_)[A-Za-z0-9_-]{14,}"),
    re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
)


def scrubbed_request(request: HttpRequest) -> HttpRequest:
    """Give a request as it may be kept."""
    secrets = tuple(request.secrets())
    headers = tuple(
        (name.lower(), redact(value, *secrets))
        for name, value in request.headers
        if isinstance(value, str) and name.lower() in _ASKED_HEADERS
    )
    body = redact(request.body.decode("latin-1"), *secrets).encode("latin-1")
    return HttpRequest(request.method.upper(), scrubbed_url(request.url, secrets), headers, body)


def scrubbed_url(url: str, secrets: Iterable[Secret] = ()) -> str:
    """Cut a user's name, parameters that are secrets by name, and known secrets out of a URL."""
    parts = urlsplit(url)
    query = "&".join(
        pair
        for pair in parts.query.split("&")
        if not _SECRET_PARAMETER.search(pair.partition("=")[0])
    )
    host = parts.netloc.rpartition("@")[2]
    text = urlunsplit((parts.scheme, host, parts.path, query, ""))
    for secret in secrets:
        text = redact(text, secret, Secret(quote(secret.bare(), safe="")))
    return text


def scrubbed_headers(headers: Mapping[str, str], secrets: Iterable[Secret]) -> dict[str, str]:
    """Give the headers of a reply that may be kept."""
    kept = tuple(secrets)
    return {
        name.lower(): redact(value, *kept)
        for name, value in headers.items()
        if _REPLY_HEADERS.fullmatch(name.lower())
    }


def scrubbed_parts(parts: Sequence[bytes], secrets: Iterable[Secret]) -> tuple[bytes, ...]:
    """Cut secrets out of the parts of a reply, also where one lies across a cut.

    What takes a secret's place is as long as the secret, so that every cut stays where it was.
    """
    body = b"".join(parts)
    clean = body
    for secret in secrets:
        value = secret.bare().encode()
        if len(value) >= _SHORTEST:
            clean = clean.replace(value, _MARK.ljust(len(value), b"*")[: len(value)])
    if clean == body:
        return tuple(parts)
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    return tuple(clean[start:end] for start, end in zip(ends, ends[1:], strict=False))


def looks_secret(text: bytes) -> bool:
    """Whether a text holds what looks like a key, though nobody called it a secret."""
    return any(pattern.search(text) for pattern in _PATTERNS)
