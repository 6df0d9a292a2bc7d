"""The phases of loading: what a plugin may do wrong, and what is said of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_factory import PluginFolder, installed_nowhere_else, supplier_source

from purveyor._manager import Phase, PluginManager
from purveyor.errors import ApiVersionRefused, PluginLoadError


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


def fabricated() -> list[str]:
    return sorted(name for name in sys.modules if name.startswith("fabricated_"))


@pytest.mark.parametrize(
    ("source", "error", "hint"),
    [
        ("import nowhere", "No module named 'nowhere'", "pip install --upgrade purveyor-bad"),
        ("from sys import nowhere", "ImportError: cannot import name", "tell its authors"),
        ("def", "SyntaxError: ", "or a newer Python"),
        ("raise SystemExit(3)", "SystemExit: 3", "tell its authors"),
        ("raise ValueError('a\\nb')", "ValueError: a b", "tell its authors"),
        ("raise GeneratorExit", "GeneratorExit", "tell its authors"),
        ("other = 1", "has no attribute 'supplier'", "tell its authors"),
    ],
)
def test_a_plugin_that_cannot_be_imported_breaks_only_itself(
    plugins: PluginFolder, source: str, error: str, hint: str
) -> None:
    """It is named with distribution, version, phase, error and what to do; others load."""
    plugins.supplier("bad", source, version="0.3")
    plugins.supplier("kimi")
    manager = PluginManager()
    with pytest.raises(PluginLoadError) as caught:
        manager.supplier("bad")
    assert str(caught.value).startswith("supplier 'bad' (purveyor-bad 0.3) failed, phase imported:")
    assert caught.value.__cause__ is not None
    (problem,) = manager.problems()
    assert (problem.name, problem.distribution, problem.version) == ("bad", "purveyor-bad", "0.3")
    assert problem.phase is Phase.IMPORTED
    assert error in problem.error
    assert hint in problem.hint
    assert manager.supplier("kimi").name == "kimi"


def test_the_users_own_interrupt_passes(plugins: PluginFolder) -> None:
    """KeyboardInterrupt is no fault of a plugin."""
    plugins.supplier("bad", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        PluginManager().supplier("bad")


def test_a_missing_extra_is_named_in_the_hint(plugins: PluginFolder) -> None:
    """`module:attribute [grpc]` says which extra brings what is missing."""
    plugins.supplier("bad", "import nowhere")
    value = "fabricated_bad:supplier [grpc]"
    plugins.distribution("purveyor-bad", {"purveyor.suppliers": {"bad": value}})
    with pytest.raises(PluginLoadError, match=r"pip install --upgrade 'purveyor-bad\[grpc\]'"):
        PluginManager().supplier("bad")


def test_an_error_that_cannot_be_printed_is_named_all_the_same(plugins: PluginFolder) -> None:
    """Its class is enough."""
    source = "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd"
    plugins.supplier("bad", source)
    with pytest.raises(PluginLoadError, match="phase imported: Odd. Try"):
        PluginManager().supplier("bad")


@pytest.mark.parametrize("value", ["a b:c", "mod-ule:x", ":x", "a:b:c", "a..b:c", "a:b."])
def test_an_entry_point_that_names_nothing_is_refused(plugins: PluginFolder, value: str) -> None:
    """It is quoted, and nothing imported."""
    plugins.distribution("purveyor-bad", {"purveyor.suppliers": {"bad": value}})
    with pytest.raises(PluginLoadError, match="phase imported: entry point .* is not 'module:attr"):
        PluginManager().supplier("bad")


def test_a_repaired_plugin_loads_and_its_problem_is_gone(plugins: PluginFolder) -> None:
    """A failure is not remembered against it."""
    plugins.supplier("kimi", "raise ValueError")
    manager = PluginManager()
    with pytest.raises(PluginLoadError):
        manager.supplier("kimi")
    plugins.supplier("kimi", supplier_source("kimi") + "\n# repaired, and of another length\n")
    assert manager.supplier("kimi").name == "kimi"
    assert manager.problems() == ()


def test_an_index_behind_the_metadata_is_read_anew(plugins: PluginFolder, tmp_path: Path) -> None:
    """The entry point moved to another module in place; the old one is gone."""
    info = plugins.supplier("kimi")
    PluginManager(cache_folder=tmp_path / "cache").listings()
    (plugins.folder / "fabricated_kimi.py").rename(plugins.folder / "fabricated_moved.py")
    (info / "entry_points.txt").write_text(
        "[purveyor.suppliers]\nkimi = fabricated_moved:supplier\n"
    )
    manager = PluginManager(cache_folder=tmp_path / "cache")
    assert manager.supplier("kimi").name == "kimi"
    assert fabricated() == ["fabricated_moved"]


@pytest.mark.parametrize(
    ("api", "upgrade"), [((2, 0), "purveyor"), ((1, 99), "purveyor"), ((0, 9), "purveyor-kimi")]
)
def test_a_plugin_of_another_api_version_is_refused(
    plugins: PluginFolder, api: tuple[int, int], upgrade: str
) -> None:
    """Both versions are named, and which side is to be upgraded."""
    plugins.supplier("kimi", supplier_source("kimi", card=f"api={api}"))
    manager = PluginManager()
    with pytest.raises(ApiVersionRefused) as caught:
        manager.supplier("kimi")
    assert f"for hook specs {api[0]}.{api[1]}, this purveyor speaks 1." in str(caught.value)
    assert str(caught.value).endswith(f"Try: pip install --upgrade {upgrade}")
    assert manager.problems()[0].phase is Phase.VERSION_CHECKED


def test_a_version_that_is_none_is_refused(plugins: PluginFolder) -> None:
    """What was expected is said."""
    plugins.supplier("kimi", supplier_source("kimi", card='api="1.0"'))
    with pytest.raises(PluginLoadError, match=r"card.api is '1.0', expected \(major, minor\)"):
        PluginManager().supplier("kimi")


@pytest.mark.parametrize(
    ("hooks", "error"),
    [
        ("    @hookimpl\n    def purveyor_chatt(self): ...", "there is no hook 'purveyor_chatt'"),
        ("    @hookimpl\n    def purveyor_chat(self, endpont): ...", "endpont"),
        ("    def purveyor_chat(self, endpoint): ...", "purveyor_chat is not marked as a hook"),
        ("    @hookimpl(wrapper=True)\n    def purveyor_chat(self): yield", "is a hook wrapper"),
    ],
)
def test_a_plugin_whose_hooks_are_wrong_is_not_registered(
    plugins: PluginFolder, hooks: str, error: str
) -> None:
    """Unknown hook, wrong argument, no mark, wrapper: each is named, and a repair loads."""
    plugins.supplier("kimi", supplier_source("kimi", hooks=hooks))
    manager = PluginManager()
    for _ in range(2):  # nothing half registered is in the way of the second try
        with pytest.raises(PluginLoadError, match="phase registered") as caught:
            manager.supplier("kimi")
        assert error in str(caught.value)


def test_a_wrong_argument_is_answered_with_the_right_ones(plugins: PluginFolder) -> None:
    """The hint shows the spec."""
    hooks = "    @hookimpl\n    def purveyor_chat(self, endpont): ..."
    plugins.supplier("kimi", supplier_source("kimi", hooks=hooks))
    with pytest.raises(PluginLoadError, match=r"Try: at most these .*: purveyor_chat\(endpoint\)"):
        PluginManager().supplier("kimi")


def test_a_misspelt_hook_is_answered_with_the_right_one(plugins: PluginFolder) -> None:
    """As a name is."""
    hooks = "    @hookimpl\n    def purveyor_chatt(self): ..."
    plugins.supplier("kimi", supplier_source("kimi", hooks=hooks))
    with pytest.raises(PluginLoadError, match="did you mean 'purveyor_chat'"):
        PluginManager().supplier("kimi")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("supplier = 3", "it has no purveyor_supplier"),
        ("class Kimi: ...\nsupplier = Kimi", "Kimi is a class"),
        ("class K:\n    def purveyor_supplier(self): return None\nsupplier = K()", "returned None"),
        ("class K:\n    def purveyor_supplier(self): return {}\nsupplier = K()", "returned dict"),
        ("class K:\n    def purveyor_supplier(self): 1/0\nsupplier = K()", "ZeroDivisionError"),
        (supplier_source("Kimi!"), "card.name is 'Kimi!'"),
        (supplier_source("qwen"), "its card says 'qwen'"),
        (supplier_source("kimi", card='key_env="KEY"'), "card.key_env is a str, expected tuple"),
        (supplier_source("kimi", card="regions=()"), "card.regions is a tuple, expected Mapping"),
        (supplier_source("kimi", card='auth="custom"'), "it has no purveyor_authorize()"),
    ],
)
def test_a_plugin_without_a_right_card_is_refused(
    plugins: PluginFolder, body: str, error: str
) -> None:
    """Phase described: what it said, and what was expected."""
    plugins.supplier("kimi", body)
    manager = PluginManager()
    with pytest.raises(PluginLoadError):
        manager.supplier("kimi")
    assert manager.problems()[0].phase is Phase.DESCRIBED
    assert error in manager.problems()[0].error


def test_an_alias_is_the_same_supplier(plugins: PluginFolder) -> None:
    """Several entry points of one object; the card says which name is canonical."""
    plugins.supplier("kimi", supplier_source("kimi", card='aliases=("moonshot",)'))
    value = "fabricated_kimi:supplier"
    entries = {"purveyor.suppliers": {"kimi": value, "moonshot": value}}
    plugins.distribution("purveyor-kimi", entries)
    manager = PluginManager()
    assert manager.supplier("moonshot").name == "kimi"
    assert manager.supplier("kimi") is manager.supplier("moonshot")


def test_an_alias_the_card_does_not_know_is_refused(plugins: PluginFolder) -> None:
    """Loaded or not under its own name."""
    plugins.supplier("kimi")
    value = "fabricated_kimi:supplier"
    entries = {"purveyor.suppliers": {"kimi": value, "moonshot": value}}
    plugins.distribution("purveyor-kimi", entries)
    manager = PluginManager()
    for _ in range(2):
        with pytest.raises(PluginLoadError, match="phase described.*none of its aliases"):
            manager.supplier("moonshot")
        manager.supplier("kimi")


def test_a_module_may_be_a_plugin(plugins: PluginFolder) -> None:
    """An entry point without attribute names it."""
    (plugins.folder / "fabricated_plain.py").write_text(
        "from purveyor.hookspecs import hookimpl\n"
        "from purveyor.types.supplier import SupplierCard\n"
        "@hookimpl\ndef purveyor_supplier():\n"
        "    return SupplierCard(name='plain', title='P', docs='d', base_url='https://x')\n"
    )
    plugins.distribution("purveyor-plain", {"purveyor.suppliers": {"plain": "fabricated_plain"}})
    assert PluginManager().supplier("plain").capabilities() == ()
