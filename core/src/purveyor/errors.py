"""Every error that purveyor raises, in one tree.

PurveyorError
├── ConfigError                a setting is missing or contradicts another; names the variable
├── PluginError                what went wrong between the core and a plugin
│   ├── SupplierNotFound       FrameworkNotFound
│   ├── NameTaken              two distributions claim one name
│   ├── PluginLoadError        import, registration or description failed
│   ├── ApiVersionRefused      the plugin speaks another generation of the hook specs
│   └── CapabilityNotOffered   the supplier has no such capability
├── SupplierError              the call to a supplier failed
│   ├── AuthenticationError    PermissionDenied   NotFound
│   ├── BadRequest
│   │   ├── ContextLengthExceeded   ContentFiltered   UnsupportedParameter
│   ├── RateLimited*           Overloaded*        ServerError*
│   ├── QuotaExhausted
│   │   └── InsufficientBalance
│   ├── Timeout*
│   ├── ConnectionFailed*
│   │   └── TlsFailed          NameNotResolved    (not retried: trying again does not help)
│   ├── MalformedResponse      the reply could not be read
│   └── StreamInterrupted      the stream ended before its finish; carries what had arrived
├── DatasetError               every fault of a training file, before any upload
├── JobError                   JobFailed   JobCancelled   DeadlinePassed
├── LaunchError                an engine died or never became ready
└── FormatError                a formatter, a schema or a prompt could not do its work

An asterisk marks what is retried. Whose fault decides the class; `retryable` sits on the class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from purveyor.types.chat import ChatResponse


class PurveyorError(Exception):
    """The root: `except PurveyorError` catches everything purveyor raises."""


class ConfigError(PurveyorError):
    """A setting is missing, malformed or contradicts another; the message names it."""


class PluginError(PurveyorError):
    """Something went wrong between the core and a plugin."""


class SupplierNotFound(PluginError):
    """No supplier of that name is installed."""


class FrameworkNotFound(PluginError):
    """No framework of that name is installed."""


class NameTaken(PluginError):
    """Two distributions claim one name, and the configuration does not choose."""


class PluginLoadError(PluginError):
    """A plugin could not be imported, registered or described."""


class ApiVersionRefused(PluginError):
    """A plugin was written for another generation of the hook specs."""


class CapabilityNotOffered(PluginError):
    """The supplier does not offer that capability."""


class SupplierError(PurveyorError):
    """A call to a supplier failed; `retryable` says whether trying again may help.

    Args:
        message: what the supplier said, without any secret.
        supplier: entry-point name of the supplier.
        capability: `chat`, `embedding`, `rerank`, `finetune` or `deploy`.
        status: HTTP status, None where there was no reply.
        code: the supplier's own code, as text.
        type: the supplier's own type.
        param: the parameter the supplier complains of.
        request_id: what the supplier's support asks for.
        raw: the reply's body as parsed, or its text.
        retry_after: seconds the supplier asks us to wait.
        retryable: overrules the class where the supplier said so itself.
    """

    retryable: bool = False

    def __init__(
        self,
        message: str = "",
        *,
        supplier: str | None = None,
        capability: str | None = None,
        status: int | None = None,
        code: str | None = None,
        type: str | None = None,
        param: str | None = None,
        request_id: str | None = None,
        raw: Any = None,
        retry_after: float | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.supplier = supplier
        self.capability = capability
        self.status = status
        self.code = code
        self.type = type
        self.param = param
        self.request_id = request_id
        self.raw = raw
        self.retry_after = retry_after
        self.attempts = 1
        if retryable is not None:
            self.retryable = retryable

    def __str__(self) -> str:
        facts = (self.supplier, self.capability, self.status and f"status {self.status}", self.code)
        said = ", ".join(str(fact) for fact in facts if fact)
        tried = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{said}: {self.message}{tried}" if said else f"{self.message}{tried}"


class AuthenticationError(SupplierError):
    """The credential is missing, wrong or expired."""


class PermissionDenied(SupplierError):
    """The credential is good, but may not do this."""


class NotFound(SupplierError):
    """The model, endpoint, file or job does not exist."""


class BadRequest(SupplierError):
    """The request is malformed, or conflicts with what exists."""


class ContextLengthExceeded(BadRequest):
    """The input, or input plus output, exceeds the model's window."""


class ContentFiltered(BadRequest):
    """The supplier's filter refused; `phase` is `input`, `output` or `unknown`."""

    phase: str = "unknown"


class UnsupportedParameter(BadRequest):
    """The model or the supplier cannot do what was asked; raised before any byte leaves."""


class RateLimited(SupplierError):
    """Too many requests or tokens; `retry_after` says how long to wait, where the supplier does."""

    retryable = True


class QuotaExhausted(SupplierError):
    """A plan's or period's quota is used up; waiting seconds does not help."""


class InsufficientBalance(QuotaExhausted):
    """The account has no money left."""


class Overloaded(SupplierError):
    """The supplier has no capacity at the moment."""

    retryable = True


class ServerError(SupplierError):
    """The supplier failed internally."""

    retryable = True


class Timeout(SupplierError):
    """A deadline passed; `phase` is `connect`, `idle`, `first event` or `total`."""

    retryable = True
    phase: str = "total"


class ConnectionFailed(SupplierError):
    """No connection, or it broke before the reply was complete."""

    retryable = True


class TlsFailed(ConnectionFailed):
    """The peer's certificate was refused, or it does not speak TLS."""

    retryable = False


class NameNotResolved(ConnectionFailed):
    """The host name does not exist."""

    retryable = False


class MalformedResponse(SupplierError):
    """The reply is not what the protocol promises: not JSON, wrong shape, over the size limit."""


class StreamInterrupted(SupplierError):
    """A stream ended before its finish; `partial` is the `ChatResponse` of what had arrived."""

    partial: ChatResponse | None = None


class DatasetError(PurveyorError):
    """A training file has faults; `faults` maps line numbers to what is wrong there."""

    def __init__(self, message: str = "", faults: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.faults = dict(faults or {})


class JobError(PurveyorError):
    """A finetune job did not end well; `log` holds its last lines."""

    def __init__(self, message: str = "", log: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.log = tuple(log)


class JobFailed(JobError):
    """The job ran and failed."""


class JobCancelled(JobError):
    """The job was cancelled."""


class DeadlinePassed(JobError):
    """The job was not done in time; it goes on at the supplier."""


class LaunchError(PurveyorError):
    """An engine died or never became ready.

    Args:
        message: what happened.
        exit_status: of the process, None while it lives.
        log: the last lines it printed.
    """

    def __init__(
        self, message: str = "", exit_status: int | None = None, log: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.exit_status = exit_status
        self.log = tuple(log)


class FormatError(PurveyorError):
    """A formatter, a schema or a prompt could not do its work; `text` is what it was given."""

    expects: ClassVar[str] = "text in the agreed form"

    def __init__(self, message: str = "", text: str = "") -> None:
        super().__init__(message)
        self.text = text
