"""A purveyor.toml that was read: its settings, the lines of its keys, and every fault in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from purveyor._settings.paths import Place
from purveyor._settings.schema import KEY_SOURCES, Settings
from purveyor.errors import ConfigError

LARGEST_BYTES: Final = 1 << 20

Path = tuple[str, ...]
"""A dotted key, taken apart."""


class ConfigFault(Struct, frozen=True):
    """One fault of the configuration. `line` is None for the environment and temporary settings."""

    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(str(part) for part in (self.line, self.key, self.message) if part)


class ConfigFile(Struct, frozen=True, kw_only=True):
    """What was read; settings hold what is right, `faults` what is not."""

    place: Place | None = None
    settings: Settings = Settings()
    lines: Mapping[Path, int] = {}
    faults: tuple[ConfigFault, ...] = ()
    temporary: frozenset[Path] = frozenset()


def load(place: Place | None, over: Mapping[str, Any] | None = None) -> ConfigFile:
    """Read a file (None: there is none) with temporary settings laid over it.

    Raises:
        ConfigError: the file cannot be read at all, or someone else may have written it.
    """
    if place is None:
        return _examined(None, "", over) if over else ConfigFile()
    try:
        with open(place.path, "rb") as file:
            if place.is_found:
                _refuse_foreign(place.path, os.fstat(file.fileno()))
            content = file.read(LARGEST_BYTES + 1)
    except OSError as err:
        raise ConfigError(
            f"{place.path} cannot be read: {err.strerror}; check the path, or unset PURVEYOR_CONFIG"
        ) from err
    if len(content) > LARGEST_BYTES:
        raise ConfigError(f"{place.path} is larger than 1 MiB; this is no purveyor.toml")
    text = content.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n")
    for number, line in enumerate(text.split("\n"), 1):
        if any("\udc80" <= letter <= "\udcff" for letter in line):
            fault = ConfigFault(number, "", "is not UTF-8; save the file as UTF-8")
            return ConfigFile(place=place, faults=(fault,))
    return _examined(place, text, over)


def _refuse_foreign(path: str, status: os.stat_result) -> None:
    """Refuse what another user can write: it decides where our keys go (git does the same)."""
    if os.name != "posix":
        return
    if status.st_uid not in (os.geteuid(), 0) or status.st_mode & 0o002:
        raise ConfigError(
            f"{path} belongs to another user, or anyone may write it; not read: to use it as it is,"
            f" set PURVEYOR_CONFIG={path}"
        )


def _examined(place: Place | None, text: str, over: Mapping[str, Any] | None) -> ConfigFile:
    from purveyor._settings.examine import examine  # what it needs is dear, and often not needed

    return examine(place, text, over or {})


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """Return a key's line, or that of the nearest table around it (a key of an inline table)."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def dotted(path: Path) -> str:
    """Write a path as TOML would."""
    import re

    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"' for key in path)


def laid_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    if not over.keys().isdisjoint(KEY_SOURCES):  # a new source takes the place of the old one
        merged = {key: value for key, value in merged.items() if key not in KEY_SOURCES}
    for key, value in over.items():
        below = merged.get(key)
        is_table = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = laid_over(below, value) if is_table else value  # type: ignore[arg-type]
    return merged
