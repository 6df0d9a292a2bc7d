"""SenseNova's two kinds of key: an API key sent as it is, and a pair that signs short-lived tokens.

The token is a JWT (RFC 7519) signed with HMAC-SHA256. Reference: the `sensenova` package 1.0.6, its
module for tokens (read 2026-11): valid for 1,800 seconds, and from 5 seconds ago.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from purveyor.plugin import AuthenticationError, Secret, SupplierError, encode_json

LIFETIME = 1800
SKEW = 5
MARGIN = 60
_MOST = 64  # pairs a process may use at once before all tokens are made anew


def is_pair(secret: Secret) -> bool:
    """Whether a key is `access key id:secret access key`."""
    key = secret.bare()
    return ":" in key and not key.startswith("sk-")


@dataclass(slots=True)
class _Kept:
    token: Secret
    made: float
    uses: int = 0


class Tokens:
    """Makes tokens, and keeps each until shortly before it expires, or until it is refused."""

    def __init__(self) -> None:
        self._kept: dict[Secret, _Kept] = {}

    def token(self, pair: Secret, now: float) -> Secret:
        """Give a token of this pair that is good at this time."""
        kept = self._kept.get(pair)
        if kept is None or not kept.made <= now < kept.made + LIFETIME - MARGIN:
            if len(self._kept) >= _MOST:
                self._kept.clear()
            token = Secret(signed(pair, int(now)), source=pair.source)
            kept = self._kept[pair] = _Kept(token, now)
        kept.uses += 1
        return kept.token

    def renewed(self, error: SupplierError, key: Secret | None) -> SupplierError:
        """Forget a token that was refused; where it had been good before, a new one is tried once."""
        if error.status == 401 and key is not None:
            refused = self._kept.pop(key, None)
            if refused is not None and refused.uses > 1:
                error.retryable = True
        return error


def signed(pair: Secret, now: int) -> str:
    """Make the token of a pair, good from now on."""
    identity, _, key = pair.bare().partition(":")
    if not identity or not key:
        raise AuthenticationError(
            f"the key from {pair.source} is half a pair; expected access key id:secret access key"
        )
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {"iss": identity, "exp": now + LIFETIME, "nbf": now - SKEW}
    content = f"{_segment(header)}.{_segment(claims)}"
    seal = hmac.new(key.encode(), content.encode(), hashlib.sha256).digest()
    return f"{content}.{_base64(seal)}"


def _segment(value: dict[str, Any]) -> str:
    return _base64(encode_json(value))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
