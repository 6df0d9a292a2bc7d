"""The layers of settings: for the moment, the environment, the file; and who said what."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from purveyor._settings.file import ConfigFile, dotted, laid_over, line_of, load
from purveyor._settings.paths import find, shown
from purveyor._settings.schema import Settings
from purveyor.errors import ConfigError
from purveyor.types.secret import Secret


class Layers:
    """One environment, one file read at first use, and temporary settings over both."""

    __slots__ = ("_file", "_lock", "_over", "_path", "environ", "kept", "kept_lock")

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        environ: Mapping[str, str] | None,
        over: Mapping[str, Any] | None = None,
    ) -> None:
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self._path = path
        self._over = over or {}
        self._file: ConfigFile | None = None
        self._lock = threading.Lock()
        self.kept: dict[str, tuple[Secret | str, ...]] = {}
        self.kept_lock = threading.Lock()

    def under(
        self,
        over: Mapping[str, Any],
        path: str | os.PathLike[str] | None,
        environ: Mapping[str, str] | None,
    ) -> Layers:
        """Return these layers with others in their place or over them."""
        return Layers(
            self._path if path is None else path,
            self.environ if environ is None else environ,
            laid_over(self._over, over),
        )

    @property
    def file(self) -> ConfigFile:
        """What was read.

        Raises:
            ConfigError: the file has a fault; the first is named, with its line.
        """
        if self._file is None:
            with self._lock:
                if self._file is None:
                    self._file = self._read()
        return self._file

    @property
    def settings(self) -> Settings:
        """What the file and the temporary settings say."""
        return self.file.settings

    @property
    def path(self) -> str | None:
        """The file that was read, None where there is none."""
        place = self.file.place
        return place.path if place else None

    def _read(self) -> ConfigFile:
        file = load(find(self._path, self.environ), self._over)
        if not file.faults:
            return file
        fault = file.faults[0]
        is_ours = fault.line is not None and file.place is not None
        name = shown(file.place.path, self.environ) if file.place else ""
        where = f"{name}:{fault}" if is_ours else f"temporary settings: {fault}"
        more = f" (and {len(file.faults) - 1} more)" if len(file.faults) > 1 else ""
        raise ConfigError(f"{where}{more}; run: purveyor config check")

    def is_temporary(self, *path: str) -> bool:
        """Tell whether a setting was made for the moment."""
        return path in self.file.temporary

    def label(self, *path: str) -> str:
        """Say where a setting stands: `purveyor.toml:12 [suppliers.orchid]`."""
        table = f" [{dotted(path[:-1])}]"
        return f"{self.place_of(*path)}{table}"

    def place_of(self, *path: str) -> str:
        """Say which file and line a setting comes from, or that it is temporary."""
        if self.is_temporary(*path) or self.path is None:
            return "temporary settings"
        return f"{shown(self.path, self.environ)}:{line_of(self.file.lines, path)}"

    def variable(self, name: str) -> str:
        """Return a variable of the environment without surrounding white space; "" if not set."""
        return self.environ.get(name, "").strip()
