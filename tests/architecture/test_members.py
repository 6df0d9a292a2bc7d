"""Four names that are one, and what every distribution carries."""

from __future__ import annotations

import tomllib

import pytest
from workspace import CONTRIB, MEMBERS, PLUGINS, ROOT, Member

import purveyor
from purveyor import testing
from purveyor.types.supplier import Capability

STRANGERS = [*PLUGINS, *CONTRIB]
SUPPLIERS = [member for member in STRANGERS if "purveyor.suppliers" in member.entry_points]


@pytest.mark.parametrize("member", STRANGERS, ids=str)
def test_folder_distribution_package_and_entry_point_have_one_name(member: Member) -> None:
    """`plugins/orchid` is `purveyor-orchid` is `purveyor_orchid` is `orchid`."""
    name = member.folder.name
    assert member.project["name"] == f"purveyor-{name}"
    assert [package.name for package in member.packages] == [f"purveyor_{name}"]
    assert member.entry_points
    for points in member.entry_points.values():
        assert points[name].startswith(f"purveyor_{name}:")


@pytest.mark.parametrize("member", SUPPLIERS, ids=str)
def test_further_entry_points_are_the_aliases_of_the_card(member: Member) -> None:
    """Who knows a supplier by another name finds it, and nobody else's name is taken."""
    with testing.fresh_runtime():
        card = testing.load_supplier(member.folder.name).card
    points = member.entry_points["purveyor.suppliers"]
    assert card.name == member.folder.name
    assert points.keys() == {card.name, *card.aliases}
    assert len(set(points.values())) == 1


@pytest.mark.parametrize("member", SUPPLIERS, ids=str)
def test_keywords_name_what_the_supplier_offers(member: Member) -> None:
    """`purveyor plugins` tells capabilities by the keywords, without importing anything."""
    with testing.fresh_runtime():
        offered = testing.load_supplier(member.folder.name).capabilities()
    keywords = member.project["keywords"]
    assert tuple(word for word in keywords if word in set(Capability)) == offered
    assert "purveyor" in keywords


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_each_distribution_is_typed_licensed_and_for_every_python(member: Member) -> None:
    """Apache-2.0, in words and in full; types for whoever checks."""
    project = member.project
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE"]
    assert "Apache License" in (member.folder / "LICENSE").read_text()
    assert project["requires-python"] == ">=3.11"
    assert all((package / "py.typed").exists() for package in member.packages)
    assert (member.folder / project["readme"]).read_text().strip()


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_all_distributions_have_one_version(member: Member) -> None:
    """A plugin of ours asks for the core it was tested with."""
    assert member.project["version"] == purveyor.__version__
    if member.folder.name != "core":
        assert f"purveyor=={purveyor.__version__}" in member.project["dependencies"]


def test_the_core_has_five_dependencies() -> None:
    """Law 11; another one comes with a page in docs/why."""
    names = {line.partition(">")[0] for line in MEMBERS[0].project["dependencies"]}
    assert names == {"click", "msgspec", "pluggy", "requests", "tenacity"}


def test_the_workspace_names_each_member() -> None:
    """uv resolves them all from the checkout."""
    sources = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["sources"]
    assert sources.keys() == {member.project["name"] for member in MEMBERS}
