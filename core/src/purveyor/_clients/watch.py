"""Telling observers of a call: a block around it, which costs nothing where nobody observes."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar

from purveyor._clients.connection import Connection
from purveyor.errors import PurveyorError
from purveyor.types.calls import Call, Outcome
from purveyor.types.usage import Usage

_numbers = count(1)


class Answer(Protocol):
    """What every capability's response has."""

    @property
    def usage(self) -> Usage | None:
        """What the call used."""
        ...


Seen = TypeVar("Seen", bound=Answer)


class _Unwatched:
    """Stands where nobody observes."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Tell nobody."""

    def attempt(self) -> None:
        """Count nothing."""

    def saw(self, response: Seen) -> Seen:
        """Hand the response on."""
        return response


class Watch:
    """Tells the observers of one call: its start, and its end exactly once."""

    __slots__ = ("_attempts", "_began", "_call", "_observers", "_response")

    def __init__(
        self, connection: Connection, model: str, request: object, *, is_stream: bool
    ) -> None:
        self._observers = connection.observers
        self._attempts = 0
        self._response: Answer | None = None
        self._call = Call(
            id=f"call-{next(_numbers)}",
            supplier=connection.supplier,
            capability=connection.capability,
            model=model,
            is_stream=is_stream,
            request=request,
        )
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        for observer in self._observers:
            _tell(observer.started, self._call)
        return self

    def attempt(self) -> None:
        """Count an attempt."""
        self._attempts += 1

    def saw(self, response: Seen) -> Seen:
        """Take note of the response, and hand it on."""
        self._response = response
        return response

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Tell how it ended; what is no error of ours counts as given up."""
        response = self._response if error is None else None
        outcome = Outcome(
            seconds=time.monotonic() - self._began,
            attempts=self._attempts,
            usage=response.usage if response is not None else None,
            response=response,
            error=error if isinstance(error, PurveyorError) else None,
        )
        for observer in self._observers:
            _tell(observer.finished, self._call, outcome)


AnyWatch = Watch | _Unwatched
UNWATCHED: Final = _Unwatched()


def watched(
    connection: Connection, model: str, request: object, *, is_stream: bool = False
) -> AnyWatch:
    """Give the block to make a call in."""
    if not connection.observers:
        return UNWATCHED
    return Watch(connection, model, request, is_stream=is_stream)


def _tell(tell: Callable[..., None], *what: object) -> None:
    """Tell an observer; what it raises is its own trouble, said aloud and not passed on."""
    try:
        tell(*what)
    except Exception as error:  # noqa: BLE001  an observer may fail in any way
        import warnings

        name = type(getattr(tell, "__self__", tell)).__name__
        warnings.warn(f"observer {name} failed: {error!r}", RuntimeWarning, stacklevel=3)
