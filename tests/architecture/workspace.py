"""The workspace as files: its members, their metadata, and the code they ship."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORE = ROOT / "core" / "src" / "purveyor"


@dataclass(frozen=True)
class Member:
    """A folder with a distribution of its own."""

    folder: Path

    @cached_property
    def project(self) -> dict[str, Any]:
        """The `[project]` table of its pyproject.toml."""
        text = (self.folder / "pyproject.toml").read_text()
        project: dict[str, Any] = tomllib.loads(text)["project"]
        return project

    @property
    def packages(self) -> list[Path]:
        """The folders below `src`."""
        return [each for each in (self.folder / "src").iterdir() if (each / "__init__.py").exists()]

    @property
    def entry_points(self) -> dict[str, dict[str, str]]:
        """The groups of purveyor, and what stands in each."""
        groups = self.project.get("entry-points", {})
        return {group: points for group, points in groups.items() if group.startswith("purveyor.")}

    @property
    def sources(self) -> list[Path]:
        """The Python files it ships."""
        return sorted((self.folder / "src").rglob("*.py"))

    def __str__(self) -> str:
        return self.folder.name


PLUGINS = [Member(path.parent) for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))]
CONTRIB = [Member(path.parent) for path in sorted(ROOT.glob("contrib/*/pyproject.toml"))]
MEMBERS = [Member(ROOT / "core"), *PLUGINS, *CONTRIB]
SHIPPED = [source for member in MEMBERS for source in member.sources]


def short(path: Path) -> str:
    """Give a path as the repository's reader writes it."""
    return str(path.relative_to(ROOT))


@cache
def parsed(path: Path) -> ast.Module:
    """Parse a source file, once."""
    return ast.parse(path.read_text(), str(path))


def room_of(path: Path) -> str:
    """Give the room of the core that a file lies in: `types`, `config`, ..."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")
