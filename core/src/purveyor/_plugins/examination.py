"""Load every plugin and ask it what it offers, for `purveyor doctor`: hanging is a finding too."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any, Final

from purveyor._plugins.loading import (
    Origin,
    Phase,
    PluginProblem,
    Refusal,
    origin_of,
    remedy,
    said,
)
from purveyor._plugins.selection import Selection
from purveyor._plugins.shelf import Shelf

_AT_ONCE: Final = 8


def examine(shelf: Shelf[Any], selection: Selection, names: Sequence[str], deadline: float) -> None:
    """Examine the plugins of a shelf, a few at a time; what is wrong is noted on the shelf.

    One that does not return in `deadline` seconds is left behind in its thread.
    """
    for start in range(0, len(names), _AT_ONCE):
        threads = {
            name: threading.Thread(
                target=_examine_one,
                args=(shelf, selection, name),
                name=f"doctor-{name}",
                daemon=True,
            )
            for name in names[start : start + _AT_ONCE]
        }
        for thread in threads.values():
            thread.start()
        until = time.monotonic() + deadline
        for name, thread in threads.items():
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                phase = shelf.phases.get(name, Phase.DISCOVERED)
                error = f"it did not return within {deadline:g} s"
                _note(shelf, selection, name, phase, error)


def _examine_one(shelf: Shelf[Any], selection: Selection, name: str) -> None:
    try:
        plugin = shelf.get(name)
        shelf.problems.pop(name, None)
        plugin.examine()
    except Refusal as refusal:
        shelf.problems[name] = refusal.problem
    except BaseException as err:  # noqa: BLE001 - in our thread no interrupt is the user's own
        if name not in shelf.problems:
            _note(shelf, selection, name, shelf.phases.get(name, Phase.DISCOVERED), said(err))


def _note(shelf: Shelf[Any], selection: Selection, name: str, phase: Phase, error: str) -> None:
    origin = _origin(shelf, selection, name)
    shelf.problems[name] = PluginProblem(
        name=name,
        distribution=origin.distribution,
        version=origin.version,
        phase=phase,
        error=error,
        hint=remedy(origin),
    )


def _origin(shelf: Shelf[Any], selection: Selection, name: str) -> Origin:
    if name in shelf.loaded:
        origin: Origin = shelf.loaded[name].origin
        return origin
    rows = selection.claimants(shelf.kind, name)
    return origin_of(shelf.kind, rows[0]) if rows else Origin(shelf.kind, name)
