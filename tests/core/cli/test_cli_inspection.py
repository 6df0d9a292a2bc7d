"""`purveyor models`, `plugins`, `doctor` and `config`: what is installed, and what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import ACME, BROKEN, EXTRA, KEYLESS, Install, Run, Supplier


def test_no_arguments_show_help(run: Run) -> None:
    done = run()
    assert done.returncode == 0
    assert "Exit status" in done.stdout
    assert done.stdout == run("--help").stdout


def test_version(run: Run) -> None:
    assert run("--version").stdout == "purveyor 0.1.0\n"


@pytest.mark.parametrize("arguments", [["--help"], ["plugins"], ["chat", "--help"]])
def test_help_and_plugins_import_no_plugin_and_no_http(
    environ: dict[str, str], install: Install, arguments: list[str]
) -> None:
    install("acme", ACME)
    source = (
        "import sys; from purveyor.cli.main import main; main(sys.argv[1:]);"
        "print([n for n in ('requests','urllib3','aiohttp','asyncio','purveyor_acme')"
        " if n in sys.modules])"
    )
    command = [sys.executable, "-c", source, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_has_help(run: Run) -> None:
    for name in ("chat", "embed", "rerank", "models", "plugins", "doctor", "config"):
        done = run(name, "--help")
        assert (done.returncode, done.stderr) == (0, "")


def test_an_extension_adds_commands_and_replaces_none(
    run: Run, install: Install, supplier: Supplier
) -> None:
    install("extra", EXTRA, "extension")
    assert run("wave").stdout == "hello\n"
    done = run("--help")
    assert "Wave to the user." in done.stdout
    assert "command chat is left out" in done.stderr
    assert run(*supplier.chat, "hi").stdout == "you said: hi\n"


def test_a_broken_extension_leaves_our_commands(run: Run, install: Install) -> None:
    install("broken", BROKEN, "extension")
    done = run("--help")
    assert done.returncode == 0
    assert "doctor" in done.stdout
    assert "purveyor: warning: " in done.stderr
    assert run("nonsense").returncode == 2


def test_plugins_lists_what_is_installed(run: Run, install: Install) -> None:
    install("acme", ACME)
    install("broken", BROKEN)
    done = run("plugins")
    head, acme, broken = [line for line in done.stdout.splitlines() if "denied" not in line]
    assert head.split() == ["name", "kind", "distribution", "version", "capabilities", "state"]
    assert acme.split() == ["acme", "supplier", "purveyor-acme", "1.0", "installed"]
    assert broken.split()[-1] == "installed"
    rows = json.loads(run("plugins", "--json").stdout)
    names = [row["name"] for row in rows if row["state"] == "installed"]
    assert names == ["acme", "broken"]


def test_models_come_from_the_cards(run: Run, install: Install) -> None:
    install("acme", ACME)
    assert run("models").stdout.splitlines() == [
        "model     capability  context  inputs       thinks  remarks",
        "acme:a-1  chat        128,000  text, image  yes     default",
        "acme:a-0  chat                 text                 retired 2020-01-02, use a-1",
    ]
    first, _ = json.loads(run("models", "acme", "--json").stdout)
    assert first["name"] == "a-1"
    assert first["is_default"] is True


def test_models_online_asks_an_address(run: Run, supplier: Supplier) -> None:
    rows = json.loads(run("models", *supplier.options, "--json").stdout)
    assert [row["name"] for row in rows] == ["m-1", "m-2"]


def test_models_online_adds_what_the_card_knows(
    run: Run, install: Install, supplier: Supplier
) -> None:
    install("acme", ACME.replace('"a-1"', '"m-1"'))
    done = run("models", "acme", "--online", "--base-url", supplier.url, ACME_API_KEY="sk-12345")
    _, first, second = done.stdout.splitlines()
    assert first.split() == ["acme:m-1", "chat", "128,000", "text,", "image", "yes", "default"]
    assert second.split() == ["acme:m-2", "chat", "text"]


def test_a_supplier_without_models_says_how_to_ask(run: Run, install: Install) -> None:
    install("keyless", KEYLESS, "supplier", "extension")
    assert "--online" in run("models", "keyless").stderr


def test_models_mistakes(run: Run) -> None:
    assert run("models", "nobody").returncode == 3
    assert run("models", "--online").returncode == 2


def test_doctor_tells_of_keys_and_masks_them(run: Run, install: Install) -> None:
    install("acme", ACME)
    done = run("doctor", "--strict", ACME_API_KEY="sk-secret-123456789")
    assert done.returncode == 0
    assert "acme      ***6789  environment ACME_API_KEY" in done.stdout
    assert "no problems found" in done.stdout
    assert "set ACME_API_KEY" in run("doctor").stdout


def test_doctor_names_each_problem_and_what_to_do(
    run: Run, install: Install, tmp_path: Path
) -> None:
    install("acme", ACME)
    install("broken", BROKEN)
    (tmp_path / "purveyor.toml").write_text("[defualts]\n")
    done = run("doctor")
    assert done.returncode == 0
    assert "broken (purveyor-broken 1.0) failed, phase imported" in done.stdout
    assert "RuntimeError: a bad day" in done.stdout
    assert "try: pip install" in done.stdout
    assert "purveyor.toml:1: defualts: unknown key" in done.stdout
    assert "2 problems found" in done.stdout
    assert run("doctor", "--strict").returncode == 1


def test_doctor_as_json(run: Run, install: Install) -> None:
    install("broken", BROKEN)
    found = json.loads(run("doctor", "--json").stdout)
    assert found["count"] == 1
    assert found["problems"][0]["phase"] == "imported"


def test_doctor_reports_an_unusable_key(run: Run, install: Install) -> None:
    install("acme", ACME)
    done = run("doctor", "--strict", ACME_API_KEY="schlüssel-12345")
    assert done.returncode == 1
    assert "unusable" in done.stdout
    assert "schl" not in done.stdout


def test_doctor_leaves_a_plugin_that_hangs(run: Run, install: Install) -> None:
    install("broken", "import time; time.sleep(60)")
    done = run("doctor", "--strict", "--deadline", "0.5")
    assert done.returncode == 1
    assert "did not return within 0.5 s" in done.stdout


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


def test_two_plugins_of_one_name_are_told(run: Run, install: Install, tmp_path: Path) -> None:
    install("acme", ACME)
    folder = tmp_path / "site" / "other-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: other\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[purveyor.suppliers]\nacme = purveyor_acme:supplier")
    done = run("plugins")
    assert "name taken" in done.stdout
    assert "purveyor doctor" in done.stderr
    done = run("doctor", "--strict")
    assert done.returncode == 1
    assert "other" in done.stdout


def test_settings_are_shown_with_their_source(run: Run, tmp_path: Path) -> None:
    assert "nothing is set" in run("config", "show", PURVEYOR_PLUGINS="", PURVEYOR_CACHE="").stderr
    (tmp_path / "purveyor.toml").write_text("[retry]\nattempts = 2\n")
    rows = json.loads(run("config", "show", "--json").stdout)
    assert {"name": "retry.attempts", "value": "2", "source": "purveyor.toml:2"} in rows
