"""What is installed, told without importing any of it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from msgspec import Struct

from purveyor._plugins.entry_points import EntryPoint, keywords
from purveyor._plugins.loaded import LoadedPlugin
from purveyor._plugins.loading import GROUP_OF, IN_PROCESS, PluginKind
from purveyor._plugins.selection import Selection
from purveyor._plugins.shelf import Shelf
from purveyor.errors import PurveyorError
from purveyor.types.supplier import Capability


class PluginState(StrEnum):
    """How a plugin stands."""

    INSTALLED = "installed"
    LOADED = "loaded"
    BROKEN = "broken"
    DENIED = "denied"
    NAME_TAKEN = "name taken"
    IN_PROCESS = "in process"


class PluginListing(Struct, frozen=True, kw_only=True):
    """One plugin in a list. Of one that is not loaded, its metadata say the capabilities."""

    name: str
    kind: PluginKind
    distribution: str
    version: str
    capabilities: tuple[Capability, ...]
    state: PluginState


def listings(shelf: Shelf[Any], selection: Selection) -> Iterator[PluginListing]:
    """List the plugins of one kind by name; the program's own last."""
    for name in selection.catalogue.names(GROUP_OF[shelf.kind]):
        rows = selection.catalogue.rows(GROUP_OF[shelf.kind], name)
        for row in rows:
            plugin = _loaded_from(shelf, row)
            yield PluginListing(
                name=name,
                kind=shelf.kind,
                distribution=row.distribution,
                version=row.version,
                capabilities=_capabilities(plugin) if plugin else _promised(shelf.kind, row),
                state=PluginState.LOADED if plugin else _state(shelf, selection, row),
            )
    for name, plugin in sorted(shelf.loaded.items()):
        if plugin.distribution == IN_PROCESS:
            yield PluginListing(
                name=name,
                kind=shelf.kind,
                distribution=IN_PROCESS,
                version=plugin.version,
                capabilities=_capabilities(plugin),
                state=PluginState.IN_PROCESS,
            )


def _loaded_from(shelf: Shelf[Any], row: EntryPoint) -> LoadedPlugin | None:
    plugin: LoadedPlugin | None = shelf.loaded.get(row.name)
    return plugin if plugin and plugin.distribution == row.distribution else None


def _state(shelf: Shelf[Any], selection: Selection, row: EntryPoint) -> PluginState:
    if not selection.allows(row.name):
        return PluginState.DENIED
    claimants = selection.claimants(shelf.kind, row.name)
    if row.name in shelf.loaded or len(claimants) > 1 or row not in claimants:
        return PluginState.NAME_TAKEN
    problem = shelf.problems.get(row.name)
    if problem and problem.distribution == row.distribution:
        return PluginState.BROKEN
    return PluginState.INSTALLED


def _capabilities(plugin: LoadedPlugin) -> tuple[Capability, ...]:
    try:
        return plugin.capabilities()
    except PurveyorError:
        return ()  # the fault shows when the capability is asked for, and in the doctor's report


def _promised(kind: PluginKind, row: EntryPoint) -> tuple[Capability, ...]:
    """Give the capabilities among a distribution's keywords; an extension has none."""
    if kind is PluginKind.EXTENSION or not row.path:
        return ()
    words = keywords(row.path)
    return tuple(capability for capability in Capability if capability in words)
