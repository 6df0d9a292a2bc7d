"""Registration with pluggy: all of a plugin or nothing, and its hooks as plain functions.

pluggy checks implementations against the specs and keeps them in order. The hooks are then called
directly, with the arguments they take: an implementation may take fewer than its spec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

from purveyor._plugins.loading import IN_PROCESS, Hook, Origin, Phase, Refusal, said
from purveyor.hookspecs import PROJECT, SPECS


class _Pluggy(pluggy.PluginManager):
    """Looks for hooks among the names that may be some: half the cost of a registration."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)

    def parse_hookspec_opts(self, module_or_class: Any, name: str) -> pluggy.HookspecOpts | None:
        return None if name.startswith("__") else super().parse_hookspec_opts(module_or_class, name)


class Registry:
    """The plugins of one kind, as pluggy knows them."""

    def __init__(self) -> None:
        self._pluggy = _Pluggy(PROJECT)
        self._keys: dict[int, str] = {}
        self._origins: dict[str, Origin] = {}
        for spec in SPECS:
            self._pluggy.add_hookspecs(spec)
        self._specs = {
            name: tuple(caller.spec.argnames)
            for name, caller in vars(self._pluggy.hook).items()
            if name.startswith("purveyor_") and caller.spec
        }

    def add(self, plugin: object, origin: Origin) -> Mapping[str, Hook]:
        """Register a plugin and give its hooks by name.

        Raises:
            Refusal: a hook is unknown, unmarked, or takes what its spec does not give.
        """
        key = _key(plugin, origin)
        self._keys[id(plugin)] = key
        self._origins[key] = origin
        try:
            self._pluggy.register(plugin, key)
            hooks = self._checked(plugin, origin)
        except BaseException as err:
            self.remove(plugin)  # older pluggy leaves a refused plugin half registered
            if isinstance(err, (Refusal, KeyboardInterrupt)):
                raise
            text = said(err)
            raise Refusal(origin, Phase.REGISTERED, text, self._expectation(text)) from err
        return hooks

    def remove(self, plugin: object) -> None:
        """Forget a plugin, if it was registered."""
        key = self._keys.pop(id(plugin), "")
        self._origins.pop(key, None)
        if self._pluggy.has_plugin(key):
            self._pluggy.unregister(name=key)

    def implementations(self, hook: str) -> tuple[tuple[Origin, Hook], ...]:
        """Give who implements a hook, and how, in the order in which they are asked."""
        spec = self._specs[hook]
        caller = getattr(self._pluggy.hook, hook)
        found = sorted(caller.get_hookimpls(), key=self._turn)
        return tuple((self._origins[impl.plugin_name], _bound(impl, spec)) for impl in found)

    def _turn(self, implementation: pluggy.HookImpl) -> tuple[bool, bool, bool, str]:
        """Give what decides the order: tryfirst and trylast, the program's own, the name."""
        origin = self._origins[implementation.plugin_name]
        is_installed = origin.distribution != IN_PROCESS
        return (implementation.trylast, not implementation.tryfirst, is_installed, origin.name)

    def _checked(self, plugin: object, origin: Origin) -> dict[str, Hook]:
        hooks: dict[str, Hook] = {}
        for caller in self._pluggy.get_hookcallers(plugin) or ():
            spec = self._specs.get(caller.name)
            for implementation in caller.get_hookimpls():
                if implementation.plugin is not plugin:
                    continue
                if spec is None and not implementation.optionalhook:
                    raise self._unknown(caller.name, origin)
                if implementation.wrapper or implementation.hookwrapper:
                    error = f"{caller.name} is a hook wrapper"
                    raise Refusal(origin, Phase.REGISTERED, error, "implement it without wrapper=")
                if spec is not None:
                    hooks[caller.name] = _bound(implementation, spec)
        for name in self._specs:
            if name not in hooks and callable(getattr(plugin, name, None)):
                error = f"{name} is not marked as a hook"
                raise Refusal(origin, Phase.REGISTERED, error, "mark it @hookimpl")
        return hooks

    def _unknown(self, hook: str, origin: Origin) -> Refusal:
        import difflib  # only a mistake needs it

        close = difflib.get_close_matches(hook, self._specs, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"one of {', '.join(self._specs)}"
        return Refusal(origin, Phase.REGISTERED, f"there is no hook {hook!r}", hint)

    def _expectation(self, text: str) -> str:
        for name, arguments in self._specs.items():
            if repr(name) in text:
                return f"at most these arguments: {name}({', '.join(arguments)})"
        return "tell the plugin's authors"


def _key(plugin: object, origin: Origin) -> str:
    return f"{origin.distribution}:{origin.name}:{id(plugin):x}"


def _bound(implementation: pluggy.HookImpl, spec: Sequence[str]) -> Hook:
    """Make an implementation take all arguments of its spec, and pass on those it knows."""
    function: Hook = implementation.function
    wanted = list(implementation.argnames)
    for name in implementation.kwargnames:  # pluggy itself would not fill those with a default
        if name not in spec:
            break
        wanted.append(name)
    if tuple(wanted) == tuple(spec):
        return function
    places = tuple(spec.index(name) for name in wanted)

    def call(*arguments: Any) -> Any:
        return function(*(arguments[place] for place in places))

    return call
