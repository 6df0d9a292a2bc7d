"""No error ever shows a key: every way to go wrong, with a canary for a key."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from purveyor._settings import credentials as _credentials
from purveyor.config import Config, Key, check
from purveyor.errors import ConfigError
from purveyor.types.supplier import SupplierCard

CANARY = "sk-canary-0123456789"
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


def with_file(content: bytes, mode: int = 0o600) -> Callable[[Path], object]:
    """Tell a story: a key file of this content."""

    def story(tmp_path: Path) -> object:
        key_file(tmp_path, content, mode)
        return found(configured(tmp_path, '[suppliers.orchid]\napi_key_file = "key"'))

    return story


def with_text(text: str, argument: Key | None = None, **environ: str) -> Callable[[Path], object]:
    """Tell a story: a purveyor.toml of this text."""

    def story(tmp_path: Path) -> object:
        config = configured(tmp_path, f"[suppliers.orchid]\n{text}", **environ)
        faults = check(config.path if not text else tmp_path / "purveyor.toml", environ={})
        assert CANARY not in repr(faults)
        return config.describe([ORCHID]), found(config, argument)

    return story


def with_program(program: str) -> Callable[[Path], object]:
    """Tell a story: a command that runs this program."""
    return with_text(f"api_key_command = ['{sys.executable}', '-c', '''{program}''']")


STORIES: dict[str, Callable[[Path], object]] = {
    "two lines in a variable": with_text("", ORC_KEY=f"{CANARY}\n{CANARY}"),
    "no ASCII in a variable": with_text("", ORC_KEY=f"{CANARY}é"),
    "two lines in an argument": with_text("", argument=f"{CANARY}\r{CANARY}"),
    "bytes as an argument": with_text("", argument=CANARY.encode()),  # type: ignore[arg-type]
    "two lines in the file": with_text(f'api_key = "{CANARY}\\n{CANARY}"'),
    "two sources": with_text(f'api_key = "{CANARY}"\napi_key_env = "X"'),
    "a key in a list": with_text(f'api_key = ["{CANARY}"]'),
    "a key for auth": with_text(f'auth = "{CANARY}"'),
    "a key without quotes": with_text(f"api_key = {CANARY}"),
    "a key cut off": with_text(f'api_key = "{CANARY}'),
    "a key in an address": with_text(f'base_url = "https://u:{CANARY}@x.test"'),
    "a key in a query": with_text(f'base_url = "https://x.test?key={CANARY}"'),
    "a key for an address": with_text(f'base_url = "{CANARY}"'),
    "a key for a timeout": with_text(f'timeouts = {{ total = "{CANARY}" }}'),
    "two lines in a header": with_text(f'extra_headers = {{ a = "{CANARY}\\n" }}'),
    "a list in a header": with_text(f'extra_headers = {{ a = ["{CANARY}"] }}'),
    "a file that others read": with_file(CANARY.encode(), 0o644),
    "a file of two lines": with_file(f"{CANARY}\n{CANARY}".encode()),
    "a file in UTF-16": with_file(CANARY.encode("utf-16")),
    "a file that is none": with_text('api_key_file = "."'),
    "a file that is missing": with_text('api_key_file = "nowhere"'),
    "a command that fails": with_program(f'print("{CANARY}"); raise SystemExit(3)'),
    "a command that says two things": with_program(f'print("{CANARY}\\n{CANARY}")'),
    "a command that hangs": with_program(
        f'import time; print("{CANARY}", flush=True); time.sleep(60)'
    ),
    "a command that does not exist": with_text(f'api_key_command = ["/nowhere", "{CANARY}"]'),
    "a command with a NUL": with_text(f'api_key_command = ["x\\u0000", "{CANARY}"]'),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_no_error_shows_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Callable[[Path], object]
) -> None:
    """Whatever goes wrong: not in the message, the causes, nor in what they hold."""
    monkeypatch.setattr(_credentials, "COMMAND_SECONDS", 0.5)
    with pytest.raises(ConfigError) as caught:
        story(tmp_path)
    error: BaseException | None = caught.value
    while error is not None:
        shown = f"{error!s} {error!r} {error.args!r} {vars(error)!r}"
        shown += "".join(traceback.format_exception_only(error))
        for name in ("doc", "object", "output", "stdout", "stderr", "cmd"):
            shown += repr(getattr(error, name, None))
        assert CANARY not in shown
        assert CANARY.encode("utf-16")[2:].decode("latin-1") not in shown
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a file that others read", "~/key, named by ~/purveyor.toml:2 [suppliers.orchid], can be"),
        ("a file that others read", "run: chmod 600 ~/key"),
        ("a file that is none", "is no file; expected one with the key"),
        ("a command that fails", "ended with status 3; run it to see why"),
        ("a command that hangs", "did not end within 0.5 s"),
        ("a command that does not exist", "cannot be run: No such file or directory"),
        ("bytes as an argument", "api_key is bytes; expected a string, a Secret, or a function"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="POSIX modes and messages")
def test_an_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    """The message is enough to go on."""
    monkeypatch.setattr(_credentials, "COMMAND_SECONDS", 0.5)
    with pytest.raises(ConfigError) as caught:
        STORIES[name](tmp_path)
    assert said in str(caught.value)
