"""Usage, wherever a supplier puts it; None stays None."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from purveyor.types.usage import Usage

_CACHED: Final = (
    ("prompt_tokens_details", "cached_tokens"),
    ("cached_tokens",),
    ("prompt_cache_hit_tokens",),
    ("input_tokens_details", "cached_tokens"),
)
_REASONING: Final = (
    ("completion_tokens_details", "reasoning_tokens"),
    ("output_tokens_details", "reasoning_tokens"),
    ("reasoning_tokens",),
)


def read_usage(raw: Any) -> Usage | None:
    """Read a usage object; None where there is none."""
    if not isinstance(raw, dict) or not raw:
        return None
    return Usage(
        input_tokens=_count(raw, ("prompt_tokens",), ("input_tokens",)),
        output_tokens=_count(raw, ("completion_tokens",), ("output_tokens",)),
        total_tokens=_count(raw, ("total_tokens",)),
        cached_input_tokens=_count(raw, *_CACHED),
        reasoning_tokens=_count(raw, *_REASONING),
        raw=raw,
    )


def _count(raw: Mapping[str, Any], *paths: tuple[str, ...]) -> int | None:
    """Give the first number found; a number sent as float is read as the integer it is."""
    for path in paths:
        value: Any = raw.get(path[0])
        if len(path) > 1:
            value = value.get(path[1]) if isinstance(value, dict) else None
        if type(value) is int:
            return value
        if isinstance(value, float) and isfinite(value):
            return int(value)
    return None
