"""`purveyor`, `purveyor models` and `purveyor plugins`: what there is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_kit import Install, Run, Supplier
from cli_plugins import ACME, BROKEN, EXTRA, KEYLESS


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
