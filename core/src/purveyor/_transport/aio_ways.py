"""How origins are reached, by which proxy and trusting whom: looked up once for each."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from purveyor._transport.environment import surroundings
from purveyor._transport.tls import tls_context
from purveyor.errors import ConfigError


class Way(Struct, frozen=True):
    """How one origin is reached."""

    proxy: str | None
    tls: ssl.SSLContext | bool


class Ways:
    """How origins are reached; the environment is asked once for each.

    Args:
        ca_bundle: a file or folder of certificates to trust in place of the system's.
        proxies: URL of a proxy by scheme; None: as the environment says.
    """

    __slots__ = ("_bundle", "_by_origin", "_proxies")

    def __init__(self, ca_bundle: str | None, proxies: Mapping[str, str] | None) -> None:
        self._bundle = ca_bundle
        self._proxies = proxies
        self._by_origin: dict[tuple[str, str], Way] = {}

    def to(self, url: str) -> Way:
        """Give the way to an address.

        Raises:
            ConfigError: it is none.
        """
        try:
            parts = urlsplit(url)
            origin = (parts.scheme, parts.netloc)
            way = self._by_origin.get(origin)
            if way is None:
                way = self._by_origin[origin] = self._find(url, parts)
        except ValueError:
            raise not_an_address() from None
        return way

    def _find(self, url: str, parts: SplitResult) -> Way:
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise not_an_address()
        if parts.username is not None:
            raise ConfigError(
                "an address with a user name or password in it; send those in a header"
            )
        found = surroundings(url, self._proxies, self._bundle)
        proxy = found.proxy
        if proxy and "://" not in proxy:
            proxy = f"http://{proxy}"
        return Way(proxy, tls_context(found.ca_bundle) if found.is_secure else True)


def not_an_address() -> ConfigError:
    """Make the error for a URL that cannot be sent to; a URL may hold a key, so none is shown."""
    return ConfigError("the URL is no address; base_url begins with https:// or http://")
