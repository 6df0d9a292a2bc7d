"""Many calls at once: bounded, in order, failures kept apart, progress shown on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

from purveyor.errors import ConfigError, PurveyorError

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_batch(
    call: Callable[[Item], Result], items: Sequence[Item], concurrency: int, label: str
) -> list[Result | PurveyorError]:
    """Call for every item, at most `concurrency` at once.

    Returns:
        One result per item, in the order of the items; what failed is its error.

    An error that is none of ours ends the batch: calls not yet begun are dropped.
    """
    if concurrency < 1:
        raise ConfigError(f"concurrency is {concurrency}; expected at least 1")
    if not items:
        return []

    from concurrent.futures import ThreadPoolExecutor

    def attempt(item: Item) -> Result | PurveyorError:
        try:
            return call(item)
        except PurveyorError as error:
            return error

    progress = Progress(len(items), label)
    with ThreadPoolExecutor(min(concurrency, len(items))) as pool:
        futures = [pool.submit(copy_context().run, attempt, item) for item in items]
        try:
            _await_all(futures, progress)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            progress.close()
    return [future.result() for future in futures]


def _await_all(futures: Sequence[Future[Result | PurveyorError]], progress: Progress) -> None:
    from concurrent.futures import FIRST_COMPLETED, wait

    pending = set(futures)
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in done:
            progress.step(isinstance(future.result(), PurveyorError))


class Progress:
    """A line on standard error that says how far a batch is; silent where nobody looks."""

    _WIDTH = 24

    def __init__(self, total: int, label: str) -> None:
        self._total = total
        self._label = label
        self._done = 0
        self._failed = 0
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()

    def step(self, has_failed: bool) -> None:
        """Count one item."""
        self._done += 1
        self._failed += has_failed
        if self._is_shown:
            full = self._WIDTH * self._done // self._total
            failed = f", {self._failed} failed" if self._failed else ""
            bar = "█" * full + "░" * (self._WIDTH - full)
            sys.stderr.write(f"\r{self._label} {bar} {self._done}/{self._total}{failed}")
            sys.stderr.flush()

    def close(self) -> None:
        """End the line."""
        if self._is_shown:
            sys.stderr.write("\n")
