"""One call of a request that is answered as a whole: attempts and retries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from purveyor._clients.connection import Connection, Explain
from purveyor._clients.watch import UNWATCHED, AnyWatch
from purveyor._resilience import Retrier
from purveyor._transport.base import Deadline
from purveyor.errors import SupplierError
from purveyor.types.wire import HttpReply, HttpRequest

Result = TypeVar("Result")
Decode = Callable[[HttpReply], Result]


def call(
    connection: Connection,
    request: HttpRequest,
    decode: Decode[Result],
    explain: Explain,
    deadline: Deadline | None = None,
    watch: AnyWatch = UNWATCHED,
) -> Result:
    """Send a request and read its reply; try again what may be tried again.

    Args:
        deadline: of the call, where it is not the connection's own, or spans further requests.
    Raises:
        SupplierError: what went wrong, with who failed and after how many attempts.
    """
    deadline = deadline or connection.deadline()
    transport = connection.transport

    def attempt() -> Result:
        watch.attempt()
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
        failure: SupplierError | None = error
    else:
        failure = None
    if failure is not None:
        retrier = Retrier(connection.policy, connection.budget, deadline)
        result = retrier.go_on(failure, attempt)
    connection.earn()
    return result


async def call_async(
    connection: Connection,
    request: HttpRequest,
    decode: Decode[Result],
    explain: Explain,
    deadline: Deadline | None = None,
    watch: AnyWatch = UNWATCHED,
) -> Result:
    """The same for a caller that awaits."""
    deadline = deadline or connection.deadline()
    transport = connection.async_transport

    async def attempt() -> Result:
        watch.attempt()
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
        failure: SupplierError | None = error
    else:
        failure = None
    if failure is not None:
        retrier = Retrier(connection.policy, connection.budget, deadline)
        result = await retrier.go_on_async(failure, attempt)
    connection.earn()
    return result
