"""Whom we trust: one TLS context per process and bundle, made at the first https connection."""

from __future__ import annotations

import os
import ssl
from typing import Final

from purveyor.errors import ConfigError

SYSTEM: Final = "the system's certificates"
_CONTEXTS: Final[dict[str | None, ssl.SSLContext]] = {}


def tls_context(bundle: str | None = None) -> ssl.SSLContext:
    """Give the context that trusts a bundle, or whom the system trusts.

    Args:
        bundle: a file or folder of certificates in PEM form.

    Raises:
        ConfigError: there are no certificates at that path.
    """
    context = _CONTEXTS.get(bundle)
    if context is None:  # two threads may both make one; the first is kept
        made = _trusting(bundle) if bundle else _trusting_the_system()
        context = _CONTEXTS.setdefault(bundle, made)
    return context


def _trusting(bundle: str) -> ssl.SSLContext:
    try:
        if os.path.isdir(bundle):
            return ssl.create_default_context(capath=bundle)
        return ssl.create_default_context(cafile=bundle)
    except OSError as error:
        raise ConfigError(
            f"no certificates can be read at {bundle!r} ({error.strerror or error}); "
            "correct ca_bundle, or the variable REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        ) from error


def _trusting_the_system() -> ssl.SSLContext:
    """Trust the system's store, where a company's own CA lives; without one, that of requests."""
    context = ssl.create_default_context()  # heeds SSL_CERT_FILE and SSL_CERT_DIR
    folder = ssl.get_default_verify_paths().capath
    # A folder is read certificate by certificate during handshakes, so it is not counted here.
    if not context.cert_store_stats()["x509_ca"] and not (folder and os.listdir(folder)):
        from requests.utils import DEFAULT_CA_BUNDLE_PATH

        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context
