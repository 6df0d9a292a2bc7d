"""What observers are told of a call: the question and the outcome, never the secret."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from purveyor.errors import PurveyorError
from purveyor.types.supplier import Capability
from purveyor.types.usage import Usage


class Call(Struct, frozen=True, kw_only=True):
    """One call, as it begins. `request` is the capability's request value."""

    id: str
    supplier: str
    capability: Capability
    model: str
    is_stream: bool
    request: object


class Outcome(Struct, frozen=True, kw_only=True):
    """How a call ended. `response` is the capability's response value, None after an error."""

    seconds: float
    attempts: int
    usage: Usage | None = None
    response: object = None
    error: PurveyorError | None = None


class Observer(Protocol):
    """Is told of every call: tracing, cost, progress. What it raises is reported, not passed on."""

    def started(self, call: Call) -> None:
        """Take note of a call before its first byte leaves."""
        ...

    def finished(self, call: Call, outcome: Outcome) -> None:
        """Take note of its end; called exactly once per `started`."""
        ...
