"""Find plugins' entry points by reading their metadata files: nothing is imported.

`scan` reads the `*.dist-info` and `*.egg-info` folders of `sys.path`; `ask_importlib` asks
`importlib.metadata`, which also sees zip files and custom finders but takes far longer. Both give
the same rows for the same folders: a distribution found twice counts where it stands first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from typing import Final

from msgspec import Struct

SUPPLIERS: Final = "purveyor.suppliers"
FRAMEWORKS: Final = "purveyor.frameworks"
EXTENSIONS: Final = "purveyor.extensions"
GROUPS: Final = (SUPPLIERS, FRAMEWORKS, EXTENSIONS)

_MARK: Final = b"[purveyor."
_INFO_SUFFIXES: Final = (".dist-info", ".egg-info")
_METADATA_FILES: Final = ("METADATA", "PKG-INFO")


class EntryPoint(Struct, frozen=True, array_like=True):
    """One entry point: `name` means `value` (`module:attribute`) of a distribution.

    `distribution` is the normalised name; `path` is its metadata folder, "" where there is none.
    """

    group: str
    name: str
    value: str
    distribution: str
    version: str
    path: str = ""


class Fault(Struct, frozen=True, array_like=True):
    """A metadata file that could not be read, or not wholly."""

    distribution: str
    version: str
    path: str
    error: str


class Found(Struct, frozen=True):
    """What a search gave: entry points in order of `sys.path`, and what could not be read."""

    entry_points: tuple[EntryPoint, ...] = ()
    faults: tuple[Fault, ...] = ()


def normalised(distribution: str) -> str:
    """Return a distribution's name as PEP 503 writes it: lower case, single hyphens."""
    name = distribution.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


def search_path() -> tuple[str, ...]:
    """Return the places of `sys.path`, absolute, each once."""
    places = (place for place in sys.path if isinstance(place, str))
    return tuple(dict.fromkeys(p if os.path.isabs(p) else os.path.abspath(p) for p in places))


def has_custom_finder() -> bool:
    """Whether a finder of someone's own may know of distributions that lie in no folder."""
    return any(
        hasattr(finder, "find_distributions")
        and finder is not PathFinder
        and not type(finder).__module__.startswith("importlib_metadata")
        for finder in sys.meta_path
    )


def has_distributions(folder: str) -> bool:
    """Whether any distribution is installed in a folder."""
    return bool(_info_folders(folder))


def scan(folders: Iterable[str]) -> Found:
    """Read the metadata of every distribution in these folders."""
    reading = _Reading()
    for folder in folders:
        for entry in _info_folders(folder):
            name, version = _split(entry)
            if reading.is_first(name):
                path = folder + os.sep + entry
                data = _read(path + os.sep + "entry_points.txt")
                if data is not None and _MARK in data:
                    if not version:
                        name, version = _name_and_version(path, name)
                    reading.take(data, name, version, path)
    return reading.found()


def ask_importlib() -> Found:
    """Read the metadata of every distribution that `importlib.metadata` knows."""
    from importlib.metadata import distributions

    reading = _Reading()
    for distribution in distributions():
        path = str(getattr(distribution, "_path", ""))
        name, version = _split(os.path.basename(path))
        try:
            if not version:
                name, version = normalised(distribution.metadata["Name"]), distribution.version
            if reading.is_first(name):
                text = distribution.read_text("entry_points.txt") or ""
                reading.take(text.encode(), name, version, path)
        except Exception as err:  # noqa: BLE001 - a stranger's finder; the others still count
            reading.faults.append(Fault(name, version, path, f"metadata: {err!r}"))
    return reading.found()


def keywords(path: str) -> frozenset[str]:
    """Read the `Keywords` of a distribution, given its metadata folder; none where unreadable."""
    words: list[str] = []
    for line in _header_lines(path):
        field, _, value = line.partition(":")
        if field.lower() == "keywords":
            words += value.replace(",", " ").lower().split()
    return frozenset(words)


def _info_folders(folder: str) -> list[str]:
    try:
        entries = os.listdir(folder)
    except OSError:
        return []
    return [entry for entry in entries if entry.endswith(_INFO_SUFFIXES)]


def _split(entry: str) -> tuple[str, str]:
    """Take the normalised name and the version from the name of a metadata folder."""
    for suffix in _INFO_SUFFIXES:
        entry = entry.removesuffix(suffix)
    parts = entry.split("-")
    for place, part in enumerate(parts):
        if place and part[:1].isdigit():
            return normalised("-".join(parts[:place])), part
    return normalised(entry), ""


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError:
        return None


def _header_lines(path: str) -> Iterator[str]:
    """Give the header lines of a metadata folder's main file, up to the description."""
    for file in _METADATA_FILES:
        data = _read(path + os.sep + file)
        if data is not None:
            for line in data.splitlines():
                if not line:
                    return
                yield line.decode("utf-8", "replace")
            return


def _name_and_version(path: str, name: str) -> tuple[str, str]:
    version = ""
    for line in _header_lines(path):
        field, _, value = line.partition(":")
        if field.lower() == "name":
            name = normalised(value.strip())
        elif field.lower() == "version":
            version = value.strip()
    return name, version


class _Reading:
    """Collects what the metadata files say, the first distribution of a name only."""

    def __init__(self) -> None:
        self.rows: list[EntryPoint] = []
        self.faults: list[Fault] = []
        self._seen: set[str] = set()

    def is_first(self, distribution: str) -> bool:
        """Whether this distribution was not met before; from now on it was."""
        if distribution in self._seen:
            return False
        self._seen.add(distribution)
        return True

    def take(self, data: bytes, distribution: str, version: str, path: str) -> None:
        """Read one `entry_points.txt`."""
        try:
            for group, name, value in _entries(data.decode("utf-8")):
                if value:
                    row = EntryPoint(group, name, value, distribution, version, path)
                    self.rows.append(row)
                else:
                    error = f"expected 'name = module:attribute', found {name!r}"
                    self.faults.append(Fault(distribution, version, path, error))
        except UnicodeDecodeError as err:
            self.faults.append(Fault(distribution, version, path, f"no UTF-8: {err}"))

    def found(self) -> Found:
        """Give what was collected."""
        return Found(tuple(self.rows), tuple(self.faults))


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """Give group, name and value of our entries; the value is "" where a line has none."""
    group = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            group = line.strip("[]")
        elif group in GROUPS and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.strip()
