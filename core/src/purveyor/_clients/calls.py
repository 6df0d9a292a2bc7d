"""One call of a request that is answered as a whole: attempts, retries, observers."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from purveyor._clients.connection import Connection, Explain
from purveyor._resilience import Retrier
from purveyor._transport.base import Deadline
from purveyor.errors import PurveyorError, SupplierError
from purveyor.types.calls import Call, Outcome
from purveyor.types.usage import Usage
from purveyor.types.wire import HttpReply, HttpRequest, Timeouts

Result = TypeVar("Result")
Decode = Callable[[HttpReply], Result]

_numbers = count(1)


def call(
    connection: Connection,
    request: HttpRequest,
    decode: Decode[Result],
    explain: Explain,
    timeouts: Timeouts | None = None,
) -> Result:
    """Send a request and read its reply; try again what may be tried again.

    Raises:
        SupplierError: what went wrong, with who failed and after how many attempts.
    """
    deadline = Deadline(timeouts or connection.timeouts)
    transport = connection.transport

    def attempt() -> Result:
        try:
            reply = transport.send(connection.authorized(request), deadline, connection.limits)
        except SupplierError as error:
            connection.annotate(error)
            raise
        return connection.read(reply, decode, explain)

    try:
        result = attempt()
    except SupplierError as error:
        if not error.retryable:
            raise
        failure = error
    else:
        connection.earn()
        return result
    return Retrier(connection.policy, connection.budget, deadline).go_on(failure, attempt)


async def call_async(
    connection: Connection,
    request: HttpRequest,
    decode: Decode[Result],
    explain: Explain,
    timeouts: Timeouts | None = None,
) -> Result:
    """The same for a caller that awaits."""
    deadline = Deadline(timeouts or connection.timeouts)
    transport = connection.async_transport

    async def attempt() -> Result:
        authorized = connection.authorized(request)
        try:
            reply = await transport.send(authorized, deadline, connection.limits)
        except SupplierError as error:
            connection.annotate(error)
            raise
        return connection.read(reply, decode, explain)

    try:
        result = await attempt()
    except SupplierError as error:
        if not error.retryable:
            raise
        failure = error
    else:
        connection.earn()
        return result
    retrier = Retrier(connection.policy, connection.budget, deadline)
    return await retrier.go_on_async(failure, attempt)


class Watch:
    """Tells the observers of one call; made only when somebody observes."""

    def __init__(
        self, connection: Connection, model: str, request: object, *, is_stream: bool = False
    ) -> None:
        self._observers = connection.observers
        self._began = time.monotonic()
        self._has_ended = False
        self._call = Call(
            id=f"call-{next(_numbers)}",
            supplier=connection.supplier,
            capability=connection.capability,
            model=model,
            is_stream=is_stream,
            request=request,
        )
        for observer in self._observers:
            _told(observer.started, self._call)

    def ended(self, response: object, usage: Usage | None) -> None:
        """Tell of a success."""
        self._end(Outcome(seconds=self._seconds(), attempts=1, usage=usage, response=response))

    def failed(self, error: BaseException) -> None:
        """Tell of a failure; something that is no error of ours counts as given up."""
        ours = error if isinstance(error, PurveyorError) else None
        attempts = error.attempts if isinstance(error, SupplierError) else 1
        self._end(Outcome(seconds=self._seconds(), attempts=attempts, error=ours))

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _end(self, outcome: Outcome) -> None:
        if not self._has_ended:
            self._has_ended = True
            for observer in self._observers:
                _told(observer.finished, self._call, outcome)


def _told(tell: Callable[..., None], *what: object) -> None:
    """Tell an observer; what it raises is its own trouble, said aloud and not passed on."""
    try:
        tell(*what)
    except Exception as error:  # noqa: BLE001  an observer may fail in any way
        import warnings

        name = type(getattr(tell, "__self__", tell)).__name__
        warnings.warn(f"observer {name} failed: {error!r}", RuntimeWarning, stacklevel=3)
