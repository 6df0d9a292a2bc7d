"""Checking a configuration as a whole: the environment, the file, and the names of suppliers."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence

from purveyor._settings.faults import suggestion
from purveyor._settings.file import ConfigFault, ConfigFile, dotted, line_of, load
from purveyor._settings.paths import find
from purveyor.errors import ConfigError
from purveyor.types.supplier import SupplierCard


def check(
    path: str | os.PathLike[str] | None,
    environ: Mapping[str, str],
    variables: Collection[str],
    cards: Sequence[SupplierCard] | None,
) -> tuple[ConfigFault, ...]:
    """Return every fault of a configuration, those of the environment first."""
    faults = list(_environment_faults(environ, variables, cards or ()))
    try:
        file = load(find(path, environ))
    except ConfigError as err:
        return (*faults, ConfigFault(None, "", str(err)))
    named = _supplier_name_faults(file, cards) if cards is not None else ()
    return (*faults, *sorted((*file.faults, *named), key=lambda fault: fault.line or 0))


def _environment_faults(
    environ: Mapping[str, str], variables: Collection[str], cards: Sequence[SupplierCard]
) -> Iterator[ConfigFault]:
    """Give the variables that look like ours, but say nothing to us nor to a supplier."""
    others = {name for card in cards for name in (*card.key_env, *card.base_url_env)}
    for name in sorted(environ):
        if name.startswith("PURVEYOR_") and name not in variables and name not in others:
            message = f"unknown variable; {suggestion(name, list(variables))}"
            yield ConfigFault(None, name, message)


def _supplier_name_faults(file: ConfigFile, cards: Sequence[SupplierCard]) -> Iterator[ConfigFault]:
    """Give the tables and aliases whose supplier's name means no supplier, or two things.

    A table with an address of its own needs no plugin.
    """
    known = [name for card in cards for name in (card.name, *card.aliases)]
    for name, table in file.settings.suppliers.items():
        if name not in known and table.base_url is None:
            path = ("suppliers", name)
            message = f"no such supplier is installed; {suggestion(name, known)}"
            yield ConfigFault(line_of(file.lines, path), dotted(path), message)
    for name in file.settings.aliases:
        if name in known:
            path = ("aliases", name)
            message = f"shadows the supplier {name}; choose another name"
            yield ConfigFault(line_of(file.lines, path), dotted(path), message)
