"""What a wheel of each distribution contains, and what it does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from workspace import MEMBERS, Member

LEFT_OUT = shutil.ignore_patterns("__pycache__", "dist", "training")


@pytest.fixture(scope="module", params=MEMBERS, ids=str)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Member, Path]:
    """A member and its wheel, built from a copy, without network."""
    member: Member = request.param
    copy = tmp_path_factory.mktemp("wheel") / member.folder.name
    shutil.copytree(member.folder, copy, ignore=LEFT_OUT)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "built"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    return member, next((copy / "built").glob("*.whl"))


def names_in(wheel: Path) -> set[str]:
    """Give the files of a wheel."""
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata(wheel: Path) -> str:
    """Give what pip reads of a wheel."""
    with ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()


def test_a_wheel_is_for_any_python_and_any_machine(built: tuple[Member, Path]) -> None:
    """Pure Python, with the name and the version of the distribution."""
    member, wheel = built
    project = member.project
    assert (
        wheel.name == f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"
    )


def test_a_wheel_contains_its_package_and_nothing_else(built: tuple[Member, Path]) -> None:
    """No tests, no caches, and no .pth file, which would run at every start of Python."""
    member, wheel = built
    package = member.packages[0].name
    names = names_in(wheel)
    outside = {name for name in names if not name.startswith((f"{package}/", f"{package}-"))}
    assert outside == set()
    assert [name for name in names if name.endswith((".pth", ".pyc")) or "/tests/" in name] == []


def test_a_wheel_contains_every_source_the_types_and_the_data(built: tuple[Member, Path]) -> None:
    """What works in the checkout works installed."""
    member, wheel = built
    files = {path.relative_to(member.folder / "src") for path in (member.folder / "src").rglob("*")}
    wanted = {str(f) for f in files if f.suffix != ".pyc" and (member.folder / "src" / f).is_file()}
    assert wanted <= names_in(wheel)
    assert f"{member.packages[0].name}/py.typed" in wanted


def test_a_wheel_carries_its_licence_and_entry_points(built: tuple[Member, Path]) -> None:
    """Apache-2.0, in words and in full; entry points are all the registration there is."""
    member, wheel = built
    names = names_in(wheel)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert "License-Expression: Apache-2.0" in metadata(wheel)
    has_entry_points = any(name.endswith(".dist-info/entry_points.txt") for name in names)
    assert has_entry_points == bool(member.entry_points or member.project.get("scripts"))
