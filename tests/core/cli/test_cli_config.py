"""`purveyor config`: the settings checked, shown and found."""

from __future__ import annotations

import json
from pathlib import Path

from cli_kit import Install, Run
from cli_plugins import ACME, EXTRA


def test_config_check_names_the_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "purveyor.toml").write_text(
        "[retry]\nattempts = 2\nmax_wiat = 3\n[defaults]\nx = 1"
    )
    done = run("config", "check")
    first, second = done.stdout.splitlines()
    assert done.returncode == 1
    assert first.endswith("purveyor.toml:3: retry.max_wiat: unknown key; did you mean max_wait")
    assert ":5: defaults.x" in second
    assert json.loads(run("config", "check", "--json").stdout)["faults"][0]["line"] == 3


def test_config_check_of_a_good_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("[retry]\nattempts = 2\n")
    done = run("config", "check", "other.toml")
    assert (done.returncode, done.stdout) == (0, "no fault in other.toml\n")
    assert run("config", "check").returncode == 0
    assert run("config", "check", "gone.toml").returncode == 2


def test_config_check_names_a_wrong_variable(run: Run) -> None:
    done = run("config", "check", PURVEYOR_MODLE="x")
    assert done.returncode == 1
    assert "environment: PURVEYOR_MODLE: unknown variable" in done.stdout


def test_config_show_masks_keys(run: Run, install: Install, tmp_path: Path) -> None:
    install("acme", ACME)
    path = tmp_path / "purveyor.toml"
    path.write_text('[suppliers.acme]\napi_key = "sk-secret-123456789"\nregion = ""\n')
    path.chmod(0o600)
    done = run("config", "show", PURVEYOR_MODEL="acme:a-1")
    assert "sk-secret" not in done.stdout + done.stderr
    assert any(
        line.split()[:2] == ["PURVEYOR_MODEL", "acme:a-1"] for line in done.stdout.splitlines()
    )


def test_config_path(run: Run, tmp_path: Path) -> None:
    assert run("config", "path").stdout == ""
    (tmp_path / "purveyor.toml").write_text("[broken\n")
    assert run("config", "path").stdout == f"{tmp_path / 'purveyor.toml'}\n"
    assert json.loads(run("config", "path", "--json").stdout)["path"].endswith("purveyor.toml")


def test_broken_settings_break_no_help(run: Run, tmp_path: Path, install: Install) -> None:
    install("extra", EXTRA, "extension")
    (tmp_path / "purveyor.toml").write_text("[broken\n")
    done = run("--help")
    assert done.returncode == 0
    assert "doctor" in done.stdout
    assert run("plugins").returncode == 3


def test_settings_are_shown_with_their_source(run: Run, tmp_path: Path) -> None:
    assert "nothing is set" in run("config", "show", PURVEYOR_PLUGINS="", PURVEYOR_CACHE="").stderr
    (tmp_path / "purveyor.toml").write_text("[retry]\nattempts = 2\n")
    rows = json.loads(run("config", "show", "--json").stdout)
    assert {"name": "retry.attempts", "value": "2", "source": "purveyor.toml:2"} in rows
