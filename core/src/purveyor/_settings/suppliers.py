"""What the settings say of one supplier: its table, its key, its address, its headers."""

from __future__ import annotations

import os
from collections.abc import Iterator

from purveyor._settings.base_urls import address_fault
from purveyor._settings.credentials import (
    Credentials,
    Key,
    Reference,
    from_argument,
    from_environment,
    from_reference,
)
from purveyor._settings.layers import Layers
from purveyor._settings.schema import KEY_SOURCES, SupplierSettings
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, SupplierCard
from purveyor.types.wire import Header

_OPEN_HEADERS = ("user-agent", "accept", "accept-language", "http-referer", "x-title")
"""Headers that never hold a credential; the value of any other is kept secret."""


def table_of(layers: Layers, card: SupplierCard) -> tuple[str, SupplierSettings]:
    """Return the supplier's table and the name it goes by in the file."""
    tables = layers.settings.suppliers
    names = [name for name in (card.name, *card.aliases) if name in tables]
    if len(names) > 1:
        both = " and ".join(f"[suppliers.{name}]" for name in names)
        raise ConfigError(f"{both} mean the same supplier; keep one of them")
    return (names[0], tables[names[0]]) if names else (card.name, SupplierSettings())


def key_candidates(
    layers: Layers, card: SupplierCard, argument: Key | None, credentials: Credentials | None
) -> Iterator[Secret | str]:
    """Give what may be the supplier's key, in the order that counts, and notes on what is not."""
    yield from from_argument(argument)
    name, settings = table_of(layers, card)
    if settings.auth == "none":  # said of this address: no key of ours is to reach it
        return
    is_first = any(layers.is_temporary("suppliers", name, key) for key in KEY_SOURCES)
    if is_first:
        yield from _referred(layers, name, settings)
    yield from from_environment(card.key_env, layers.environ)
    if not is_first:
        yield from _referred(layers, name, settings)
    if credentials is not None and (secret := credentials(card)) is not None:
        yield secret


def _referred(
    layers: Layers, name: str, settings: SupplierSettings
) -> Iterator[Secret | str] | tuple[Secret | str, ...]:
    sources = settings.key_sources()
    if not sources:
        return ()
    reference = Reference(
        settings=settings,
        label=layers.label("suppliers", name, sources[0]),
        folder=os.path.dirname(layers.path or ""),
        environ=layers.environ,
    )
    if sources[0] not in ("api_key_command", "api_key_keyring"):
        return from_reference(reference)
    with layers.kept_lock:  # one question to the user, however many threads ask
        if name not in layers.kept:
            layers.kept[name] = tuple(from_reference(reference))
        return layers.kept[name]


def base_url(
    layers: Layers,
    card: SupplierCard,
    capability: Capability,
    argument: str | None,
    region: str | None,
) -> str:
    """Return the address that counts; any that was stated is checked."""
    name, settings = table_of(layers, card)
    region = region or settings.region
    if region is not None and region not in card.regions:
        known = ", ".join(card.regions) or "none"
        raise ConfigError(f"{card.name} has no region {region!r}; its regions: {known}")
    for url, source in _stated_addresses(layers, card, name, argument):
        if fault := address_fault(url.strip()):
            raise ConfigError(f"the base_url from {source} {fault}")
        return url.strip()
    return card.regions[region] if region else card.base_urls.get(capability, card.base_url)


def _stated_addresses(
    layers: Layers, card: SupplierCard, name: str, argument: str | None
) -> Iterator[tuple[str, str]]:
    if argument is not None:
        yield argument, "argument base_url"
    if not layers.is_temporary("suppliers", name, "base_url"):
        for variable in card.base_url_env:
            if url := layers.variable(variable):
                yield url, f"environment {variable}"
    stated = table_of(layers, card)[1].base_url
    if stated is not None:
        yield stated, layers.label("suppliers", name, "base_url")


def extra_headers(layers: Layers, card: SupplierCard) -> tuple[Header, ...]:
    """Return the headers sent along with every request; values that may be keys as secrets."""
    name, settings = table_of(layers, card)
    return tuple(
        (key, value.bare() if key.lower() in _OPEN_HEADERS else _labelled(layers, name, key, value))
        for key, value in settings.extra_headers.items()
    )


def _labelled(layers: Layers, name: str, header: str, value: Secret) -> Secret:
    source = layers.label("suppliers", name, "extra_headers", header)
    return Secret(value.bare(), source=source)
