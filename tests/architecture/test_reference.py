"""Every hook, error and public name is documented; every hook is used by a plugin, and tested."""

from __future__ import annotations

import inspect
import re
from functools import cache
from importlib.metadata import entry_points
from types import FunctionType

import pytest
from workspace import ROOT
from write_public_api import public_names

import purveyor
from purveyor import errors, hookspecs, plugin, testing

HOOKS = {
    name: hook
    for specs in hookspecs.SPECS
    for name, hook in vars(specs).items()
    if name.startswith("purveyor_")
}
ERRORS = [
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.PurveyorError)
]
NAMES = sorted({name for door in (purveyor, plugin, testing) for name in public_names(door)})
WITHOUT_A_PLUGIN = {
    "purveyor_finetune": "an interface: issues 3 and 5 bring the suppliers and frameworks",
    "purveyor_deploy": "the same",
    "purveyor_framework": "an interface: issue 5 brings the frameworks",
    "purveyor_credentials": "keyrings are the core's; stores of keys come from strangers",
}


@cache
def page(name: str) -> str:
    """Give a page of the reference."""
    return (ROOT / "docs" / "reference" / name).read_text()


def hooks_in_tests() -> set[str]:
    """Give the hooks that tests name, these tests aside."""
    tests = [*(ROOT / "tests").rglob("*.py"), *ROOT.glob("contrib/*/tests/*.py")]
    texts = (path.read_text() for path in tests if path.parent.name != "architecture")
    return {name for text in texts for name in re.findall(r"\bpurveyor_[a-z]+\b", text)}


def arguments(hook: FunctionType) -> str:
    """Write what a hook is asked with: `endpoint, request`."""
    return ", ".join(name for name in inspect.signature(hook).parameters if name != "self")


@pytest.mark.parametrize("name", HOOKS)
def test_each_hook_is_documented_with_its_arguments(name: str) -> None:
    """By its docstring, which is the contract, and on the page of hooks."""
    assert inspect.getdoc(HOOKS[name])
    assert f"{name}({arguments(HOOKS[name])})" in page("hooks.md")


def test_each_hook_has_a_test() -> None:
    """A hook nobody tests is a promise nobody keeps."""
    assert HOOKS.keys() - hooks_in_tests() == set()


def test_each_hook_ships_with_a_plugin_that_uses_it() -> None:
    """Asked of what the distributions here offer; the rest is listed, each with its reason."""
    groups = ("purveyor.suppliers", "purveyor.frameworks", "purveyor.extensions")
    ours = [each.load() for group in groups for each in entry_points(group=group)]
    used = {name for name in HOOKS for each in ours if hasattr(each, name)}
    assert HOOKS.keys() - used == WITHOUT_A_PLUGIN.keys()


@pytest.mark.parametrize("name", ERRORS)
def test_each_error_is_documented(name: str) -> None:
    """By its docstring, in the tree at the top of its file, and on the page of errors."""
    assert getattr(errors, name).__doc__
    assert re.search(rf"\b{name}\b", errors.__doc__ or "")
    assert re.search(rf"\b{name}\b", page("errors.md"))


def test_each_public_name_is_documented() -> None:
    """As code on the page of the doors."""
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", page("api.md")))))
    assert [name for name in NAMES if name not in told] == []


def test_no_page_documents_a_hook_that_is_gone() -> None:
    """What is removed here is removed there."""
    assert set(re.findall(r"\bpurveyor_[a-z]+(?=\()", page("hooks.md"))) == HOOKS.keys()
