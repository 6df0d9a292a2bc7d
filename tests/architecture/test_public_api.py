"""The doors: what stands there is written down, found lazily, and seen by type checkers."""

from __future__ import annotations

import ast
import difflib
import inspect
from importlib import import_module

import pytest
from workspace import CORE, parsed
from write_public_api import DOORS, SNAPSHOT, describe, public_names

LAZY = ["purveyor", "purveyor.plugin"]


def test_the_public_api_is_what_is_written_down() -> None:
    """A change of a name, a parameter or a default is a decision, and shows in a diff."""
    written = SNAPSHOT.read_text().splitlines()
    diff = list(difflib.unified_diff(written, describe().splitlines(), "written", "found", n=0))
    assert not diff, "run: python tests/architecture/write_public_api.py\n" + "\n".join(diff)


@pytest.mark.parametrize("door", DOORS)
def test_each_name_at_a_door_has_a_docstring(door: str) -> None:
    """Classes and functions say what they are for."""
    module = import_module(door)
    named = {name: getattr(module, name) for name in public_names(module)}
    spoken = {
        name: each
        for name, each in named.items()
        if inspect.isroutine(each) or isinstance(each, type)
    }
    ours = {name: each for name, each in spoken.items() if each.__module__.startswith("purveyor")}
    assert [
        name for name, each in ours.items() if not vars(each).get("__doc__") and not each.__doc__
    ] == []


@pytest.mark.parametrize("door", LAZY)
def test_a_lazy_door_offers_what_type_checkers_see(door: str) -> None:
    """The names found at run time, their homes, and the imports for type checkers are the same."""
    module = import_module(door)
    path = CORE / ("__init__.py" if door == "purveyor" else "plugin.py")
    seen = {
        (node.module, alias.name)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module != "importlib"
        for alias in node.names
        if alias.asname == alias.name
    }
    found = {(home, name) for home, names in module._HOMES.items() for name in names}
    assert seen - {("purveyor", "errors")} == found
    assert {name for _, name in found} | {"__version__", "errors"} >= set(module.__all__)


@pytest.mark.parametrize("door", LAZY)
def test_a_lazy_door_lists_its_names_and_refuses_others(door: str) -> None:
    """`dir()` is for those who explore; a wrong name is an AttributeError, as ever."""
    module = import_module(door)
    assert dir(module) == sorted(module.__all__)
    with pytest.raises(AttributeError, match=f"module '{door}' has no attribute 'nope'"):
        _ = module.nope
