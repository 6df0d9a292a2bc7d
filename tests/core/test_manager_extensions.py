"""Extensions: asked together, each by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugin_factory import PluginFolder, extension_source, installed_nowhere_else

from purveyor._manager import PluginManager, PluginWarning
from purveyor.types.secret import Secret
from purveyor.types.supplier import SupplierCard

CARD = SupplierCard(name="kimi", title="K", docs="d", base_url="https://x")
OBSERVER = """
    name = {name!r}
    @hookimpl{options}
    def purveyor_observe(self, settings):
        self.settings = settings
        return self
    def started(self, call): ...
    def finished(self, call, outcome): ...
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder]:
    yield from installed_nowhere_else(tmp_path, monkeypatch)


def observer(plugins: PluginFolder, name: str, options: str = "") -> None:
    plugins.extension(name, extension_source(OBSERVER.format(name=name, options=options)))


def names_of(observers: tuple[object, ...]) -> list[str]:
    return [getattr(each, "name", "?") for each in observers]


def test_without_extensions_nothing_is_loaded(plugins: PluginFolder) -> None:
    """Every question has an empty answer."""
    manager = PluginManager()
    assert manager.observers({}) == ()
    assert manager.transport("embedded") is None
    assert manager.credentials(CARD) is None
    assert not manager.listens("purveyor_observe")


def test_every_observer_is_collected_in_order_of_names(plugins: PluginFolder) -> None:
    """They are given the settings."""
    for name in ("beta", "alpha"):
        observer(plugins, name)
    observers = PluginManager().observers({"to": "log"})
    assert names_of(observers) == ["alpha", "beta"]
    assert [each.settings for each in observers] == [{"to": "log"}] * 2  # type: ignore[attr-defined]


def test_tryfirst_and_trylast_go_before_the_order_of_names(plugins: PluginFolder) -> None:
    """As pluggy means them."""
    observer(plugins, "alpha", "(trylast=True)")
    observer(plugins, "beta")
    observer(plugins, "gamma", "(tryfirst=True)")
    assert names_of(PluginManager().observers({})) == ["gamma", "beta", "alpha"]


@pytest.mark.parametrize(
    "source",
    [
        "import nowhere",
        "raise SystemExit",
        extension_source("    @hookimpl\n    def purveyor_observe(self): raise SystemExit\n"),
        extension_source("    @hookimpl\n    def purveyor_observe(self): return 3\n"),
        extension_source("    @hookimpl\n    def purveyor_obey(self): ...\n"),
        extension_source("    pass\n"),
    ],
)
def test_an_extension_that_fails_is_named_once_and_the_others_work(
    plugins: PluginFolder, source: str
) -> None:
    """In its import, its registration or its hook: one warning, one problem."""
    plugins.extension("bad", source)
    observer(plugins, "good")
    manager = PluginManager()
    with pytest.warns(PluginWarning) as caught:
        found = [names_of(manager.observers({})) for _ in range(2)]
    assert found == [["good"], ["good"]]
    assert len(caught) == 1
    assert "extension 'bad' (purveyor-bad 1.0.0)" in str(caught[0].message)
    assert [problem.name for problem in manager.problems()] == ["bad"]


def test_an_extension_name_that_two_claim_is_a_problem(plugins: PluginFolder) -> None:
    """Neither is asked until the settings choose."""
    observer(plugins, "trace")
    entries = {"purveyor.extensions": {"trace": "fabricated_trace:extension"}}
    plugins.distribution("other-trace", entries)
    manager = PluginManager()
    with pytest.warns(PluginWarning, match="2 distributions claim the extension name 'trace'"):
        assert manager.observers({}) == ()
    assert manager.problems()[0].hint.startswith("[plugins.choose] trace = ")
    assert names_of(PluginManager(chosen={"trace": "other-trace"}).observers({})) == ["trace"]


def test_the_users_own_interrupt_passes(plugins: PluginFolder) -> None:
    """KeyboardInterrupt in a hook is not caught."""
    hook = "    @hookimpl\n    def purveyor_observe(self): raise KeyboardInterrupt\n"
    plugins.extension("bad", extension_source(hook))
    with pytest.raises(KeyboardInterrupt):
        PluginManager().observers({})


def test_the_first_that_carries_a_scheme_is_taken(plugins: PluginFolder) -> None:
    """None goes on to the next; the third is not asked."""
    for name, answer in (("alpha", "None"), ("beta", "self"), ("gamma", "1/0")):
        hook = f"""
    def sync(self): ...
    asynchronous = sync
    @hookimpl
    def purveyor_transport(self, scheme): return {answer}
"""
        plugins.extension(name, extension_source(hook))
    assert type(PluginManager().transport("embedded")).__module__ == "fabricated_beta"


def test_credentials_are_secrets(plugins: PluginFolder) -> None:
    """A bare string is refused, without being shown."""
    for name, answer in (("alpha", "'sk-bare'"), ("beta", "Secret('sk-good', source=card.name)")):
        hook = f"""
    @hookimpl
    def purveyor_credentials(self, card):
        from purveyor.types.secret import Secret
        return {answer}
"""
        plugins.extension(name, extension_source(hook))
    with pytest.warns(PluginWarning, match=r"purveyor_credentials\(\) returned str") as caught:
        secret = PluginManager().credentials(CARD)
    assert secret == Secret("sk-good")
    assert "sk-bare" not in str(caught[0].message)


def test_commands_are_added_to_the_command_line(plugins: PluginFolder) -> None:
    """Every extension is given the group."""
    hook = "    @hookimpl\n    def purveyor_commands(self, cli): cli.append('trace')\n"
    plugins.extension("trace", extension_source(hook))
    cli: list[str] = []
    PluginManager().add_commands(cli)
    assert cli == ["trace"]


def test_a_denied_extension_is_not_imported(plugins: PluginFolder) -> None:
    """By its entry-point name."""
    observer(plugins, "trace")
    assert PluginManager(deny=["trace"]).observers({}) == ()
    assert PluginManager(allow=[]).observers({}) == ()
    assert "fabricated_trace" not in sys.modules


def test_a_manager_says_whether_anyone_listens(plugins: PluginFolder) -> None:
    """So that no argument need be built for nobody."""
    observer(plugins, "trace")
    manager = PluginManager()
    assert manager.listens("purveyor_observe")
    assert not manager.listens("purveyor_transport")
