"""Listing what is installed, and examining all of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from plugin_factory import CHAT, PluginFolder, installed_nowhere_else, supplier_source
from test_manager_in_process import Mine

from purveyor._manager import Phase, PluginListing, PluginManager, PluginState
from purveyor.errors import PluginLoadError
from purveyor.types.supplier import Capability

HANGS = "import gate\ngate.open.wait(60)\n"


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module through which a fabricated plugin is held up, until the test is over."""
    module = ModuleType("gate")
    module.open = threading.Event()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gate", module)
    yield module
    module.open.set()
    for thread in threading.enumerate():
        if thread.name.startswith("doctor-"):
            thread.join(60)


def states(manager: PluginManager) -> dict[str, PluginState]:
    return {listing.name: listing.state for listing in manager.listings()}


def test_a_listing_tells_of_a_plugin_without_importing_it(plugins: PluginFolder) -> None:
    """Its keywords say what it offers, in the usual order."""
    plugins.supplier("kimi", "raise ValueError", keywords="llm, deploy,embedding chat")
    (listing,) = PluginManager().listings()
    assert listing == PluginListing(
        name="kimi",
        kind="supplier",  # type: ignore[arg-type]
        distribution="purveyor-kimi",
        version="1.0.0",
        capabilities=(Capability.CHAT, Capability.EMBEDDING, Capability.DEPLOY),
        state=PluginState.INSTALLED,
    )


def test_the_list_says_how_each_plugin_stands(plugins: PluginFolder) -> None:
    """All six states."""
    for name in ("fine", "loaded", "denied", "taken"):
        plugins.supplier(name)
    plugins.supplier("taken", distribution="other-taken")
    plugins.supplier("broken", "raise ValueError")
    manager = PluginManager(deny=["denied"])
    manager.supplier("loaded")
    with pytest.raises(PluginLoadError):
        manager.supplier("broken")
    manager.register(Mine())
    assert states(manager) == {
        "broken": PluginState.BROKEN,
        "denied": PluginState.DENIED,
        "fine": PluginState.INSTALLED,
        "loaded": PluginState.LOADED,
        "taken": PluginState.NAME_TAKEN,
        "mine": PluginState.IN_PROCESS,
    }


def test_a_choice_shows_in_the_list(plugins: PluginFolder) -> None:
    """The chosen one is installed, the other's name is taken."""
    plugins.supplier("kimi")
    plugins.supplier("kimi", distribution="other-kimi")
    listed = PluginManager(chosen={"kimi": "other-kimi"}).listings()
    assert {listing.distribution: listing.state for listing in listed} == {
        "other-kimi": PluginState.INSTALLED,
        "purveyor-kimi": PluginState.NAME_TAKEN,
    }


def test_a_replaced_plugin_shows_in_the_list(plugins: PluginFolder) -> None:
    """Both are listed."""
    plugins.supplier("kimi")
    manager = PluginManager()
    manager.register(Mine("kimi"), replaces=True)
    assert [each.state for each in manager.listings()] == ["name taken", "in process"]


def test_an_extension_is_listed_without_capabilities(plugins: PluginFolder) -> None:
    """Whatever the keywords of its distribution say."""
    plugins.extension("trace", "raise ValueError")
    (listing,) = PluginManager().listings()
    assert (listing.kind.value, listing.capabilities) == ("extension", ())


def test_a_list_does_not_fail_with_a_plugin(plugins: PluginFolder) -> None:
    """Whose hook raises when it is asked what it offers."""
    hook = "    @hookimpl\n    def purveyor_chat(self): 1/0\n"
    plugins.supplier("kimi", supplier_source("kimi", hooks=hook))
    manager = PluginManager()
    manager.supplier("kimi")
    assert manager.listings()[0].capabilities == ()


def test_a_loaded_plugin_tells_its_capabilities_itself(plugins: PluginFolder) -> None:
    """The keywords are only a promise."""
    plugins.supplier("kimi", keywords="rerank")
    manager = PluginManager()
    manager.supplier("kimi")
    assert manager.listings()[0].capabilities == (Capability.CHAT,)


def test_unreadable_metadata_is_a_problem(plugins: PluginFolder) -> None:
    """Phase discovered."""
    info = plugins.distribution("purveyor-broken", {})
    (info / "entry_points.txt").write_bytes(b"[purveyor.suppliers]\n\xff = 1")
    (problem,) = PluginManager().problems()
    assert (problem.distribution, problem.phase) == ("purveyor-broken", Phase.DISCOVERED)
    assert problem.hint == "pip install --force-reinstall purveyor-broken"


def test_the_examination_of_sound_plugins_finds_nothing(plugins: PluginFolder) -> None:
    """All are loaded."""
    for number in range(20):
        plugins.supplier(f"s{number}")
    manager = PluginManager(deny=["s3"])
    assert manager.examine_all() == ()
    assert "fabricated_s19" in sys.modules
    assert "fabricated_s3" not in sys.modules


def test_the_examination_names_each_that_fails(plugins: PluginFolder) -> None:
    """In any phase, hooks included, even where it raises KeyboardInterrupt."""
    sources = {
        "a": "raise KeyboardInterrupt",
        "b": "raise SystemExit",
        "c": supplier_source("c", card="api=(2, 0)"),
        "d": supplier_source("d", hooks="    @hookimpl\n    def purveyor_chatt(self): ...\n"),
        "e": supplier_source("e", hooks="    @hookimpl\n    def purveyor_rerank(self): 1/0\n"),
    }
    for name, source in sources.items():
        plugins.supplier(name, source)
    plugins.supplier("f")
    plugins.supplier("f", distribution="other-f")
    plugins.supplier("fine")
    found = PluginManager().examine_all()
    assert [(problem.name, problem.phase.value) for problem in found] == [
        ("a", "imported"),
        ("b", "imported"),
        ("c", "version-checked"),
        ("d", "registered"),
        ("e", "described"),
        ("f", "discovered"),
    ]
    assert found[5].distribution in ("other-f, purveyor-f", "purveyor-f, other-f")


@pytest.mark.parametrize(
    ("source", "phase"),
    [
        (HANGS + supplier_source("slow"), Phase.IMPORTED),
        (
            supplier_source("slow").replace(
                "        return Sup", "        import gate; gate.open.wait(60)\n        return Sup"
            ),
            Phase.VERSION_CHECKED,
        ),
        (
            supplier_source(
                "slow", hooks=CHAT.replace("return", "import gate; gate.open.wait(60); return")
            ),
            Phase.DESCRIBED,
        ),
    ],
)
def test_the_examination_leaves_a_plugin_that_hangs_behind(
    plugins: PluginFolder, gate: ModuleType, source: str, phase: Phase
) -> None:
    """In its import, its card or a hook; the others are examined."""
    plugins.supplier("slow", source)
    plugins.supplier("bad", "raise ValueError")
    manager = PluginManager()
    with pytest.raises(PluginLoadError):
        manager.supplier("bad")
    bad, slow = manager.examine_all(deadline=0.2)
    assert bad.name == "bad"
    assert (slow.name, slow.phase) == ("slow", phase)
    assert slow.error == "it did not return within 0.2 s"
