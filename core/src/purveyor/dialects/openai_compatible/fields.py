"""Fields inside nested objects: `parameters.dimension` when writing, a path of names when reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def put(body: dict[str, Any], dotted: str, value: Any) -> None:
    """Write a field; objects on the way to it are made, or copied so that no table changes."""
    *outer, name = dotted.split(".")
    for step in outer:
        inner = body.get(step)
        body[step] = dict(inner) if isinstance(inner, Mapping) else {}
        body = body[step]
    body[name] = value


def at(value: Any, path: tuple[str, ...]) -> Any:
    """Read a field; None where an object on the way to it is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
