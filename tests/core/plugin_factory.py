"""Fabricate installed plugins: real metadata folders and real modules, in a folder of a test's."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

SUPPLIER = """
from purveyor.hookspecs import hookimpl
from purveyor.types.supplier import Capability, SupplierCard

class Dialect:
    def encode(self, *arguments): ...
    encode_stream = decode = stream_decoder = explain = batch_limit = encode

class Supplier:
    @hookimpl
    def purveyor_supplier(self):
        return SupplierCard(
            name={name!r}, title="Fabricated", docs="https://example.org",
            base_url="https://example.org/v1", {card}
        )
{hooks}
supplier = Supplier()
"""

CHAT = """
    @hookimpl
    def purveyor_chat(self, endpoint):
        return Dialect()
"""

EXTENSION = """
from purveyor.hookspecs import hookimpl

class Extension:
{hooks}
extension = Extension()
"""


def supplier_source(name: str, *, card: str = "", hooks: str = CHAT) -> str:
    """Return the module of a supplier, with more of a card and other hooks."""
    return SUPPLIER.format(name=name, card=card, hooks=hooks)


def extension_source(hooks: str) -> str:
    """Return the module of an extension."""
    return EXTENSION.format(hooks=hooks)


class PluginFolder:
    """A folder of `sys.path` into which plugins are installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def supplier(self, name: str, source: str | None = None, **more: str) -> Path:
        """Install the distribution `purveyor-<name>` with one supplier; return its metadata."""
        module = f"fabricated_{name}"
        (self.folder / f"{module}.py").write_text(dedent(source or supplier_source(name)))
        return self.distribution(
            more.pop("distribution", f"purveyor-{name}"),
            {more.pop("group", "purveyor.suppliers"): {name: f"{module}:supplier"}},
            **more,
        )

    def extension(self, name: str, source: str) -> Path:
        """Install the distribution `purveyor-<name>` with one extension."""
        module = f"fabricated_{name}"
        (self.folder / f"{module}.py").write_text(dedent(source))
        entries = {"purveyor.extensions": {name: f"{module}:extension"}}
        return self.distribution(f"purveyor-{name}", entries)

    def distribution(
        self,
        name: str,
        entry_points: Mapping[str, Mapping[str, str]],
        *,
        version: str = "1.0.0",
        keywords: str = "chat",
        suffix: str = "dist-info",
    ) -> Path:
        """Write the metadata of a distribution."""
        info = self.folder / f"{name.replace('-', '_')}-{version}.{suffix}"
        info.mkdir(exist_ok=True)
        metadata = (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nKeywords: {keywords}\n"
        )
        main = "METADATA" if suffix == "dist-info" else "PKG-INFO"
        (info / main).write_text(metadata + "\nA description.\nKeywords: none of them\n")
        lines = [
            line
            for group, entries in entry_points.items()
            for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()), "")
        ]
        (info / "entry_points.txt").write_text("\n".join(lines))
        return info


def standard_library() -> list[str]:
    """Return the part of `sys.path` that holds no distributions."""
    paths = sysconfig.get_paths()
    kept = {paths["stdlib"], paths["platstdlib"], f"{paths['platstdlib']}/lib-dynload"}
    return [place for place in sys.path if place in kept]


def installed_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PluginFolder]:
    """Give a folder whose plugins are all that is installed; their modules go with it."""
    plugins = PluginFolder(tmp_path / "installed")
    monkeypatch.setattr(sys, "path", [str(plugins.folder), *standard_library()])
    before = set(sys.modules)
    yield plugins
    for name in set(sys.modules) - before:
        if name.startswith("fabricated_"):
            del sys.modules[name]
