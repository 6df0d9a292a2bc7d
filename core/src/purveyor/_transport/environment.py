"""What the environment says of an address: asked of requests, so that both faces agree."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import requests
from msgspec import Struct
from requests.utils import select_proxy


class Surroundings(Struct, frozen=True):
    """How an address is reached from here.

    `proxy` is the URL of a proxy, None for none; `ca_bundle` a file or folder of certificates,
    None for the system's; `is_secure` whether either hop is TLS.
    """

    proxy: str | None
    ca_bundle: str | None
    is_secure: bool


def surroundings(
    url: str, proxies: Mapping[str, str] | None = None, ca_bundle: str | None = None
) -> Surroundings:
    """Look an address up, once: its proxy and whom to trust. Loopback is never proxied.

    Args:
        url: any address at the origin.
        proxies: URL of a proxy by scheme; None: as the environment says.
        ca_bundle: certificates to trust in place of those the environment names.
    """
    with requests.Session() as session:
        found = session.merge_environment_settings(url, {}, False, None, None)
    parts = urlsplit(url)
    candidates = found["proxies"] if proxies is None else proxies
    proxy = None if _is_loopback(parts.hostname or "") else select_proxy(url, candidates)
    trusted = found["verify"] if isinstance(found["verify"], str) else None
    is_secure = "https" in (parts.scheme, (proxy or "").partition(":")[0])
    return Surroundings(proxy, ca_bundle or trusted, is_secure)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
