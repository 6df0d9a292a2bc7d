"""Fragments of tool calls: which call does a fragment belong to?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from purveyor.dialects.json_body import encode_json
from purveyor.types.chat import ToolCallDelta


class ToolDeltaReader:
    """Gives every fragment the index of its call, also where the supplier gives none.

    Without index: a known id is its call; a new id, or a name after a call that has begun, is a
    new call; anything else goes on with the last one.
    """

    def __init__(self) -> None:
        self._ids: dict[tuple[int, str], int] = {}
        self._last: dict[int, int] = {}

    def read(self, delta: Mapping[str, Any], choice: int) -> list[ToolCallDelta]:
        """Read the tool calls of one delta."""
        calls = delta.get("tool_calls")
        if not isinstance(calls, list):
            legacy = delta.get("function_call")
            calls = [{"index": 0, "function": legacy}] if isinstance(legacy, Mapping) else []
        return [self._read_one(call, choice) for call in calls if isinstance(call, Mapping)]

    def _read_one(self, call: Mapping[str, Any], choice: int) -> ToolCallDelta:
        function = call.get("function") or call.get("custom")
        function = function if isinstance(function, Mapping) else {}
        identity = call.get("id") if isinstance(call.get("id"), str) else None
        name = function.get("name") or None
        index = self._index(call.get("index"), identity or None, name, choice)
        if identity:
            self._ids[choice, identity] = index
        self._last[choice] = index
        arguments = function.get("arguments", function.get("input"))
        return ToolCallDelta(index, identity or None, name, _text(arguments), choice)

    def _index(self, said: Any, identity: str | None, name: str | None, choice: int) -> int:
        if isinstance(said, int) and said >= 0:
            return said
        if identity is not None and (choice, identity) in self._ids:
            return self._ids[choice, identity]
        last = self._last.get(choice, -1)
        return last + 1 if identity is not None or name is not None or last < 0 else last


def _text(arguments: Any) -> str:
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else encode_json(arguments).decode()
