"""What may stand in a cassette: headers by allow-list, bodies without the caller's keys.

Scrubbed by construction: what is not on a list is not written. A pattern that looks like a key
stops the file from being saved, and from being loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from purveyor_testkit.cassettes.provenance import CassetteError

REQUEST_HEADERS: Final = frozenset({"accept", "content-type"})
RESPONSE_HEADERS: Final = frozenset(
    {
        *("content-type", "retry-after", "retry-after-ms", "x-should-retry"),
        *("x-request-id", "request-id", "msh-request-id", "x-ds-trace-id"),
    }
)
_RATE_LIMITS: Final = "x-ratelimit-"

_CREDENTIAL_HEADERS: Final = ("authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie")

_LOOKS_LIKE_A_KEY: Final = (
    ("a key beginning with sk-", re.compile(r"\bsk-[A-Za-z0-9_-]{16,}")),
    ("a bearer token", re.compile(r"\bBearer +[A-Za-z0-9._~+/-]{8,}", re.IGNORECASE)),
    ("a JSON web token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.")),
    ("an access key id", re.compile(r"\b(?:AKIA|AKLT|LTAI)[A-Za-z0-9]{12,}")),
    (
        "a header with a credential",
        re.compile(r"^ *(?:authorization|(?:x-)?api-key|cookie):", re.I | re.M),
    ),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
)

REMOVED: Final = "[secret removed]"


def secrets_of(headers: Mapping[str, Any]) -> list[str]:
    """Give the credentials among the headers of a request, without their scheme."""
    lowered = {name.lower(): value for name, value in headers.items()}
    found = [lowered[name] for name in _CREDENTIAL_HEADERS if name in lowered]
    texts = [each.decode() if isinstance(each, bytes) else str(each) for each in found]
    return [text.rpartition(" ")[2] for text in texts if text]


def kept_headers(headers: Mapping[str, Any], allowed: frozenset[str]) -> dict[str, Any]:
    """Give the headers that are on the list."""
    return {
        name: value
        for name, value in headers.items()
        if name.lower() in allowed or name.lower().startswith(_RATE_LIMITS)
    }


def without(data: Any, secrets: Iterable[str]) -> Any:
    """Cut secrets out of bytes, texts, and lists and objects of them."""
    if isinstance(data, Mapping):
        return {key: without(value, secrets) for key, value in data.items()}
    if isinstance(data, list):
        return [without(value, secrets) for value in data]
    for secret in secrets:
        if len(secret) < 4:  # shorter ones would shred the text
            continue
        if isinstance(data, bytes):
            data = data.replace(secret.encode(), REMOVED.encode())
        elif isinstance(data, str):
            data = data.replace(secret, REMOVED)
    return data


def demand_no_secret(text: str, name: str, secrets: Iterable[str] = ()) -> None:
    """Refuse a cassette that holds a key, or what looks like one.

    Raises:
        CassetteError: says on which line, and never shows what.
    """
    for what, pattern in _LOOKS_LIKE_A_KEY:
        found = pattern.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            raise CassetteError(f"cassette {name}, line {line}: holds {what}; take it out")
    if any(secret in text for secret in secrets if len(secret) >= 4):
        raise CassetteError(f"cassette {name} holds the key it was recorded with; it was not saved")
