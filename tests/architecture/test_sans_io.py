"""Law 2: what describes a wire reads no file, environment or clock, and starts nothing.

The contract `sans-io` forbids whole modules; here are the calls that need none of them.
"""

from __future__ import annotations

import ast

import pytest
from workspace import CONTRIB, CORE, PLUGINS, SHIPPED, parsed, room_of, short

PURE_ROOMS = {"errors", "types", "dialects", "hookspecs", "_bases", "plugin"}
PURE = [
    *(path for path in sorted(CORE.rglob("*.py")) if room_of(path) in PURE_ROOMS),
    *(path for plugin in PLUGINS for path in plugin.sources),
    *(path for member in CONTRIB if str(member) == "orchid" for path in member.sources),
]
IMPURE_MODULES = {"urllib.request", "importlib.resources", "importlib.metadata", "os.path"}
IMPURE_CALLS = {
    *("open", "input", "print", "breakpoint"),
    *("date.today", "datetime.now", "datetime.today", "datetime.utcnow", "Path", "uuid4", "uuid1"),
}
IMPURE_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "getenv", "urlopen"}


def impurities(tree: ast.AST) -> list[str]:
    """Give the imports and calls that touch the world."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in IMPURE_MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
            found += sorted(names & {*IMPURE_MODULES, "pathlib.Path", "uuid.uuid4", "uuid.uuid1"})
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in IMPURE_CALLS or called.rpartition(".")[2] in IMPURE_METHODS:
                found.append(f"{called}()")
    return found


def test_what_describes_touches_nothing() -> None:
    """Bytes and the time are arguments."""
    found = {short(path): impurities(parsed(path)) for path in PURE}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "source",
    [
        "open('key')",
        "from datetime import date; date.today()",
        "from pathlib import Path",
        "import urllib.request",
        "place.read_text()",
    ],
)
def test_an_impurity_is_found(source: str) -> None:
    """The ways to read a file, the clock or an address that the contract does not see."""
    assert impurities(ast.parse(source))


def test_only_the_settings_read_the_environment() -> None:
    """One room knows `os.environ`: all others are given what they need."""
    readers = {
        path
        for path in SHIPPED
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        if ast.unparse(node.value) == "os"
    }
    rooms = {short(path).removeprefix("core/src/purveyor/").split("/")[0] for path in readers}
    assert rooms == {"config.py", "_settings"}
