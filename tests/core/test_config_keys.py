"""A supplier's key: where it is looked for, and what becomes of one that cannot be used."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from purveyor.config import Config, Key, missing_key_error
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret
from purveyor.types.supplier import SupplierCard

ORCHID = SupplierCard(
    name="orchid",
    title="Orchid",
    docs="",
    base_url="https://api.orchid.test/v1",
    key_env=("ORCHID_API_KEY", "ORC_KEY"),
    aliases=("orc",),
)


def configured(tmp_path: Path, text: str, **environ: str) -> Config:
    """Make a configuration of one file and one environment."""
    path = tmp_path / "purveyor.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return Config.load(path, environ={"HOME": str(tmp_path), **environ})


def key_file(tmp_path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write the file `key`."""
    (tmp_path / "key").write_bytes(content)
    (tmp_path / "key").chmod(mode)


def found(config: Config, argument: Key | None = None) -> tuple[str, str] | None:
    """Look for orchid's key; give its value and its source."""
    secret = config.secret_for(ORCHID, argument=argument)
    return (secret.bare(), secret.source) if secret else None


def printing(text: str) -> str:
    """Write a TOML list: a command that prints a text."""
    return f"api_key_command = ['{sys.executable}', '-c', 'print(\"{text}\")']"


def test_the_argument_counts_first(tmp_path: Path) -> None:
    """What the caller passes is what the caller wants."""
    config = configured(tmp_path, "", ORCHID_API_KEY="sk-environment")
    assert found(config, "sk-argument") == ("sk-argument", "argument api_key")
    assert found(config, lambda: "sk-function") == ("sk-function", "argument api_key")
    assert found(config, Secret("sk-secret", source="vault")) == ("sk-secret", "vault")


def test_the_environment_counts_before_the_file(tmp_path: Path) -> None:
    """Under the supplier's own names, in the card's order."""
    text = '[suppliers.orchid]\napi_key = "sk-file"'
    first = configured(tmp_path, text, ORCHID_API_KEY="sk-1", ORC_KEY="sk-2")
    assert found(first) == ("sk-1", "environment ORCHID_API_KEY")
    second = configured(tmp_path, text, ORC_KEY="sk-2")
    assert found(second) == ("sk-2", "environment ORC_KEY")


def test_the_file_may_hold_the_key(tmp_path: Path) -> None:
    """Its source is the line it stands on."""
    config = configured(tmp_path, '[suppliers.orchid]\n\napi_key = "sk-file"')
    assert found(config) == ("sk-file", "~/purveyor.toml:3 [suppliers.orchid]")


def test_the_file_may_name_another_variable(tmp_path: Path) -> None:
    """For those who have two accounts."""
    config = configured(tmp_path, '[suppliers.orc]\napi_key_env = "WORK_KEY"', WORK_KEY="sk-work")
    assert found(config) == ("sk-work", "environment WORK_KEY")


def test_the_file_may_name_a_key_file(tmp_path: Path) -> None:
    """From `~`, or from the folder purveyor.toml stands in."""
    key_file(tmp_path, b"\xef\xbb\xbfsk-from-file\r\n")
    for path in ("~/key", "key"):
        config = configured(tmp_path, f'[suppliers.orchid]\napi_key_file = "{path}"')
        assert found(config) == ("sk-from-file", "file ~/key")


def test_the_file_may_name_a_command(tmp_path: Path) -> None:
    """It is run without a shell, once, and what it prints is the key."""
    config = configured(tmp_path, "[suppliers.orchid]\n" + printing("sk-$HOME;x"))
    assert found(config) == ("sk-$HOME;x", f"command {sys.executable}")


