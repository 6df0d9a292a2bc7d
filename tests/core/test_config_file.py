"""Which purveyor.toml counts, and how it is read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from purveyor.config import Config, ModelSettings, check
from purveyor.errors import ConfigError
from purveyor.types.chat import Sampling
from purveyor.types.supplier import SupplierCard
from purveyor.types.wire import Timeouts

ORCHID = SupplierCard(
    name="orchid", title="Orchid", docs="", base_url="https://api.orchid.test/v1", aliases=("orc",)
)


def write(path: Path, text: str) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with a project in it, where we work."""
    (tmp_path / "project" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "deep")
    return tmp_path


def chat(home: Path, **environ: str) -> str | None:
    """Say which default model is found."""
    return Config.load(environ={"HOME": str(home), **environ}).default_model()


def test_the_nearest_file_above_the_working_directory_counts(home: Path) -> None:
    """A project's file is found from every folder of the project."""
    write(home / "project" / "purveyor.toml", '[defaults]\nchat = "orchid:project"')
    write(home / ".config" / "purveyor" / "purveyor.toml", '[defaults]\nchat = "orchid:user"')
    assert chat(home) == "orchid:project"


def test_a_search_that_meets_a_repository_ends_there(home: Path) -> None:
    """What lies above a repository does not belong to it."""
    write(home / "purveyor.toml", '[defaults]\nchat = "orchid:outside"')
    (home / "project" / ".git").mkdir()
    assert chat(home) is None


def test_a_search_that_meets_the_home_directory_ends_there(home: Path) -> None:
    """The home directory itself is looked at, what lies above it is not."""
    write(home / "purveyor.toml", '[defaults]\nchat = "orchid:home"')
    assert chat(home) == "orchid:home"
    assert chat(home / "project") is None


def test_without_a_project_the_users_own_file_counts(home: Path) -> None:
    """XDG_CONFIG_HOME moves it; a relative value is ignored, as its specification says."""
    write(home / ".config" / "purveyor" / "purveyor.toml", '[defaults]\nchat = "orchid:user"')
    write(home / "xdg" / "purveyor" / "purveyor.toml", '[defaults]\nchat = "orchid:xdg"')
    assert chat(home) == "orchid:user"
    assert chat(home, XDG_CONFIG_HOME=str(home / "xdg")) == "orchid:xdg"
    assert chat(home, XDG_CONFIG_HOME="xdg") == "orchid:user"


def test_a_file_named_by_the_environment_counts_alone(home: Path) -> None:
    """PURVEYOR_CONFIG stands in for every search; `~` is the home directory."""
    write(home / "project" / "purveyor.toml", '[defaults]\nchat = "orchid:project"')
    write(home / "other.toml", '[defaults]\nchat = "orchid:other"')
    assert chat(home, PURVEYOR_CONFIG="~/other.toml") == "orchid:other"


def test_a_named_file_that_is_missing_raises(home: Path) -> None:
    """A file that was asked for is never quietly done without."""
    with pytest.raises(ConfigError, match=r"nowhere.toml cannot be read: No such file"):
        chat(home, PURVEYOR_CONFIG=str(home / "nowhere.toml"))


@pytest.mark.usefixtures("home")
def test_no_home_and_no_file_is_a_configuration_too() -> None:
    """Without any file everything has its default."""
    config = Config.load(environ={})
    assert (config.path, config.default_model(), config.cache_folder()) == (None, None, None)


@pytest.mark.skipif(os.name != "posix", reason="POSIX file modes")
def test_a_found_file_that_anyone_may_write_is_refused(home: Path) -> None:
    """Who writes the file decides where keys go; naming the file is the way to insist."""
    path = write(home / "project" / "purveyor.toml", '[defaults]\nchat = "orchid:m"')
    path.chmod(0o666)
    with pytest.raises(ConfigError, match=f"set PURVEYOR_CONFIG={path}"):
        chat(home)
    assert chat(home, PURVEYOR_CONFIG=str(path)) == "orchid:m"


def test_a_found_file_sends_no_key_elsewhere(home: Path) -> None:
    """A cloned project must not name the address that gets the user's key; loopback is harmless."""
    path = home / "project" / "purveyor.toml"
    write(path, '[suppliers.orchid]\nbase_url = "https://elsewhere.test"')
    with pytest.raises(ConfigError, match="would send your key"):
        chat(home)
    assert chat(home, PURVEYOR_CONFIG=str(path)) is None
    write(path, '[suppliers.orchid]\nbase_url = "http://127.0.0.1:8000/v1"')
    assert chat(home) is None


def test_a_found_file_runs_no_program(home: Path) -> None:
    """A command in a cloned project must not run because someone works there."""
    text = '[suppliers.orchid]\napi_key_command = ["pass", "orchid"]'
    path = write(home / "project" / "purveyor.toml", text)
    with pytest.raises(ConfigError, match=r"purveyor.toml:2: .*\.config/purveyor/purveyor.toml"):
        chat(home)
    assert chat(home, PURVEYOR_CONFIG=str(path)) is None


def test_a_file_is_read_once(home: Path) -> None:
    """A configuration does not change under a running program."""
    path = write(home / "p.toml", '[defaults]\nchat = "orchid:one"')
    config = Config.load(path, environ={})
    assert config.default_model() == "orchid:one"
    write(path, '[defaults]\nchat = "orchid:two"')
    assert config.default_model() == "orchid:one"


