"""The import contracts of pyproject.toml hold, and each fails when it is broken on purpose."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from importlinter.api import read_configuration
from importlinter.cli import lint_imports
from workspace import CONTRIB, CORE, MEMBERS, PLUGINS, ROOT

PYPROJECT = str(ROOT / "pyproject.toml")
CONTRACTS = {
    contract["id"]: contract for contract in read_configuration(PYPROJECT)["contracts_options"]
}

BROKEN = [
    ("rooms", "purveyor/errors.py", "from purveyor.types import wire"),
    ("rooms", "purveyor/types/usage.py", "from purveyor.dialects import sse"),
    ("rooms", "purveyor/dialects/sse.py", "from purveyor._transport import base"),
    ("rooms", "purveyor/_transport/base.py", "from purveyor import _resilience"),
    ("rooms", "purveyor/hookspecs.py", "from purveyor import _manager"),
    ("rooms", "purveyor/config.py", "from purveyor._manager import PluginManager"),
    ("rooms", "purveyor/plugin.py", "from purveyor._clients import chat"),
    ("rooms", "purveyor/_clients/chat.py", "from purveyor.prompts import messages"),
    ("rooms", "purveyor/prompts/messages.py", "from purveyor.modules import chat"),
    ("rooms", "purveyor/modules/chat.py", "from purveyor import server"),
    ("rooms", "purveyor/modules/chat.py", "def late():\n    from purveyor.cli import main"),
    ("rooms", "purveyor/a_room_without_a_layer.py", ""),
    ("kernel", "purveyor/_manager.py", "from purveyor import _resilience"),
    ("kernel", "purveyor/plugin.py", "from purveyor._transport import http"),
    ("settings", "purveyor/_settings/file.py", "from purveyor._plugins import index"),
    ("sans-io", "purveyor/types/wire.py", "import socket"),
    ("sans-io", "purveyor/dialects/sse.py", "from time import time"),
    ("sans-io", "purveyor_kimi/tables.py", "import requests"),
    ("sans-io", "purveyor_orchid/__init__.py", "import os"),
    ("sockets", "purveyor/_clients/chat.py", "import requests"),
    ("sockets", "purveyor/cli/main.py", "import urllib3.util"),
    ("processes", "purveyor/cli/main.py", "import subprocess"),
    ("pluggy", "purveyor/_clients/chat.py", "import pluggy"),
    ("tenacity", "purveyor/_clients/chat.py", "import tenacity"),
    ("click", "purveyor/modules/chat.py", "import click"),
    ("private-rooms", "purveyor_kimi/tables.py", "from purveyor.types.chat import ChatRequest"),
    ("private-rooms", "purveyor_testkit/faults.py", "from purveyor._transport import http"),
    ("plugin-door", "purveyor_kimi/tables.py", "from purveyor.errors import NotFound"),
    ("plugin-door", "purveyor_embedded/chat.py", "from purveyor import config"),
    ("callers-door", "purveyor_kimi/tables.py", "import purveyor"),
    ("callers-door", "purveyor/modules/chat.py", "from purveyor import AutoModel"),
    ("strangers", "purveyor_kimi/tables.py", "import purveyor_openai"),
    ("strangers", "purveyor_testkit/faults.py", "from purveyor_orchid import supplier"),
    ("core", "purveyor/modules/auto.py", "import purveyor_openai"),
]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of every package, to be spoiled."""
    folder = tmp_path_factory.mktemp("packages")
    for member in MEMBERS:
        for package in member.packages:
            ignored = shutil.ignore_patterns("__pycache__", "data")
            shutil.copytree(package, folder / package.name, ignore=ignored)
    return folder


@pytest.fixture
def spoil(copies: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Adds a line to a copied file; the copies are found before what is installed."""
    monkeypatch.syspath_prepend(str(copies))
    for package in copies.iterdir():
        monkeypatch.delitem(sys.modules, package.name, raising=False)
    before: list[tuple[Path, str | None]] = []

    def add(file: str, line: str) -> None:
        path = copies / file
        text = path.read_text() if path.exists() else None
        before.append((path, text))
        path.write_text(f"{text or ''}\n{line}\n")

    yield add
    for path, text in before:
        path.unlink() if text is None else path.write_text(text)


def lint(*contracts: str) -> int:
    """Run import-linter as `lint-imports` does."""
    return lint_imports(PYPROJECT, contracts, no_cache=True, no_logo=True)


def test_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `lint-imports` says in `make check`."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    assert lint() == 0


@pytest.mark.parametrize(("contract", "file", "line"), BROKEN)
def test_a_contract_broken_on_purpose_fails(
    contract: str,
    file: str,
    line: str,
    spoil: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One import in the wrong place is found by its contract, and named."""
    spoil(file, line)
    assert lint(contract) == 1
    importer = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    named = importer if line else importer.removeprefix("purveyor.")
    assert named in capsys.readouterr().out


def test_each_contract_is_broken_on_purpose() -> None:
    """A contract that cannot fail proves nothing."""
    assert {contract for contract, *_ in BROKEN} == CONTRACTS.keys()


def test_the_contracts_know_each_package_and_plugin() -> None:
    """A new plugin that no contract names would be bound by none."""
    packages = {package.name for member in MEMBERS for package in member.packages}
    strangers = packages - {"purveyor"}
    roots = read_configuration(PYPROJECT)["session_options"]["root_packages"]
    assert set(roots) == packages
    assert set(CONTRACTS["strangers"]["modules"]) == strangers
    assert set(CONTRACTS["core"]["forbidden_modules"]) == strangers


def test_sans_io_binds_each_supplier_plugin() -> None:
    """Every plugin, and of contrib each supplier but the one that is an engine itself."""
    described = {package.name for member in PLUGINS for package in member.packages}
    suppliers = {str(member) for member in CONTRIB if "purveyor.suppliers" in member.entry_points}
    described |= {f"purveyor_{name}" for name in suppliers - {"embedded"}}
    assert described <= set(CONTRACTS["sans-io"]["source_modules"])


def test_each_room_is_behind_a_door() -> None:
    """A room is a door for callers, the door for plugins, or private."""
    rooms = {f"purveyor.{path.stem}" for path in CORE.iterdir() if path.suffix in {"", ".py"}}
    rooms -= {"purveyor.__init__", "purveyor.__pycache__", "purveyor.plugin"}
    behind = CONTRACTS["private-rooms"]["protected_modules"]
    assert rooms == {*behind, *CONTRACTS["plugin-door"]["protected_modules"]}
