"""Plugins registered in process: a supplier in user code needs no packaging."""

from __future__ import annotations

from purveyor._clients.runtime import runtime


def register(plugin: object, name: str | None = None, *, replaces: bool = False) -> None:
    """Register a supplier, framework or extension for this process.

    Args:
        plugin: an object with hook implementations, as an entry point would name it.
        name: of an extension; suppliers and frameworks are known by their card's name.
        replaces: whether it stands in for an installed plugin of that name.
    Raises:
        NameTaken: an installed plugin has that name.
        PluginLoadError: the plugin does not keep the contract.
    """
    runtime().manager.register(plugin, name, replaces=replaces)


def unregister(name: str) -> None:
    """Take a plugin out again that was registered in process."""
    runtime().manager.unregister(name)
