"""Law 9: importing has no side effects, and loads what is used and no more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from workspace import CONTRIB, CORE, MEMBERS, PLUGINS

HEAVY = {
    *("requests", "urllib3", "aiohttp", "httpx", "http.client", "socket", "ssl"),
    *("asyncio", "concurrent.futures", "threading", "subprocess", "importlib.metadata"),
    *("pluggy", "tenacity", "msgspec", "click", "fastapi", "starlette", "uvicorn", "pydantic"),
    *("numpy", "typing", "dataclasses", "inspect", "logging", "json", "re"),
}
PACKAGES = {f"purveyor_{member}" for member in (*PLUGINS, *CONTRIB)}

WATCH = """
import atexit, builtins, json, os, sys, _thread
events = []
def hook(event, arguments):
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc")):
        events.append(f"open {arguments[0]}")
    elif event.split(".")[0] in {"socket", "subprocess", "shutil", "tempfile", "sqlite3", "ctypes"}:
        events.append(event)
    elif event in {"os.putenv", "os.unsetenv", "os.mkdir", "os.rename", "os.remove", "os.fork"}:
        events.append(event)
def state():
    return (dict(vars(builtins)), dict(os.environ), atexit._ncallbacks(), _thread._count(), sys.excepthook)
before, modules = state(), set(sys.modules)
sys.addaudithook(hook)
"""
TELL = """
after = state()
told = [name for name, value in after[0].items() if before[0].get(name) is not value]
print(json.dumps({
    "loaded": sorted(set(sys.modules) - modules), "events": events, "builtins": told,
    "unchanged": before[1:] == after[1:],
}))
"""


def watched(program: str) -> dict[str, Any]:
    """Run a program in a fresh Python; tell what it loaded and what it touched."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "PURVEYOR_CACHE": "off",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(str(member.folder / "src") for member in MEMBERS),
    }
    done = subprocess.run(
        [sys.executable, "-c", f"{WATCH}\n{program}\n{TELL}"],
        capture_output=True,
        text=True,
        env=environ,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def plugins_in(told: dict[str, Any]) -> set[str]:
    """Give the plugins among what was loaded."""
    return {name.partition(".")[0] for name in told["loaded"]} & PACKAGES


def test_importing_purveyor_loads_itself_alone() -> None:
    """No HTTP library, no plugin, not even typing: one file is read."""
    told = watched("import purveyor")
    assert set(told["loaded"]) - {"__future__"} == {"purveyor"}


@pytest.mark.parametrize(
    "module", ["purveyor", "purveyor.plugin", "purveyor.errors", "purveyor.config"]
)
def test_importing_a_door_touches_nothing(module: str) -> None:
    """No socket, no file but modules, no builtin, no environment, no atexit, no thread."""
    told = watched(f"import {module}")
    assert told["events"] == []
    assert told["builtins"] == []
    assert told["unchanged"]


def test_importing_every_file_of_the_core_touches_nothing() -> None:
    """The rooms behind the doors too; not what they import, which is not ours to promise."""
    files = [path for path in CORE.rglob("*.py") if path.name != "__main__.py"]
    names = [".".join(path.relative_to(CORE.parent).with_suffix("").parts) for path in files]
    modules = sorted(name.removesuffix(".__init__") for name in names)
    foreign = "import aiohttp, click, msgspec, pluggy, requests, tenacity, ssl, asyncio, urllib3"
    told = watched(f"{foreign}\nbefore = state(); events.clear()\nimport {', '.join(modules)}")
    assert told["events"] == []
    assert told["builtins"] == []
    assert told["unchanged"]


def test_importing_the_plugin_door_imports_no_library_that_does_io() -> None:
    """A plugin author's names come one by one, at their first use."""
    told = watched("import purveyor.plugin")
    assert HEAVY & set(told["loaded"]) == set()


CALL = """
import purveyor
from purveyor.testing import answer_with
from purveyor.plugin import HttpReply
body = b'{"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}'
answer_with(lambda request: HttpReply(200, {}, body))
assert purveyor.AutoModel(OPTIONS)("hi") == "hello"
"""
KEYLESS = "'local:m', base_url='https://local.example/v1', auth='none'"


def test_a_sync_call_imports_nothing_of_async() -> None:
    """Who never awaits does not pay for it; nor for a library of the wire that is not used."""
    loaded = set(watched(CALL.replace("OPTIONS", KEYLESS))["loaded"])
    assert loaded & {"asyncio", "aiohttp", "concurrent.futures"} == set()
    assert loaded & {"requests", "urllib3", "tenacity", "click"} == set()


def test_a_call_imports_exactly_the_plugin_it_names() -> None:
    """Law 4: with six installed one is imported, and none where an address is named."""
    named = watched(CALL.replace("OPTIONS", "source='deepseek', api_key='k'"))
    assert plugins_in(named) == {"purveyor_deepseek"}
    assert plugins_in(watched(CALL.replace("OPTIONS", KEYLESS))) == set()


def test_listing_what_is_installed_imports_no_plugin() -> None:
    """Names, versions and capabilities come from metadata."""
    program = (
        "from purveyor._manager import PluginManager\nassert len(PluginManager().listings()) > 5"
    )
    assert plugins_in(watched(program)) == set()


def test_the_command_that_lists_imports_no_plugin() -> None:
    """`purveyor plugins` is safe with a plugin that is not."""
    program = "from purveyor.cli.main import main\ntry: main(['plugins'])\nexcept SystemExit: pass"
    assert plugins_in(watched(program)) == set()
