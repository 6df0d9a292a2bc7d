"""Plugins that the program itself registers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_factory import PluginFolder, extension_source, installed_nowhere_else

from purveyor._manager import IN_PROCESS, PluginManager
from purveyor.errors import (
    ApiVersionRefused,
    NameTaken,
    PluginError,
    PluginLoadError,
    SupplierNotFound,
)
from purveyor.hookspecs import hookimpl
from purveyor.types.calls import Call, Outcome
from purveyor.types.supplier import FrameworkCard, SupplierCard


class Mine:
    def __init__(self, name: str = "mine", **more: object) -> None:
        self.card = SupplierCard(name=name, title="M", docs="d", base_url="https://x", **more)  # type: ignore[arg-type]

    @hookimpl
    def purveyor_supplier(self) -> SupplierCard:
        return self.card


class Engine:
    @hookimpl
    def purveyor_framework(self) -> FrameworkCard:
        return FrameworkCard(name="engine", title="E", docs="d", executable="e")


class Watcher(Mine):
    @hookimpl
    def purveyor_observe(self) -> Watcher:
        return self

    def started(self, call: Call) -> None: ...

    def finished(self, call: Call, outcome: Outcome) -> None: ...


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


def test_a_registered_supplier_is_found_by_name_and_alias(plugins: PluginFolder) -> None:
    """It needs no distribution."""
    manager = PluginManager()
    manager.register(Mine(aliases=("ours",)))
    assert manager.supplier("mine").distribution == IN_PROCESS
    assert manager.supplier("ours") is manager.supplier("mine")


def test_a_registered_framework_is_found(plugins: PluginFolder) -> None:
    """Its hooks say what it is."""
    manager = PluginManager()
    manager.register(Engine())
    assert manager.framework("engine").card.executable == "e"


def test_one_object_may_be_supplier_and_extension(plugins: PluginFolder) -> None:
    """It is registered as both, and unregistered as both."""
    manager, watcher = PluginManager(), Watcher()
    assert manager.observers({}) == ()
    manager.register(watcher, "mine")
    assert manager.has_own_extensions()
    assert manager.observers({}) == (watcher,)
    manager.unregister("mine")
    assert not manager.has_own_extensions()
    assert manager.observers({}) == ()


def test_an_object_that_is_refused_as_one_thing_is_not_registered_as_the_other(
    plugins: PluginFolder,
) -> None:
    """Its extension name is taken, so its supplier is taken back."""
    plugins.extension("mine", extension_source("    pass\n"))
    manager = PluginManager()
    with pytest.raises(NameTaken, match="the extension name 'mine' is taken: purveyor-mine"):
        manager.register(Watcher())
    assert not manager.is_supplier("mine")


def test_a_registered_plugin_is_checked_like_an_installed_one(plugins: PluginFolder) -> None:
    """Card, version, hooks, name."""
    manager = PluginManager()
    with pytest.raises(ApiVersionRefused):
        manager.register(Mine(api=(9, 0)))
    with pytest.raises(PluginLoadError, match="card.aliases is a list"):
        manager.register(Mine(aliases=[]))
    with pytest.raises(PluginLoadError, match="none of its aliases"):
        manager.register(Mine(), "other")
    with pytest.raises(PluginLoadError, match="Mine is a class"):
        manager.register(Mine)
    with pytest.raises(PluginLoadError, match="int implements no hook of purveyor"):
        manager.register(3)
    with pytest.raises(SupplierNotFound):
        manager.supplier("mine")


def test_a_name_that_is_installed_is_taken(plugins: PluginFolder) -> None:
    """Unless the program says that its own replaces it, until it is unregistered."""
    plugins.supplier("kimi")
    manager = PluginManager()
    with pytest.raises(NameTaken, match="the supplier name 'kimi' is taken: purveyor-kimi 1.0.0"):
        manager.register(Mine("kimi"))
    manager.register(Mine("kimi"), replaces=True)
    assert manager.supplier("kimi").distribution == IN_PROCESS
    manager.unregister("kimi")
    assert manager.supplier("kimi").distribution == "purveyor-kimi"


def test_a_name_that_is_loaded_can_be_replaced_and_comes_back(plugins: PluginFolder) -> None:
    """The installed one is kept."""
    plugins.supplier("kimi")
    manager = PluginManager()
    before = manager.supplier("kimi")
    manager.register(Mine("kimi"), replaces=True)
    manager.unregister("kimi")
    assert manager.supplier("kimi") is before


def test_a_registered_name_is_taken_too(plugins: PluginFolder) -> None:
    """The later one may replace the earlier; of the earlier one nothing is left."""
    manager = PluginManager()
    manager.register(Mine(aliases=("ours",)))
    with pytest.raises(NameTaken, match="in process"):
        manager.register(Mine())
    manager.register(Mine(), replaces=True)
    with pytest.raises(SupplierNotFound):
        manager.supplier("ours")


def test_a_refused_replacement_leaves_what_was_there(plugins: PluginFolder) -> None:
    """All or nothing."""
    manager = PluginManager()
    manager.register(Mine())
    before = manager.supplier("mine")
    with pytest.raises(PluginLoadError):
        manager.register(Mine(aliases=[]), replaces=True)
    assert manager.supplier("mine") is before


def test_unregistering_an_unknown_name_is_an_error(plugins: PluginFolder) -> None:
    """So is an installed one: pip uninstalls it."""
    plugins.supplier("kimi")
    manager = PluginManager()
    manager.supplier("kimi")
    with pytest.raises(PluginError, match="nothing named 'kimi' is registered in process"):
        manager.unregister("kimi")


def test_the_settings_do_not_bind_the_program(plugins: PluginFolder) -> None:
    """Who registers a plugin wants it."""
    plugins.supplier("kimi")
    manager = PluginManager(allow=[])
    manager.register(Mine("kimi"))
    assert manager.is_supplier("kimi")
    assert manager.supplier("kimi").distribution == IN_PROCESS
