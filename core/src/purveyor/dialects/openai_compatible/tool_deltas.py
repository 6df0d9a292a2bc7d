"""Fragments of tool calls: which call does a fragment belong to?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from purveyor.dialects.json_body import encode_json
from purveyor.types.chat import ToolCallDelta


class _Calls(Struct):
    """The calls of one choice: which index each has here, by what the supplier says of it."""

    by_id: dict[str, int] = {}
    by_index: dict[int, int] = {}
    named: set[int] = set()
    last: int = -1

    def new(self, wanted: int | None = None) -> int:
        """Give the index of a further call: the one that is wanted, unless it is taken."""
        taken = {*self.by_id.values(), *self.by_index.values(), *self.named}
        free = max(taken, default=-1) + 1
        return free if wanted is None or wanted in taken else wanted


class ToolDeltaReader:
    """Gives every fragment the index of its call, also where the supplier gives none, or one for all.

    A known id is its call. A new id that brings a name is a new call, whatever index the supplier
    gives it. Without index and id, a name is a new call, and anything else goes on with the last.
    """

    def __init__(self) -> None:
        self._choices: dict[int, _Calls] = {}

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
        identity, name = _word(call.get("id")), _word(function.get("name"))
        known = self._choices.setdefault(choice, _Calls())
        index = _index(known, call.get("index"), identity, name)
        if identity is not None:
            known.by_id[identity] = index
        if name is not None:
            known.named.add(index)
        known.last = index
        arguments = function.get("arguments", function.get("input"))
        return ToolCallDelta(index, identity, name, argument_text(arguments), choice)


def _index(known: _Calls, said: Any, identity: str | None, name: str | None) -> int:
    if identity is not None and identity in known.by_id:
        return known.by_id[identity]
    if said.__class__ is not int or said < 0:
        is_new = identity is not None or name is not None or known.last < 0
        return known.new() if is_new else known.last
    index = known.by_index.get(said)
    begins = identity is not None and name is not None
    if index is None or (begins and index in known.by_id.values()):
        index = known.by_index[said] = known.new(said)
    return index


def _word(value: Any) -> str | None:
    """Read an id or a name; suppliers repeat them as "" where they have been said."""
    return value if isinstance(value, str) and value else None


def argument_text(arguments: Any) -> str:
    """Give a call's arguments as text; some suppliers send the object itself."""
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else encode_json(arguments).decode()
