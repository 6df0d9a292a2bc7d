"""The plugins: found by name without importing them, loaded one at a time, kept apart.

`PluginManager` is what the rest of the core asks. A name becomes an entry point (`selection`, out
of the catalogue in `index`), the entry point an object with a card (`loading`), the
object a registered plugin (`registry`, `shelf`) with typed methods (`loaded`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from purveyor._plugins.extensions import Extensions
from purveyor._plugins.import_watch import PluginWarning
from purveyor._plugins.index import Catalogue
from purveyor._plugins.listing import PluginListing, PluginState, listings
from purveyor._plugins.loaded import FrameworkPlugin, SupplierPlugin
from purveyor._plugins.loading import IN_PROCESS, Origin, Phase, PluginKind, PluginProblem
from purveyor._plugins.selection import Selection
from purveyor._plugins.shelf import Shelf
from purveyor.errors import PluginError, PluginLoadError
from purveyor.types.secret import Secret
from purveyor.types.supplier import SupplierCard

if TYPE_CHECKING:
    from purveyor._transport.base import Transports
    from purveyor.types.calls import Observer

__all__ = [
    "IN_PROCESS",
    "FrameworkPlugin",
    "Origin",
    "Phase",
    "PluginKind",
    "PluginListing",
    "PluginManager",
    "PluginProblem",
    "PluginState",
    "PluginWarning",
    "SupplierPlugin",
]

_NO_CHOICE: Mapping[str, str] = {}


class PluginManager:
    """Finds plugins, loads them by name, and asks the extensions.

    Safe to share between threads.

    Args:
        allow: the only entry-point names that count; None allows all.
        deny: entry-point names that do not count.
        chosen: the distribution to take for a name that several claim.
        cache_folder: where the index of entry points is kept; None keeps none.
        patience: seconds an import may take before a warning names the plugin.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] | None = None,
        deny: Collection[str] = (),
        chosen: Mapping[str, str] = _NO_CHOICE,
        cache_folder: Path | None = None,
        patience: float = 10.0,
    ) -> None:
        self._catalogue = Catalogue(cache_folder)
        self._selection = Selection(self._catalogue, allow, deny, chosen)
        self._suppliers = Shelf[SupplierPlugin](
            PluginKind.SUPPLIER, SupplierPlugin, self._selection, patience
        )
        self._frameworks = Shelf[FrameworkPlugin](
            PluginKind.FRAMEWORK, FrameworkPlugin, self._selection, patience
        )
        self._extensions = Extensions(self._selection, patience)
        self._shelves: tuple[Shelf[Any], ...] = (
            self._suppliers,
            self._frameworks,
            self._extensions.shelf,
        )

    def supplier(self, name: str) -> SupplierPlugin:
        """Return the supplier of a name or alias, loaded now if it was not before.

        Raises:
            SupplierNotFound: none of that name is installed; says which are.
            NameTaken: several distributions claim the name; says how to choose.
            PluginLoadError: it cannot be imported, registered or described.
            ApiVersionRefused: it was written for other hook specs.
        """
        return self._suppliers.get(name)

    def framework(self, name: str) -> FrameworkPlugin:
        """Return the framework of a name; raises as `supplier` does, with FrameworkNotFound."""
        return self._frameworks.get(name)

    def is_supplier(self, name: str) -> bool:
        """Whether a supplier of that name is installed or registered; imports nothing."""
        return name in self._suppliers.loaded or bool(
            self._selection.claimants(PluginKind.SUPPLIER, name)
        )

    def names(self, kind: PluginKind) -> tuple[str, ...]:
        """Return the names that count, installed or registered, sorted; imports nothing."""
        shelf = next(shelf for shelf in self._shelves if shelf.kind is kind)
        return tuple(sorted({*self._selection.names(kind), *shelf.loaded}))

    def listings(self) -> tuple[PluginListing, ...]:
        """Return all plugins, suppliers first, by name; imports none."""
        self._catalogue.revalidate()
        return tuple(
            listing for shelf in self._shelves for listing in listings(shelf, self._selection)
        )

    def problems(self) -> tuple[PluginProblem, ...]:
        """Return what was found wrong so far: unreadable metadata, then plugins by name."""
        unread = (
            PluginProblem(
                name=fault.distribution,
                distribution=fault.distribution,
                version=fault.version,
                phase=Phase.DISCOVERED,
                error=f"{fault.path}: {fault.error}",
                hint=f"pip install --force-reinstall {fault.distribution}",
            )
            for fault in self._catalogue.faults()
        )
        found = (shelf.problems[name] for shelf in self._shelves for name in sorted(shelf.problems))
        return (*unread, *found)

    def register(self, plugin: object, name: str | None = None, *, replaces: bool = False) -> None:
        """Take in a plugin of the program's own: supplier, framework, extension, or several in one.

        Raises:
            NameTaken: there is one of that name, and `replaces` is not said.
            PluginError: the plugin is refused, as an installed one would be.
        """
        shelves = [shelf for shelf in self._shelves if shelf.suits(plugin)]
        if not shelves:
            raise PluginLoadError(
                f"{type(plugin).__name__} implements no hook of purveyor. "
                "Try: from purveyor.plugin import Supplier, Framework, hookimpl"
            )
        added: list[tuple[Shelf[Any], str]] = []
        try:
            for shelf in shelves:
                name = shelf.add(plugin, name, replaces=replaces)
                added.append((shelf, name))
        except PluginError:
            for shelf, taken in added:
                shelf.remove(taken)
            raise
        finally:
            self._extensions.changed()

    def unregister(self, name: str) -> None:
        """Forget a plugin that was registered; an installed one of that name counts again.

        Raises:
            PluginError: none of that name was registered.
        """
        removed = [shelf.remove(name) for shelf in self._shelves]
        if not any(removed):
            raise PluginError(f"nothing named {name!r} is registered in process")
        self._extensions.changed()

    def examine_all(self, deadline: float = 10.0) -> tuple[PluginProblem, ...]:
        """Load every plugin and ask what it offers, none longer than `deadline` seconds.

        One that hangs is left behind in its thread and reported, and the others go on.
        """
        from purveyor._plugins.examination import examine

        self._catalogue.refresh()
        for shelf in self._shelves:
            examine(shelf, self._selection, self.names(shelf.kind), deadline)
        return self.problems()

    def has_own_extensions(self) -> bool:
        """Whether the program has registered an extension itself; loads nothing."""
        return any(
            plugin.origin.distribution == IN_PROCESS
            for plugin in self._extensions.shelf.loaded.values()
        )

    def listens(self, hook: str) -> bool:
        """Whether any extension implements a hook; no argument need be built where none does."""
        return bool(self._extensions.listeners(hook))

    def observers(self, settings: dict[str, Any]) -> tuple[Observer, ...]:
        """Return the observers of calls that the extensions give."""
        return self._extensions.observers(settings)

    def transport(self, scheme: str) -> Transports | None:
        """Return what carries requests of a scheme, the first answer; None where none does."""
        return self._extensions.transport(scheme)

    def credentials(self, card: SupplierCard) -> Secret | None:
        """Return a supplier's key from an extension's store, the first answer."""
        return self._extensions.credentials(card)

    def add_commands(self, cli: object) -> None:
        """Let every extension add its commands to the `purveyor` command."""
        self._extensions.add_commands(cli)
