"""Base addresses: which one counts, and what is wrong with one that cannot be used."""

from __future__ import annotations

import re
from typing import Final

_ADDRESS: Final = r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(.*)"
_AUTHORITY: Final = r"(?:\[[0-9a-fA-F:.%]+\]|[^\[\]:]+)(?::\d{1,5})?"


def address_fault(url: str) -> str | None:
    """Say what is wrong with a base address, None when it is right.

    The address itself is never part of the answer: it may hold a credential.
    """
    if any(letter.isspace() or not letter.isprintable() or letter == "\\" for letter in url):
        return "holds white space, a backslash or an unprintable character; remove it"
    match = re.fullmatch(_ADDRESS, url)
    if match is None:
        return "is no address; expected https://host/path"
    scheme, authority, _, rest = match.groups()
    if "@" in authority:
        return "holds a user name or password; pass the key with api_key instead"
    if rest:
        return "holds a query or a fragment; expected https://host/path"
    if scheme.lower() in ("http", "https") and not re.fullmatch(_AUTHORITY, authority):
        return "names no host, or no valid port; expected https://host/path"
    return None


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine."""
    host = re.sub(r"^[^:]*://|[/].*$", "", url).lower()
    return re.fullmatch(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", host) is not None
