"""Which model `purveyor chat` uses when none, or one without a key, is named."""

from __future__ import annotations

import json
from pathlib import Path

from cli_kit import Install, Run
from cli_plugins import ACME, BROKEN, KEYLESS


def test_a_named_supplier_without_key_is_an_error(run: Run, install: Install) -> None:
    """A supplier that needs no key never stands in for one that was named."""
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    for arguments, variables in (
        (["-m", "acme"], {}),
        (["-m", "a-1"], {}),
        ([], {"PURVEYOR_MODEL": "acme:a-1"}),
    ):
        done = run("chat", *arguments, "hi", **variables)
        assert (done.returncode, done.stdout) == (3, ""), arguments
    done = run("chat", "-m", "acme", "hi")
    assert "ACME_API_KEY" in done.stderr


def test_a_supplier_in_the_settings_is_not_replaced(
    run: Run, install: Install, tmp_path: Path
) -> None:
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    (tmp_path / "purveyor.toml").write_text('[suppliers.acme]\napi_key_env = "GONE"\n')
    done = run("chat", "hi")
    assert (done.returncode, done.stdout) == (3, "")


def test_where_nothing_is_set_up_a_stand_in_says_what_it_is(run: Run, install: Install) -> None:
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    done = run("chat", "--no-stream", "hi")
    assert (done.returncode, done.stdout) == (0, "offline\n")
    assert "keyless:tiny (a stand-in)" in done.stderr
    assert "PURVEYOR_MODEL" in done.stderr
    done = run("chat", "--json", "hi")
    assert done.stderr == ""
    assert "keyless:tiny" in json.loads(done.stdout)["note"]


def test_with_a_key_no_stand_in_is_used(run: Run, install: Install) -> None:
    """The key's supplier is asked, and cannot be reached here."""
    install("acme", ACME)
    install("keyless", KEYLESS, "supplier", "extension")
    done = run("chat", "--timeout", "1", "hi", ACME_API_KEY="sk-acme-12345678")
    assert done.returncode == 4
    assert "acme" in done.stderr
    assert "12345678" not in done.stderr


def test_without_any_supplier_the_error_says_what_to_install(run: Run) -> None:
    done = run("chat", "hi")
    assert done.returncode == 3
    assert "pip install" in done.stderr


def test_a_broken_plugin_is_named_when_asked_for(run: Run, install: Install) -> None:
    install("broken", BROKEN)
    done = run("chat", "-m", "broken:m", "hi")
    assert done.returncode == 3
    assert "a bad day" in done.stderr
    assert "purveyor doctor" in done.stderr
