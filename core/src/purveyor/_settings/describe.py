"""Every setting with its value and who said so, fit to be shown: secrets are masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from purveyor._settings.credentials import first_key, from_environment
from purveyor._settings.file import Path
from purveyor._settings.layers import Layers
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret
from purveyor.types.supplier import SupplierCard

_SENSITIVE: Final = re.compile(r"key|token|secret|passw|auth|cookie|credential|header", re.I)
_REFERENCES: Final = ("api_key_env", "api_key_file", "api_key_keyring", "auth")


class Setting(Struct, frozen=True):
    """One setting: its dotted name, its value as it may be shown, and where it comes from."""

    name: str
    value: str
    source: str


def describe(
    layers: Layers, variables: Sequence[str], cards: Sequence[SupplierCard]
) -> Iterator[Setting]:
    """Give the variables that are set, the keys and addresses in the environment, and the file."""
    for variable in variables:
        if layers.variable(variable):
            yield Setting(variable, layers.variable(variable), f"environment {variable}")
    for card in cards:
        yield from _of_environment(layers, card)
    plain = msgspec.to_builtins(layers.settings, enc_hook=_masked)
    for path, value in _leaves(plain, ()):
        name = ".".join(path)
        yield Setting(name, _fit_to_show(path, value), layers.place_of(*path))


def _of_environment(layers: Layers, card: SupplierCard) -> Iterator[Setting]:
    try:
        secret = first_key(from_environment(card.key_env, layers.environ)).secret
    except ConfigError as err:
        yield Setting(f"suppliers.{card.name}.api_key", "unusable", str(err))
    else:
        if secret is not None:
            yield Setting(f"suppliers.{card.name}.api_key", secret.masked(), secret.source)
    for variable in card.base_url_env:
        if url := layers.variable(variable):
            path = ("suppliers", card.name, "base_url")
            yield Setting(".".join(path), _fit_to_show(path, url), f"environment {variable}")
            break


def _masked(value: object) -> str:
    return value.masked() if isinstance(value, Secret) else str(value)


def _leaves(value: object, at: Path) -> Iterator[tuple[Path, Any]]:
    """Give what was stated; None and empty mean that nothing was."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, (*at, str(key)))
    elif value not in (None, [], ()):
        yield at, value


def _fit_to_show(path: Path, value: Any) -> str:
    if path[-1] == "api_key_command" and value:
        return f"{value[0]} ..." if len(value) > 1 else str(value[0])
    text = ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    is_number = isinstance(value, (bool, int, float))
    is_secret = any(map(_SENSITIVE.search, path[1:])) and path[-1] not in _REFERENCES
    if text.startswith("***") or is_number:  # masked already, or no key
        return text
    return "***" if is_secret or ("://" in text and "@" in text) else text
