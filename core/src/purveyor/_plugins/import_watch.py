"""Watch an import: whoever dawdles is named, with the place where it hangs."""

from __future__ import annotations

import _thread
import contextlib
import sys
import warnings
from collections.abc import Iterator


class PluginWarning(UserWarning):
    """A plugin dawdles or failed; everything else works."""


@contextlib.contextmanager
def watching(subject: str, patience: float) -> Iterator[None]:
    """Warn of the block, with its stack, when it takes longer than `patience` seconds."""
    done = _thread.allocate_lock()
    done.acquire()
    watched = _thread.get_ident()

    def watch() -> None:
        if not done.acquire(timeout=patience):
            warnings.warn(
                f"{subject}: its import has taken {patience:g} s so far, at\n{_stack(watched)}",
                PluginWarning,
                stacklevel=2,
            )

    # A bare thread costs a fifth of threading.Timer; where none can start, nobody watches.
    with contextlib.suppress(RuntimeError):
        _thread.start_new_thread(watch, ())
    try:
        yield
    finally:
        done.release()


def _stack(thread: int) -> str:
    import traceback

    frame = sys._current_frames().get(thread)
    return "".join(traceback.format_stack(frame)) if frame else ""
