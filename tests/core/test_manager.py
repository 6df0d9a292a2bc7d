"""Finding one plugin by name: what is imported, and what is said when there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from plugin_factory import PluginFolder, installed_nowhere_else, supplier_source

from purveyor._manager import PluginManager, PluginWarning
from purveyor.errors import (
    FrameworkNotFound,
    NameTaken,
    SupplierNotFound,
)

FRAMEWORK = """
from purveyor.hookspecs import hookimpl
from purveyor.types.supplier import FrameworkCard

class Framework:
    @hookimpl
    def purveyor_framework(self):
        return FrameworkCard(name="engine", title="E", docs="https://example.org", executable="e")

supplier = Framework()
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module through which a fabricated plugin and its test meet."""
    module = ModuleType("gate")
    monkeypatch.setitem(sys.modules, "gate", module)
    return module


def dependencies() -> list[str]:
    """Return where the modules lie that a fresh process needs."""
    modules = (sys.modules[name] for name in ("purveyor", "pluggy", "msgspec"))
    return [str(Path(str(module.__file__)).parent.parent) for module in modules]


def fabricated() -> list[str]:
    return sorted(name for name in sys.modules if name.startswith("fabricated_"))


def test_a_supplier_is_loaded_by_its_name(plugins: PluginFolder) -> None:
    """It carries its card, its distribution and its version."""
    plugins.supplier("kimi")
    supplier = PluginManager().supplier("kimi")
    assert (supplier.card.name, supplier.distribution, supplier.version) == (
        "kimi",
        "purveyor-kimi",
        "1.0.0",
    )


def test_a_framework_is_loaded_by_its_name(plugins: PluginFolder) -> None:
    """Frameworks have a group of their own."""
    plugins.supplier("engine", FRAMEWORK, group="purveyor.frameworks")
    assert PluginManager().framework("engine").card.executable == "e"


def test_one_by_name_among_a_thousand_imports_exactly_one(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """Listing them imports none."""
    for number in range(1000):
        plugins.supplier(f"s{number}")
    manager = PluginManager(cache_folder=tmp_path / "cache")
    assert len(manager.listings()) == 1000
    assert fabricated() == []
    assert manager.supplier("s500").name == "s500"
    assert fabricated() == ["fabricated_s500"]


def test_with_an_index_a_process_asks_no_importlib_metadata(
    plugins: PluginFolder, tmp_path: Path
) -> None:
    """Importing that alone would cost more than all the rest."""
    plugins.supplier("kimi")
    script = (
        "import pathlib, sys; from purveyor._manager import PluginManager;"
        f"PluginManager(cache_folder=pathlib.Path({str(tmp_path / 'cache')!r})).supplier('kimi');"
        "print('importlib.metadata' in sys.modules)"
    )
    places = os.pathsep.join([str(plugins.folder), *dependencies()])
    for _ in range(2):
        command = [sys.executable, "-c", script]
        environment = {**os.environ, "PYTHONPATH": places}
        assert subprocess.check_output(command, env=environment, text=True) == "False\n"
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_the_second_look_gives_the_same_object(plugins: PluginFolder) -> None:
    """A plugin is loaded once."""
    plugins.supplier("kimi")
    manager = PluginManager()
    assert manager.supplier("kimi") is manager.supplier("kimi")


def test_threads_that_ask_at_once_get_one_object(plugins: PluginFolder, gate: Any) -> None:
    """The card is asked once, by one of them."""
    gate.asked = []
    source = supplier_source("kimi").replace(
        "return SupplierCard",
        "import gate\n        gate.asked.append(1)\n        return SupplierCard",
    )
    plugins.supplier("kimi", source)
    manager = PluginManager()
    start = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: start.wait() is None or manager.supplier("kimi"), range(8)))
    assert len(set(map(id, found))) == 1
    assert gate.asked == [1]


def test_a_plugin_that_hangs_holds_up_nobody_else(plugins: PluginFolder, gate: Any) -> None:
    """There is a lock per name."""
    gate.entered, gate.open = threading.Event(), threading.Event()
    plugins.supplier(
        "slow", "import gate\ngate.entered.set()\ngate.open.wait(60)\n" + supplier_source("slow")
    )
    plugins.supplier("quick")
    manager = PluginManager()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(manager.supplier, "slow")
        assert gate.entered.wait(60)
        assert manager.supplier("quick").name == "quick"
        gate.open.set()
        assert slow.result().name == "slow"


def test_an_import_that_dawdles_is_named_with_its_stack(
    plugins: PluginFolder, gate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warning comes while it still hangs."""
    shown: list[tuple[object, ...]] = []

    def show(*said: object) -> None:
        shown.append(said)
        gate.warned.set()

    gate.warned = threading.Event()
    warnings.simplefilter("always")
    monkeypatch.setattr(warnings, "showwarning", show)
    plugins.supplier("slow", "import gate\ngate.warned.wait(60)\n" + supplier_source("slow"))
    PluginManager(patience=0.001).supplier("slow")
    text = str(shown[0][0])
    assert shown[0][1] is PluginWarning
    assert "supplier 'slow' (purveyor-slow 1.0.0)" in text
    assert "fabricated_slow.py" in text


