"""Settings: the only reader of the environment and of purveyor.toml; secrets by reference.

What is set for the moment (`temporary`) counts before the environment, the environment before the
file. Nothing is read at import.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from purveyor._settings.config import VARIABLES, Config
from purveyor._settings.credentials import Key, KeySearch, missing_key_error
from purveyor._settings.file import ConfigFault
from purveyor._settings.schema import ModelSettings, PluginSettings, RetrySettings, Settings
from purveyor.types.supplier import SupplierCard

__all__ = [
    "VARIABLES",
    "Config",
    "ConfigFault",
    "Key",
    "KeySearch",
    "ModelSettings",
    "PluginSettings",
    "RetrySettings",
    "Settings",
    "check",
    "current",
    "missing_key_error",
    "temporary",
]

_process: Final = Config.load()
_temporary: ContextVar[Config | None] = ContextVar("purveyor_config", default=None)


def current() -> Config:
    """Return the configuration that counts here: the temporary one, or the process's own."""
    return _temporary.get() or _process


@contextmanager
def temporary(
    over: Mapping[str, Any] | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Config]:
    """Use other settings inside a `with` block, in this thread or task and no other.

    `over` is shaped like the file. A thread started inside the block does not see them, unless it
    runs in a copy of this context (`contextvars.copy_context`); a task does.
    """
    config = current().under(over or {}, path, environ)
    before = _temporary.set(config)
    try:
        yield config
    finally:
        _temporary.reset(before)


def check(
    path: str | os.PathLike[str] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    cards: Sequence[SupplierCard] | None = None,
) -> tuple[ConfigFault, ...]:
    """Return every fault of a configuration, those of the environment first.

    Args:
        path: the file; None finds it as `Config.load` does.
        environ: stands in for the process's environment.
        cards: the suppliers that exist; with them, tables of any other are faults.
    """
    from purveyor._settings.check import check

    return check(path, os.environ if environ is None else environ, VARIABLES, cards)