def test_a_wrong_file_raises_its_first_fault_with_its_line(home: Path) -> None:
    """The message is enough to go and mend the file."""
    path = write(home / "p.toml", '[defaults]\nchta = "orchid:one"\nx = 1\n')
    with pytest.raises(ConfigError) as caught:
        Config.load(path, environ={"HOME": str(home)}).default_model()
    assert str(caught.value) == (
        "~/p.toml:2: defaults.chta: unknown key; did you mean chat (and 1 more);"
        " run: purveyor config check"
    )


def test_a_byte_order_mark_and_windows_line_ends_are_read(home: Path) -> None:
    """An editor's habits are no faults."""
    path = write(home / "p.toml", "\ufeff[defaults]\r\nchat = 'orchid:m'\r\n")
    assert Config.load(path, environ={}).default_model() == "orchid:m"


def test_aliases_lead_to_their_model(home: Path) -> None:
    """An alias may stand for another; any other name stays as it is."""
    path = write(home / "p.toml", '[aliases]\nfast = "quick"\nquick = "orchid:small"')
    config = Config.load(path, environ={})
    assert config.resolve("fast") == "orchid:small"
    assert config.resolve("orchid:large") == "orchid:large"


def test_an_alias_named_as_a_supplier_raises(home: Path) -> None:
    """An alias never takes a supplier's name away; only the installed names can tell."""
    path = write(home / "p.toml", '[aliases]\nqueen = "orchid:small"')
    config = Config.load(path, environ={})
    with pytest.raises(ConfigError, match=r"alias queen \(.*:2\) shadows the supplier queen"):
        config.resolve("queen", is_taken=lambda name: name == "queen")


def test_defaults_are_per_capability(home: Path) -> None:
    """PURVEYOR_MODEL is about chat only, and may be an alias."""
    text = '[defaults]\nchat = "fast"\nrerank = "orchid:r"\n[aliases]\nfast = "orchid:small"'
    config = Config.load(write(home / "p.toml", text), environ={"PURVEYOR_MODEL": "orchid:env"})
    assert config.default_model("chat") == "orchid:env"
    assert config.default_model("embedding") is None
    assert config.default_model("rerank") == "orchid:r"


def test_a_model_has_settings_of_its_own(home: Path) -> None:
    """Short forms: one stop word, thinking in a word."""
    text = '[models."orchid:m"]\ntemperature = 0\nstop = "END"\nthinking = "high"'
    settings = Config.load(write(home / "p.toml", text), environ={}).model_settings("orchid", "m")
    assert settings.sampling() == Sampling(temperature=0, stop=("END",))
    assert settings.thinking and settings.thinking.effort == "high"


@pytest.mark.parametrize(
    ("written", "mode", "budget"),
    [("false", "off", None), ('"auto"', "auto", None), ("{budget_tokens = 9}", "on", 9)],
)
def test_thinking_may_be_a_switch_a_word_or_a_table(
    home: Path, written: str, mode: str, budget: int | None
) -> None:
    """All of them mean the one neutral setting."""
    path = write(home / "p.toml", f'[models."orchid:m"]\nthinking = {written}')
    thinking = Config.load(path, environ={}).model_settings("orchid", "m").thinking
    assert thinking and (thinking.mode, thinking.budget_tokens) == (mode, budget)


@pytest.mark.usefixtures("home")
def test_a_model_without_settings_has_none() -> None:
    """Nothing stated is nothing sent."""
    assert Config.load(environ={}).model_settings("orchid", "m") == ModelSettings()


def test_timeouts_of_the_file_lie_over_the_defaults(home: Path) -> None:
    """Only what is stated changes."""
    path = write(home / "p.toml", "[suppliers.orc]\ntimeouts = { total = 30 }")
    assert Config.load(path, environ={}).timeouts_for(ORCHID) == Timeouts(total=30.0)
    assert Config.load(environ={}).timeouts_for(ORCHID) == Timeouts()


def test_free_tables_are_handed_on(home: Path) -> None:
    """What observers are told is theirs to judge."""
    path = write(home / "p.toml", "[observe]\ntrace = true\n[retry]\nattempts = 5")
    config = Config.load(path, environ={})
    assert config.observe == {"trace": True}
    assert (config.retry.attempts, config.retry.max_wait) == (5, None)


def test_importing_reads_nothing_and_imports_no_parser() -> None:
    """No file, no parser: a cold start pays for neither."""
    program = (
        "import os, sys; from purveyor.config import current; os.chdir('/'); current().settings;"
        "heavy = {'tomllib', 'difflib', 'subprocess', 'keyring', 'pluggy', 'requests', 'asyncio'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    # Measuring coverage would import a parser of its own.
    inherited = {name: value for name, value in os.environ.items() if "COV" not in name}
    environ = {**inherited, "PURVEYOR_CONFIG": "", "HOME": "/nowhere", "XDG_CONFIG_HOME": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, check=True
    )
    assert done.stdout == b"[]\n"


def test_a_deleted_working_directory_is_no_obstacle(home: Path) -> None:
    """There is then simply no project."""
    (home / "project" / "deep").rmdir()
    assert chat(home) is None
    assert check(environ={"HOME": str(home)}) == ()


def test_a_file_here_is_named_without_its_folder(home: Path) -> None:
    """Messages name a file as its user would."""
    write(home / "project" / "deep" / "purveyor.toml", "x = 1")
    with pytest.raises(ConfigError, match=r"^purveyor.toml:1: x: unknown key"):
        chat(home)


@pytest.mark.skipif(os.name != "posix", reason="the password database")
def test_without_home_the_system_knows_where_we_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service often runs without HOME; asked about our own environment only."""
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("PURVEYOR_CACHE", raising=False)
    assert Config.load().cache_folder() == os.path.expanduser("~/.cache/purveyor")
    assert Config.load(environ={}).cache_folder() is None