def test_an_unknown_name_says_what_is_installed_and_what_to_do(plugins: PluginFolder) -> None:
    """The message is the documented one."""
    plugins.supplier("kimi")
    plugins.supplier("qwen")
    with pytest.raises(SupplierNotFound) as caught:
        PluginManager().supplier("nope")
    assert str(caught.value) == (
        "no supplier named 'nope' is installed; installed: kimi, qwen. "
        "Try: pip install purveyor-nope"
    )


def test_a_name_nearly_right_is_suggested(plugins: PluginFolder) -> None:
    """Case does not matter for that."""
    plugins.supplier("kimi")
    with pytest.raises(SupplierNotFound, match="; did you mean 'kimi'\\? installed: kimi"):
        PluginManager().supplier("KIMMI")


def test_a_name_that_is_none_is_not_pasted_behind_pip_install(plugins: PluginFolder) -> None:
    """A name may come from anywhere."""
    with pytest.raises(SupplierNotFound) as caught:
        PluginManager().supplier("x; rm -rf /")
    assert str(caught.value).endswith("installed: none")


def test_a_name_is_known_without_a_search(plugins: PluginFolder) -> None:
    """Installed, allowed or claimed by several; nothing is imported."""
    plugins.supplier("kimi")
    plugins.supplier("qwen")
    manager = PluginManager(deny=["qwen"])
    assert [manager.is_supplier(name) for name in ("kimi", "qwen", "nope")] == [True, False, False]
    assert fabricated() == []


def test_a_long_list_of_names_is_cut(plugins: PluginFolder) -> None:
    """Twenty are shown."""
    entries = {f"s{number:02}": "m:s" for number in range(25)}
    plugins.distribution("purveyor-many", {"purveyor.suppliers": entries})
    with pytest.raises(SupplierNotFound, match="s19 and 5 more. Try"):
        PluginManager().supplier("nope")


def test_a_framework_asked_for_as_a_supplier_is_recognised(plugins: PluginFolder) -> None:
    """The message says which kind has that name."""
    plugins.supplier("engine", FRAMEWORK, group="purveyor.frameworks")
    with pytest.raises(SupplierNotFound, match="; there is a framework of that name"):
        PluginManager().supplier("engine")


def test_an_unknown_framework_has_an_error_of_its_own(plugins: PluginFolder) -> None:
    """As SupplierNotFound."""
    with pytest.raises(FrameworkNotFound, match="no framework named 'nope' is installed"):
        PluginManager().framework("nope")


def test_a_denied_name_is_not_found_and_says_so(plugins: PluginFolder) -> None:
    """Its distribution is named, and nothing of it imported."""
    plugins.supplier("kimi")
    with pytest.raises(SupplierNotFound, match="purveyor-kimi 1.0.0.*its name is denied"):
        PluginManager(deny=["kimi"]).supplier("kimi")
    assert fabricated() == []


def test_a_name_off_the_allow_list_is_not_found_and_says_so(plugins: PluginFolder) -> None:
    """An empty allow list allows nothing."""
    plugins.supplier("kimi")
    plugins.supplier("qwen")
    manager = PluginManager(allow=["qwen"])
    assert manager.supplier("qwen").name == "qwen"
    with pytest.raises(SupplierNotFound, match="is not among the allowed plugins"):
        manager.supplier("kimi")
    with pytest.raises(SupplierNotFound, match="is not among the allowed plugins"):
        PluginManager(allow=[]).supplier("qwen")


def test_a_name_that_two_distributions_claim_is_refused(plugins: PluginFolder) -> None:
    """Both are named, and the line that chooses."""
    plugins.supplier("kimi")
    plugins.supplier("kimi", distribution="other-kimi")
    with pytest.raises(NameTaken) as caught:
        PluginManager().supplier("kimi")
    text = str(caught.value)
    assert "purveyor-kimi 1.0.0" in text
    assert "other-kimi 1.0.0" in text
    assert "[plugins.choose] kimi = " in text
    assert fabricated() == []


def test_the_settings_choose_between_two_distributions(plugins: PluginFolder) -> None:
    """However the distribution is spelled."""
    plugins.supplier("kimi")
    plugins.supplier("kimi", distribution="other-kimi")
    supplier = PluginManager(chosen={"kimi": "Other_Kimi"}).supplier("kimi")
    assert supplier.distribution == "other-kimi"


def test_a_choice_that_is_not_installed_is_refused(plugins: PluginFolder) -> None:
    """A choice is a choice: no other distribution steps in."""
    plugins.supplier("kimi")
    with pytest.raises(SupplierNotFound, match="by 'purveyor-mine'.*it is by purveyor-kimi 1.0.0"):
        PluginManager(chosen={"kimi": "purveyor-mine"}).supplier("kimi")
