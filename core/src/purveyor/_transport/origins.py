"""One pooled `requests.Session` per origin and settings, shared by all transports."""

from __future__ import annotations

import os
import threading
from ssl import SSLContext
from typing import Any, Final, cast
from urllib.parse import urlsplit

import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool

from purveyor._transport.environment import surroundings
from purveyor._transport.tls import SYSTEM, tls_context

_CONNECTIONS_KEPT: Final = 100


class Settings(Struct, frozen=True):
    """How to reach the net. None: as the environment says.

    Args:
        ca_bundle: a file or folder of certificates to trust in place of the system's.
        proxies: URL of a proxy by scheme; `()` for none.
    """

    ca_bundle: str | None = None
    proxies: tuple[tuple[str, str], ...] | None = None


class PooledAdapter(HTTPAdapter):
    """The adapter of requests, with our TLS context in place of a bundle read per connection."""

    def __init__(self, context: SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_maxsize=_CONNECTIONS_KEPT)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        pool_kwargs.setdefault("ssl_context", self._context)
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:
        host, pool_kwargs = super().build_connection_pool_key_attributes(request, verify, cert)
        pool_kwargs["ssl_context"] = cast("SSLContext", self._context)  # some put one of their own
        return host, pool_kwargs

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        proxy_kwargs.setdefault("ssl_context", self._context)
        if proxy.lower().startswith("https:"):
            proxy_kwargs.setdefault("proxy_ssl_context", self._context)
        return super().proxy_manager_for(proxy, **proxy_kwargs)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context knows whom to trust; a bundle named here would be trusted besides."""


class Origin:
    """A scheme, host and port, and how they are reached: looked up once, then kept.

    Args:
        url: any address there, as requests prepares it.
        settings: how to reach the net.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        parts = urlsplit(url)
        proxies = None if settings.proxies is None else dict(settings.proxies)
        found = surroundings(url, proxies, settings.ca_bundle)
        self.address = parts.netloc
        self.proxies = {parts.scheme: found.proxy} if found.proxy else {}
        self.trust = found.ca_bundle or SYSTEM
        self.adapter = PooledAdapter(tls_context(found.ca_bundle) if found.is_secure else None)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount(f"{parts.scheme}://", self.adapter)
        self._url = url
        self._pool: HTTPConnectionPool | None = None

    def pool(self) -> HTTPConnectionPool:
        """Give urllib3's pool of connections, for origins without a proxy."""
        pool = self._pool
        if pool is None:
            request = requests.Request("GET", self._url).prepare()
            found = self.adapter.get_connection_with_tls_context(request, True)
            pool = self._pool = cast("HTTPConnectionPool", found)
        return pool

    def close(self) -> None:
        """Close the connections that nobody uses; later calls open new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
        self.session.close()


class Registry:
    """The origins of this process. A forked child starts without any."""

    def __init__(self) -> None:
        self.generation = 0
        self._lock = threading.Lock()
        self._origins: dict[tuple[str, str, int | None, Settings], Origin] = {}
        self._of_parents: list[object] = []
        self._heeds_forks = False

    def origin(self, url: str, settings: Settings) -> Origin:
        """Give the origin of an address, made at first use."""
        parts = urlsplit(url)
        key = (parts.scheme, parts.hostname or "", parts.port, settings)
        with self._lock:
            if not self._heeds_forks and hasattr(os, "register_at_fork"):
                os.register_at_fork(after_in_child=self._forget)
                self._heeds_forks = True
            if key not in self._origins:
                self._origins[key] = Origin(url, settings)
            return self._origins[key]

    def _forget(self) -> None:
        """Leave the parent's connections to the parent.

        They are kept, not closed: their locks may have been held by threads that are no more.
        """
        self.generation += 1
        self._lock = threading.Lock()
        self._of_parents.append(self._origins)
        self._origins = {}


REGISTRY: Final = Registry()
