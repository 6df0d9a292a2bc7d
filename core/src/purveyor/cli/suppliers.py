"""Which supplier a command uses when none is named, and the cards of those that are installed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

from purveyor import config
from purveyor._clients.runtime import runtime
from purveyor._manager import PluginKind
from purveyor.errors import ConfigError, PluginError
from purveyor.types.supplier import Capability, SupplierCard


@dataclass(frozen=True, slots=True)
class Pick:
    """The name to make a module of (None: as configured), and what the user is to be told of it."""

    model: str | None
    note: str | None = None


def pick(capability: Capability, model: str | None, base_url: str | None) -> Pick:
    """Take the model that is named, else the configured one, else a supplier with a key.

    Only where nothing at all is set up, a supplier that needs neither key nor network stands in,
    and the note says so. It never stands in for one that was named and has no key.
    """
    if model is not None or runtime().config.default_model(capability) is not None:
        return Pick(model)
    if base_url is not None:
        raise click.UsageError("--base-url names no model; add --model local:MODEL")
    card = _stand_in(capability)
    if card is None:
        return Pick(None)
    name = f"{card.name}:{card.default_models[capability]}"
    instead = "PURVEYOR_MODEL" if capability is Capability.CHAT else "[defaults] of purveyor.toml"
    return Pick(
        name,
        f"no supplier is set up; using {name} ({card.title});"
        f" choose another with --model source:model or {instead}",
    )


def _stand_in(capability: Capability) -> SupplierCard | None:
    if runtime().config.settings.suppliers:
        return None
    known = cards()
    if any(card.auth != "none" and runtime().has_key(card) for card in known):
        return None
    offering = (card for card in known if capability in card.default_models)
    return next((card for card in offering if _needs_nothing(card)), None)


def _needs_nothing(card: SupplierCard) -> bool:
    """Whether a supplier needs neither a key nor a network: it answers inside this process."""
    return card.auth == "none" and not card.base_url.startswith(("http://", "https://"))


def cards(*, without: Collection[str] = ()) -> tuple[SupplierCard, ...]:
    """Load the cards of all installed suppliers, each once; a broken plugin is passed over.

    Args:
        without: names that are not to be loaded: a plugin that hangs would hang us too.
    """
    names = runtime().manager.names(PluginKind.SUPPLIER)
    found = (_card(name) for name in names if name not in without)
    return tuple({card.name: card for card in found if card is not None}.values())


def _card(name: str) -> SupplierCard | None:
    try:
        return runtime().manager.supplier(name).card
    except PluginError:
        return None


@contextmanager
def usable_settings() -> Iterator[None]:
    """Do without the file inside the block, where it has a fault: who examines must go on."""
    try:
        _ = config.current().settings
    except ConfigError:
        with config.temporary(path=os.devnull):
            yield
    else:
        yield
