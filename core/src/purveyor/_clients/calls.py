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

    # Functions made per call would each be an object more for the garbage collector: one is made
    # only where there is something to try again.
    try:
        watch.attempt()
        reply = _sent(connection, request, deadline)
        result = connection.read(reply, decode, explain)
    except SupplierError as error:
        if not error.retryable:
            raise
        failure: SupplierError | None = error
    else:
        failure = None
    if failure is not None:

        def attempt() -> Result:
            watch.attempt()
            return connection.read(_sent(connection, request, deadline), decode, explain)

        retrier = Retrier(connection.policy, connection.budget, deadline)
        result = retrier.go_on(failure, attempt)
    connection.earn()
    return result


def _sent(connection: Connection, request: HttpRequest, deadline: Deadline) -> HttpReply:
    try:
        return connection.transport.send(
            connection.authorized(request), deadline, connection.limits
        )
    except SupplierError as error:
        connection.annotate(error)
        raise


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

    try:
        watch.attempt()
        reply = await _sent_async(connection, request, deadline)
        result = connection.read(reply, decode, explain)
    except SupplierError as error:
        if not error.retryable:
            raise
        failure: SupplierError | None = error
    else:
        failure = None
    if failure is not None:

        async def attempt() -> Result:
            watch.attempt()
            reply = await _sent_async(connection, request, deadline)
            return connection.read(reply, decode, explain)

        retrier = Retrier(connection.policy, connection.budget, deadline)
        result = await retrier.go_on_async(failure, attempt)
    connection.earn()
    return result


async def _sent_async(
    connection: Connection, request: HttpRequest, deadline: Deadline
) -> HttpReply:
    transport, authorized = connection.async_transport, connection.authorized(request)
    try:
        return await transport.send(authorized, deadline, connection.limits)
    except SupplierError as error:
        connection.annotate(error)
        raise
