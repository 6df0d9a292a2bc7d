"""Where a cassette comes from: without it a recording proves nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal, get_args

from msgspec import Struct, structs

from purveyor.errors import ConfigError

Kind = Literal["recorded", "documented", "simulated"]

_FIELDS: Final = ("kind", "source", "date")


class CassetteError(ConfigError):
    """A cassette cannot be used: the message names the file and what to change."""


class Provenance(Struct, frozen=True, kw_only=True):
    """Where an interaction was taken from, and when.

    Args:
        kind: `recorded` from the supplier, `documented` by its documentation, `simulated` by us.
        source: who or what said so; no path of anybody's machine.
        date: the day, as 2026-11-23.
    """

    kind: Kind
    source: str
    date: str

    def written(self) -> dict[str, str]:
        """Give the block that stands at the top of the file."""
        return structs.asdict(self)


def read_provenance(block: Any, name: str) -> Provenance:
    """Read the block of a cassette.

    Raises:
        CassetteError: it is missing, or one of its fields is.
    """
    if not isinstance(block, Mapping) or set(block) != set(_FIELDS):
        raise CassetteError(
            f"cassette {name} has no provenance; put at its top:"
            " provenance: {kind: recorded|documented|simulated, source: ..., date: 2026-01-31}"
        )
    kind, source, day = (str(block[field]) for field in _FIELDS)
    if kind not in get_args(Kind):
        raise CassetteError(f"cassette {name}: kind is {kind!r}; expected one of {get_args(Kind)}")
    if not source.strip() or source.startswith(("/", "~")):
        raise CassetteError(f"cassette {name}: source {source!r} names nobody; and is no path")
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise CassetteError(f"cassette {name}: date is {day!r}; expected 2026-01-31") from error
    return Provenance(kind=kind, source=source, date=day)  # type: ignore[arg-type]
