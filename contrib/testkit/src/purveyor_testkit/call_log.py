"""A log of calls: one JSON object a line, for those who look for what was asked and what it cost."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

from purveyor.plugin import Call, Outcome


class CallLog:
    """An observer that writes one line per call.

    Args:
        path: the file to append to; None writes to standard error.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()

    def started(self, call: Call) -> None:
        """Take note of a call; its line is written at its end."""

    def finished(self, call: Call, outcome: Outcome) -> None:
        """Write the line: who was called, how long it took, what was used, what went wrong."""
        usage = outcome.usage
        said: dict[str, Any] = {
            "call": call.id,
            "supplier": call.supplier,
            "capability": call.capability.value,
            "model": call.model,
            "is_stream": call.is_stream,
            "seconds": round(outcome.seconds, 6),
            "attempts": outcome.attempts,
            "input_tokens": usage.input_tokens if usage else None,
            "output_tokens": usage.output_tokens if usage else None,
            "error": type(outcome.error).__name__ if outcome.error else None,
        }
        self._write(json.dumps(said) + "\n")

    def _write(self, line: str) -> None:
        with self._lock:
            if self._path is None:
                sys.stderr.write(line)
                return
            with open(self._path, "a", encoding="utf-8") as file:
                file.write(line)
