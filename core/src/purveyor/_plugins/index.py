"""The catalogue of entry points, and the index file that saves reading them again.

The index lies in the user's cache folder, one small JSON file per `sys.path`. It holds while every
folder keeps its modification time; whoever asks for a name it lacks makes it be read anew, so that
an edit inside an existing metadata folder is found too. An index that is missing, stale, corrupt,
not ours or not writable costs time, never correctness.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import stat
import sys
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Raw, Struct, structs

from purveyor._plugins.entry_points import (
    EntryPoint,
    Fault,
    Found,
    ask_importlib,
    has_custom_finder,
    has_distributions,
    scan,
    search_path,
)

_FORMAT: Final = 1
_KEPT_FILES: Final = 50
_PREFIX: Final = "entry-points-"
_UNREADABLE: Final = (OSError, ValueError, RecursionError, msgspec.MsgspecError)

_Rows = tuple[EntryPoint, ...]


class _Stamp(Struct, frozen=True, array_like=True):
    """How a place of `sys.path` looked; the time is -1 where there is nothing."""

    place: str
    mtime_ns: int
    is_file: bool
    has_distributions: bool = False


class _Index(Struct, frozen=True):
    """The index file. The rows of a name are decoded only when it is asked for."""

    format: int
    python: int
    stamps: tuple[_Stamp, ...]
    groups: Mapping[str, Mapping[str, Raw]]
    faults: tuple[Fault, ...] = ()


class _Snapshot(Struct, frozen=True):
    """The entry points as they stood at one moment: rows by group and name."""

    stamps: tuple[_Stamp, ...]
    groups: Mapping[str, Mapping[str, Raw | _Rows]]
    faults: tuple[Fault, ...] = ()

    def rows(self, group: str, name: str) -> _Rows:
        """Give the rows of a name, several where several distributions claim it."""
        rows = self.groups.get(group, {}).get(name, ())
        return msgspec.json.decode(rows, type=_Rows) if isinstance(rows, Raw) else rows


class Catalogue:
    """What is installed, by group and name.

    Args:
        cache_folder: where the index file lies; None keeps none.
    """

    def __init__(self, cache_folder: Path | None = None) -> None:
        self._cache_folder = cache_folder
        self._snapshot: _Snapshot | None = None
        self._lock = threading.Lock()

    def names(self, group: str) -> tuple[str, ...]:
        """Give the entry-point names of a group, sorted."""
        return tuple(sorted(self._current().groups.get(group, ())))

    def rows(self, group: str, name: str) -> _Rows:
        """Give the entry points of a name, in order of `sys.path`; empty where there is none."""
        try:
            return self._current().rows(group, name)
        except _UNREADABLE:
            self.refresh()
            return self._current().rows(group, name)

    def search(self, group: str, name: str) -> _Rows:
        """Find a name that the index may lack: read all metadata anew, then ask `importlib`."""
        rows = self.rows(group, name)
        if not rows:
            self.refresh()
            rows = self.rows(group, name)
        if not rows:
            snapshot = _snapshot(self._current().stamps, ask_importlib())
            rows = snapshot.rows(group, name)
            if rows:
                self._snapshot = snapshot
        return rows

    def faults(self) -> tuple[Fault, ...]:
        """Give the metadata files that could not be read."""
        return self._current().faults

    def revalidate(self) -> None:
        """Take note of what was installed or removed since; cheap where nothing was."""
        snapshot = self._snapshot
        if snapshot is not None and not _hold(snapshot.stamps, _stamps()):
            self.refresh()

    def refresh(self) -> None:
        """Read all metadata anew."""
        importlib.invalidate_caches()
        with self._lock:
            self._snapshot = self._read_anew(_stamps())

    def _current(self) -> _Snapshot:
        snapshot = self._snapshot
        if snapshot is None:
            with self._lock:
                snapshot = self._snapshot = self._snapshot or self._opened()
        return snapshot

    def _opened(self) -> _Snapshot:
        stamps = _stamps()
        if self._cache_folder is not None and not has_custom_finder():
            index = _read(_file(self._cache_folder, stamps))
            if index is not None and _hold(index.stamps, stamps):
                return _Snapshot(stamps, index.groups, index.faults)
        return self._read_anew(stamps)

    def _read_anew(self, stamps: tuple[_Stamp, ...]) -> _Snapshot:
        is_custom = has_custom_finder()
        if is_custom or any(stamp.is_file for stamp in stamps):
            found = ask_importlib()
        else:
            found = scan(stamp.place for stamp in stamps)
        marked = tuple(
            structs.replace(stamp, has_distributions=has_distributions(stamp.place))
            for stamp in stamps
        )
        snapshot = _snapshot(marked, found)
        if self._cache_folder is not None and not is_custom:
            _write(_file(self._cache_folder, stamps), snapshot)
        return snapshot


def _snapshot(stamps: tuple[_Stamp, ...], found: Found) -> _Snapshot:
    groups: dict[str, dict[str, _Rows]] = {}
    for row in found.entry_points:
        names = groups.setdefault(row.group, {})
        names[row.name] = (*names.get(row.name, ()), row)
    return _Snapshot(stamps, groups, found.faults)


def _stamps() -> tuple[_Stamp, ...]:
    return tuple(map(_stamp, search_path()))


def _stamp(place: str) -> _Stamp:
    try:
        status = os.stat(place)
    except (OSError, ValueError):  # a null character in a path is a ValueError
        return _Stamp(place, -1, False)
    return _Stamp(place, status.st_mtime_ns, stat.S_ISREG(status.st_mode))


def _hold(then: tuple[_Stamp, ...], now: tuple[_Stamp, ...]) -> bool:
    return len(then) == len(now) and all(map(_holds, then, now))


def _holds(then: _Stamp, now: _Stamp) -> bool:
    if then.place != now.place or then.is_file != now.is_file:
        return False
    if then.mtime_ns == now.mtime_ns:
        return True
    # A script's own folder changes with every file it writes; only distributions matter.
    return not (then.is_file or then.has_distributions or has_distributions(now.place))


def _file(folder: Path, stamps: tuple[_Stamp, ...]) -> str:
    key = f"{sys.hexversion}:{os.pathsep.join(stamp.place for stamp in stamps)}"
    number = zlib.crc32(key.encode("utf-8", "surrogatepass"))
    return os.path.join(folder, f"{_PREFIX}{number:08x}.json")


def _read(path: str) -> _Index | None:
    """Read an index file that is ours alone; None where it is missing, foreign or corrupt."""
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if os.name == "posix" and (status.st_uid != os.getuid() or status.st_mode & 0o022):
                return None
            index = msgspec.json.decode(file.read(), type=_Index)
    except _UNREADABLE:
        return None
    return index if (index.format, index.python) == (_FORMAT, sys.hexversion) else None


def _write(path: str, snapshot: _Snapshot) -> None:
    """Write an index file whole or not at all; a folder that cannot be written is no error."""
    temporary = f"{path}.{os.getpid()}-{threading.get_ident()}"
    try:
        data = msgspec.json.encode(
            {
                "format": _FORMAT,
                "python": sys.hexversion,
                "stamps": snapshot.stamps,
                "groups": snapshot.groups,
                "faults": snapshot.faults,
            }
        )
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
        _remove_oldest(os.path.dirname(path))
    except _UNREADABLE:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _remove_oldest(folder: str) -> None:
    """Keep the index files of the latest environments only."""
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if entry.name.startswith(_PREFIX)]
    if len(files) > _KEPT_FILES:
        files.sort(key=lambda entry: entry.stat().st_mtime_ns)
        for entry in files[:-_KEPT_FILES]:
            os.unlink(entry.path)