def test_the_file_may_name_a_keyring_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra `purveyor[keyring]` is imported only now."""
    install_keyring(monkeypatch, lambda service, user: f"sk-{service}-{user}")
    config = configured(tmp_path, '[suppliers.orchid]\napi_key_keyring = "a/b/me"')
    assert found(config) == ("sk-a/b-me", "keyring a/b/me")


def install_keyring(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, str], str | None]
) -> type[Exception]:
    """Put a keyring into place; return the error it may raise."""
    errors = ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
    keyring = SimpleNamespace(get_password=answer, errors=errors)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    error: type[Exception] = errors.KeyringError
    return error


def test_extensions_are_asked_last(tmp_path: Path) -> None:
    """A store of keys that a plugin brings comes after all that the user wrote down."""
    vault = Secret("sk-vault", source="vault", prefix="Key ")
    secret = configured(tmp_path, "").secret_for(ORCHID, credentials=lambda _: vault)
    assert secret and (secret.reveal(), secret.source) == ("Key sk-vault", "vault")
    config = configured(tmp_path, "", ORC_KEY="sk-2")
    secret = config.secret_for(ORCHID, credentials=lambda _: vault)
    assert secret and secret.source == "environment ORC_KEY"


@pytest.mark.parametrize(
    "value",
    [" sk-1\n", '"sk-1"', "'sk-1'", "\ufeffsk-1", '\ufeff " sk-1 "', "sk-1\r\n", "sk-1\u2028"],
)
def test_what_copying_leaves_around_a_key_is_taken_off(tmp_path: Path, value: str) -> None:
    """White space, one pair of quotes and a byte order mark never belong to a key."""
    assert found(configured(tmp_path, "", ORC_KEY=value)) == ("sk-1", "environment ORC_KEY")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("sk-1\nsk-2", "holds a line break"),
        ("sk-1\rsk-2", "holds a line break"),
        ("sk-1\x00", "holds a control character"),
        ("sk-1\tx", "holds a control character"),
        ("sk-é", "holds a letter that is not ASCII"),
        ("sk-\udce9", "holds a letter that is not ASCII"),
    ],
)
def test_a_key_that_no_header_can_carry_is_refused(tmp_path: Path, value: str, said: str) -> None:
    """Before it reaches one, naming its source and not itself."""
    config = configured(tmp_path, "", ORC_KEY=value)
    with pytest.raises(ConfigError) as caught:
        found(config)
    assert str(caught.value).startswith(f"the key from environment ORC_KEY {said}")


@pytest.mark.parametrize("value", ["", "  ", '""', "' '", "\ufeff"])
def test_an_empty_key_is_a_missing_key(tmp_path: Path, value: str) -> None:
    """The next source is asked, and the error remembers the empty one."""
    config = configured(tmp_path, "", ORCHID_API_KEY=value, ORC_KEY="sk-2")
    assert found(config) == ("sk-2", "environment ORC_KEY")
    search = configured(tmp_path, "", ORCHID_API_KEY=value).search_key(ORCHID)
    assert "ORCHID_API_KEY is set but empty" in str(missing_key_error(ORCHID, search))


def test_a_missing_key_says_where_to_put_one(tmp_path: Path) -> None:
    """The variable, the argument, the file; and what to do where no key is needed."""
    search = configured(tmp_path, "").search_key(ORCHID)
    assert search.secret is None
    assert str(missing_key_error(ORCHID, search)) == (
        "no key for orchid; set ORCHID_API_KEY (or ORC_KEY), pass api_key=..., or add"
        ' [suppliers.orchid] to purveyor.toml; for an address that needs no key: auth="none"'
    )


def test_a_supplier_without_variables_names_none() -> None:
    """The sentence stays a sentence."""
    card = SupplierCard(name="x", title="X", docs="", base_url="https://x.test")
    assert str(missing_key_error(card)).startswith("no key for x; pass api_key=..., or add")


def test_a_variable_that_the_file_names_but_nobody_set_is_remembered(tmp_path: Path) -> None:
    """The error names the variable and the line that names it."""
    search = configured(tmp_path, '[suppliers.orchid]\napi_key_env = "WORK"').search_key(ORCHID)
    said = "environment WORK, named by ~/purveyor.toml:2 [suppliers.orchid], is not set"
    assert search.notes == (said,)


def test_an_address_without_authorisation_gets_no_key(tmp_path: Path) -> None:
    """`auth = "none"` keeps a key that lies in the environment away from a private address."""
    config = configured(tmp_path, '[suppliers.orchid]\nauth = "none"', ORC_KEY="sk-2")
    assert config.auth_for(ORCHID) == "none"
    assert found(config) is None
    assert found(config, "sk-argument") == ("sk-argument", "argument api_key")


def test_authorisation_is_the_callers_the_files_or_the_cards(tmp_path: Path) -> None:
    """First found."""
    config = configured(tmp_path, "")
    assert config.auth_for(ORCHID) == "bearer"
    assert config.auth_for(ORCHID, "none") == "none"


def test_two_tables_for_one_supplier_contradict(tmp_path: Path) -> None:
    """A supplier may be called by its alias, but not by both."""
    config = configured(tmp_path, "[suppliers.orchid]\n[suppliers.orc]")
    with pytest.raises(ConfigError, match=r"\[suppliers.orchid\] and \[suppliers.orc\] mean the"):
        found(config)


def test_a_command_is_run_once_however_many_ask(tmp_path: Path) -> None:
    """Each run may ask the user for a password."""
    program = f"import pathlib; f = pathlib.Path(r'{tmp_path}', 'runs'); f.open('a').write('x')"
    text = f'[suppliers.orchid]\napi_key_command = ["{sys.executable}", "-c", """{program}; '
    config = configured(tmp_path, text + 'print("sk-1")"""]')
    threads = [threading.Thread(target=found, args=(config,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "runs").read_text() == "x"


def test_headers_of_the_file_are_secret_unless_known_to_be_harmless(tmp_path: Path) -> None:
    """A gateway's own key often hides in one."""
    text = '[suppliers.orchid.extra_headers]\nX-Gateway = "sk-1"\nX-Title = "demo"'
    gateway, title = configured(tmp_path, text).extra_headers_for(ORCHID)
    assert isinstance(gateway[1], Secret) and gateway[1].reveal() == "sk-1"
    assert title == ("X-Title", "demo")


def test_without_keyring_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message holds the command to run."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    config = configured(tmp_path, '[suppliers.orchid]\napi_key_keyring = "purveyor/me"')
    with pytest.raises(ConfigError, match=r"pip install 'purveyor\[keyring\]'"):
        found(config)


def test_a_keyring_without_the_entry_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a missing key, not an error of the keyring."""
    install_keyring(monkeypatch, lambda *_: None)
    config = configured(tmp_path, '[suppliers.orchid]\napi_key_keyring = "purveyor/me"')
    (note,) = config.search_key(ORCHID).notes
    assert note.startswith("keyring has no entry purveyor/me")


def test_a_locked_keyring_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what else could be done."""

    def refuse(*_: str) -> str:
        raise error

    error = install_keyring(monkeypatch, refuse)
    config = configured(tmp_path, '[suppliers.orchid]\napi_key_keyring = "purveyor/me"')
    with pytest.raises(ConfigError, match="cannot be read: KeyringError; unlock it"):
        found(config)
