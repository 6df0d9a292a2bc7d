"""Everything one endpoint is called with, and what happens around every attempt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import structs

from purveyor._resilience import RetryBudget, RetryPolicy, apply_hints
from purveyor._transport.base import AsyncTransport, Deadline, Transport
from purveyor.errors import BadRequest, SupplierError
from purveyor.types.calls import Observer
from purveyor.types.chat import ChatResponse
from purveyor.types.secret import Secret, is_telling, redact
from purveyor.types.supplier import Capability, Endpoint
from purveyor.types.wire import HttpReply, HttpRequest, SizeLimits, Timeouts

Result = TypeVar("Result")
Authorize = Callable[[HttpRequest, Secret | None, float], HttpRequest]
Explain = Callable[[HttpReply], SupplierError]


class Connection:
    """How an endpoint is reached: address, credential, transports, limits, retries, observers."""

    __slots__ = (
        *("endpoint", "limits", "observers", "policy", "budget", "timeouts", "headers"),
        *("_authorize", "_transport", "_async_transport", "_secrets"),
    )

    def __init__(
        self,
        endpoint: Endpoint,
        authorize: Authorize,
        transport: Callable[[], Transport],
        async_transport: Callable[[], AsyncTransport],
        *,
        timeouts: Timeouts,
        limits: SizeLimits,
        policy: RetryPolicy,
        budget: RetryBudget,
        observers: tuple[Observer, ...] = (),
        headers: Mapping[str, str | Secret] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.timeouts = timeouts
        self.limits = limits
        self.policy = policy
        self.budget = budget
        self.observers = observers
        self.headers = tuple((headers or {}).items())
        secrets = (endpoint.secret, *(headers or {}).values())
        self._secrets = tuple(each for each in secrets if isinstance(each, Secret))
        self._authorize = authorize
        self._transport = transport
        self._async_transport = async_transport

    @property
    def transport(self) -> Transport:
        """The transport for callers that wait."""
        return self._transport()

    @property
    def async_transport(self) -> AsyncTransport:
        """The transport for callers that await."""
        return self._async_transport()

    def deadline(self, timeouts: Timeouts | None = None) -> Deadline:
        """Begin the time of a call: its own limits, else the connection's."""
        return Deadline(timeouts or self.timeouts)

    def __repr__(self) -> str:
        return f"Connection({self.endpoint.supplier}, {self.endpoint.base_url})"

    def encoded(self, encode: Callable[[Any], HttpRequest], request: object) -> HttpRequest:
        """Say a request; what the dialect refuses is named as this supplier's."""
        try:
            return encode(request)
        except SupplierError as error:
            self.annotate(error)
            raise

    def authorized(self, request: HttpRequest) -> HttpRequest:
        """Add the credential; done anew for each attempt, so that a signature is fresh."""
        for name, value in self.headers:
            request = request.with_header(name, value)
        return self._authorize(request, self.endpoint.secret, time.time())

    def read(
        self, reply: HttpReply, decode: Callable[[HttpReply], Result], explain: Explain
    ) -> Result:
        """Read a whole reply: what was asked for, or raise what it says went wrong."""
        if reply.status < 300:
            try:
                return decode(reply)
            except SupplierError as error:
                apply_hints(error, reply.headers, time.time())
                self.annotate(error)
                raise
        raise self.failure(reply, explain)

    def failure(self, reply: HttpReply, explain: Explain) -> SupplierError:
        """Make the error of a reply that is no success."""
        clean = self._without_secret(reply)
        error = _redirected(clean) if clean.status < 400 else explain(clean)
        apply_hints(error, reply.headers, time.time())
        return self.annotate(error)

    def _without_secret(self, reply: HttpReply) -> HttpReply:
        body = reply.body
        for secret in self._secrets:
            if is_telling(secret):
                body = body.replace(secret.bare().encode(), b"[secret removed]")
        return HttpReply(reply.status, reply.headers, body)

    def annotate(self, error: SupplierError) -> SupplierError:
        """Say who failed, and cut the secret out of what came from outside."""
        error.supplier = error.supplier or self.endpoint.supplier
        error.capability = error.capability or self.endpoint.capability.value
        for name in ("message", "raw", "code", "type", "param", "request_id"):
            setattr(error, name, _redacted(getattr(error, name), self._secrets))
        error.args = (error.message,)
        return error

    def without_secret(self, response: ChatResponse) -> ChatResponse:
        """Cut the secret out of what a stream received before it failed."""
        return structs.replace(response, raw=_redacted(response.raw, self._secrets))

    def earn(self) -> None:
        """Take note of a success."""
        self.budget.earn()

    @property
    def supplier(self) -> str:
        """Name of the supplier."""
        return self.endpoint.supplier

    @property
    def capability(self) -> Capability:
        """What the endpoint is for."""
        return self.endpoint.capability


def _redirected(reply: HttpReply) -> SupplierError:
    """A redirect is never followed: it would carry the credential somewhere unasked."""
    target = reply.headers.get("location", "nowhere")
    return BadRequest(
        f"the address redirects to {target}; if that is right, set base_url to it",
        status=reply.status,
        raw=reply.text()[:500],
    )


def _redacted(value: Any, secrets: tuple[Secret, ...]) -> Any:
    """Cut secrets out of parsed JSON."""
    if not secrets:
        return value
    if isinstance(value, str):
        return redact(value, *secrets)
    if isinstance(value, Mapping):
        return {redact(str(key), *secrets): _redacted(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_redacted(item, secrets) for item in value]
    return value
