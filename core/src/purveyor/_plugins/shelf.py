"""The plugins of one kind: each loaded when it is first asked for, once, whoever asks.

There is a lock per name, so that a plugin that hangs in its import holds up only those who want
it. What is loaded lies in a plain dict: the second look is one dict access.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from purveyor._plugins.loaded import LoadedPlugin, extension_hooks
from purveyor._plugins.loading import (
    IN_PROCESS,
    Hook,
    Origin,
    Phase,
    PluginKind,
    PluginProblem,
    Refusal,
    card_of,
    check_api,
    check_card,
    import_plugin,
    origin_of,
    refuse_class,
)
from purveyor._plugins.selection import Selection
from purveyor.errors import NameTaken

if TYPE_CHECKING:
    from purveyor._plugins.registry import Registry

P = TypeVar("P", bound=LoadedPlugin)

Maker = Callable[[object, Any, Origin, Mapping[str, Hook]], P]
"""Makes the loaded plugin of plugin, card (None of an extension), origin and hooks."""


class Shelf(Generic[P]):
    """The plugins of one kind.

    Args:
        kind: which.
        make: makes what is put on the shelf.
        selection: says which entry point a name means.
        patience: seconds an import may take before a warning names it.
    """

    def __init__(
        self, kind: PluginKind, make: Maker[P], selection: Selection, patience: float
    ) -> None:
        self.kind = kind
        self.loaded: dict[str, P] = {}
        self.problems: dict[str, PluginProblem] = {}
        self.phases: dict[str, Phase] = {}
        self._make = make
        self._selection = selection
        self._patience = patience
        self._by_identity: dict[int, P] = {}
        self._name_locks: dict[str, threading.RLock] = {}
        self._lock = threading.RLock()
        self._registry: Registry | None = None

    def get(self, name: str) -> P:
        """Give the plugin of a name, loaded now if it was not before.

        Raises:
            PluginError: there is none, or it cannot be loaded.
        """
        plugin = self.loaded.get(name)
        return plugin if plugin is not None else self._load(name)

    def add(self, plugin: object, name: str | None, *, replaces: bool = False) -> str:
        """Put a plugin of the program's own on the shelf, and return its name; aliases count too.

        Raises:
            NameTaken: there is one of that name, and `replaces` is not said.
            PluginError: the plugin is refused, as an installed one would be.
        """
        try:
            origin = Origin(self.kind, name or _spoken_name(plugin))
            card = self._card(plugin, origin)
            if card is not None and name is None:
                origin = Origin(self.kind, card.name)
            names = {origin.name} if card is None else {card.name, *getattr(card, "aliases", ())}
            with self._lock:
                for taken in () if replaces else sorted(names):
                    self._refuse_taken(taken)
                made = self._taken_in(plugin, card, origin)
                for replaced in [self.loaded[key] for key in names if key in self.loaded]:
                    if replaced is not made:
                        self._discard(replaced)
                self.loaded.update(dict.fromkeys(names, made))
                return made.name
        except Refusal as refusal:
            raise refusal.public() from refusal.__cause__

    def suits(self, plugin: object) -> bool:
        """Whether a plugin implements what this kind is asked."""
        if self.kind is not PluginKind.EXTENSION:
            return hasattr(plugin, f"purveyor_{self.kind}")
        return any(hasattr(plugin, hook) for hook in extension_hooks())

    def remove(self, name: str) -> bool:
        """Take a plugin that was added off the shelf; False where there is none."""
        with self._lock:
            plugin = self.loaded.get(name)
            return plugin is not None and self._discard(plugin)

    def implementations(self, hook: str) -> tuple[tuple[Origin, Hook], ...]:
        """Give who of the loaded ones implements a hook, and how."""
        return () if self._registry is None else self._registry.implementations(hook)

    def _load(self, name: str) -> P:
        with self._name_locks.setdefault(name, threading.RLock()):
            plugin = self.loaded.get(name)
            if plugin is not None:
                return plugin
            try:
                origin, imported = self._imported(name)
                plugin = self._taken_in(imported, self._card(imported, origin), origin)
            except NameTaken as err:
                self.problems[name] = self._contest(name, err)
                raise
            except Refusal as refusal:
                self.problems[name] = refusal.problem
                raise refusal.public() from refusal.__cause__
            self.problems.pop(name, None)
            return self.loaded.setdefault(name, plugin)

    def _imported(self, name: str) -> tuple[Origin, object]:
        self.phases[name] = Phase.DISCOVERED
        entry_point = self._selection.one(self.kind, name, self.loaded)
        origin = origin_of(self.kind, entry_point)
        self.phases[name] = Phase.IMPORTED
        try:
            return origin, import_plugin(entry_point, origin, self._patience)
        except Refusal:
            # The index may be behind: a metadata file was edited in place.
            self._selection.catalogue.refresh()
            fresh = self._selection.one(self.kind, name, self.loaded)
            if fresh == entry_point:
                raise
        origin = origin_of(self.kind, fresh)
        return origin, import_plugin(fresh, origin, self._patience)

    def _card(self, plugin: object, origin: Origin) -> Any:
        refuse_class(plugin, origin)
        if self.kind is PluginKind.EXTENSION:
            return None
        self.phases[origin.name] = Phase.VERSION_CHECKED
        card = card_of(plugin, origin)
        check_api(card, origin)
        return card

    def _taken_in(self, plugin: object, card: Any, origin: Origin) -> P:
        """Register a plugin and check its card; all or nothing. One object is taken in once."""
        self.phases[origin.name] = Phase.REGISTERED
        with self._lock:
            known = self._by_identity.get(id(plugin))
            if known is None:
                known = self._by_identity[id(plugin)] = self._registered(plugin, card, origin)
            elif card is not None:
                check_card(card, origin)  # another of its names: an alias
        self.phases[origin.name] = Phase.DESCRIBED
        return known

    def _registered(self, plugin: object, card: Any, origin: Origin) -> P:
        from purveyor._plugins.registry import Registry  # pluggy is imported with the first plugin

        registry = self._registry = self._registry or Registry()
        hooks = registry.add(plugin, origin)
        try:
            if card is not None:
                check_card(card, origin)
            return self._make(plugin, card, origin, hooks)
        except BaseException:
            registry.remove(plugin)
            raise

    def _contest(self, name: str, err: NameTaken) -> PluginProblem:
        rows = self._selection.claimants(self.kind, name)
        error, _, hint = str(err).partition(". Try: ")
        return PluginProblem(
            name=name,
            distribution=", ".join(row.distribution for row in rows),
            version=", ".join(row.version for row in rows),
            phase=Phase.DISCOVERED,
            error=error,
            hint=hint,
        )

    def _discard(self, plugin: P) -> bool:
        """Forget a plugin of the program's own; an installed one stays as it is."""
        if plugin.distribution != IN_PROCESS:
            return False
        for key in [key for key, value in self.loaded.items() if value is plugin]:
            del self.loaded[key]
        self._by_identity.pop(id(plugin.plugin), None)
        if self._registry is not None:
            self._registry.remove(plugin.plugin)
        return True

    def _refuse_taken(self, name: str) -> None:
        owners = [origin_of(self.kind, row) for row in self._selection.claimants(self.kind, name)]
        if name in self.loaded:
            owners.append(self.loaded[name].origin)
        if owners:
            raise NameTaken(
                f"the {self.kind} name {name!r} is taken: {owners[-1].owner()} has it. "
                "Try: register(..., replaces=True)"
            )


def _spoken_name(plugin: object) -> str:
    return str(getattr(plugin, "__name__", type(plugin).__name__))
