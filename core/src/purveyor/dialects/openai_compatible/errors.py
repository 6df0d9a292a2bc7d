"""Error bodies to errors: the supplier's code first, its words next, the status last.

Status alone misleads: "no money left" is 400, 402, 403 or 429, depending on the supplier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from purveyor import errors
from purveyor.dialects.json_body import decode_json
from purveyor.dialects.openai_compatible.tables import ErrorTable
from purveyor.errors import SupplierError
from purveyor.types.wire import HttpReply

_BY_STATUS: Final[Mapping[int, type[SupplierError]]] = {
    **dict.fromkeys((400, 405, 406, 409, 413, 415, 422), errors.BadRequest),
    401: errors.AuthenticationError,
    402: errors.InsufficientBalance,
    403: errors.PermissionDenied,
    **dict.fromkeys((404, 410), errors.NotFound),
    **dict.fromkeys((408, 504), errors.Timeout),
    429: errors.RateLimited,
    451: errors.ContentFiltered,
    **dict.fromkeys((503, 529), errors.Overloaded),
}

_BY_CODE: Final[Mapping[str, type[SupplierError]]] = {
    "context_length_exceeded": errors.ContextLengthExceeded,
    "invalid_api_key": errors.AuthenticationError,
    "insufficient_quota": errors.QuotaExhausted,
    "model_not_found": errors.NotFound,
    "content_policy_violation": errors.ContentFiltered,
    "content_filter": errors.ContentFiltered,
    "rate_limit_exceeded": errors.RateLimited,
    "unsupported_parameter": errors.UnsupportedParameter,
    "unsupported_value": errors.UnsupportedParameter,
}

_BY_TYPE: Final[Mapping[str, type[SupplierError]]] = {
    "insufficient_quota": errors.QuotaExhausted,
    "authentication_error": errors.AuthenticationError,
    "rate_limit_error": errors.RateLimited,
    "overloaded_error": errors.Overloaded,
}

_BY_TYPE_ALONE: Final[Mapping[str, type[SupplierError]]] = {
    "invalid_request_error": errors.BadRequest,
    "permission_error": errors.PermissionDenied,
    "not_found_error": errors.NotFound,
    "server_error": errors.ServerError,
    "internal_server_error": errors.ServerError,
    "internal_error": errors.ServerError,
    "api_error": errors.ServerError,
    "timeout_error": errors.Timeout,
}
"""Types that count only where no status says it better."""

_BY_MESSAGE: Final = (
    (r"maximum context length|context window|too many tokens", errors.ContextLengthExceeded),
)

_SECONDS: Final = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("s", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
}
_TIME: Final = rf"(\d+(?:\.\d+)?) ?({'|'.join(_SECONDS)})(?![a-z])"
_WAIT: Final = rf"(?:again|retry|wait)\b[^\d.]{{0,40}}?((?:{_TIME} ?)+)"
_SHOWN: Final = 500
_RETRIED_STATUSES: Final = frozenset({408, 409, 425, 429, *range(500, 600)})


class Facts(Struct, frozen=True, kw_only=True):
    """What an error body says."""

    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None


def error_in(body: Any) -> Facts | None:
    """Find the error a body carries, whatever its status; None where it carries none.

    Known shapes: {error: {...}}, {error: text}, {code, message} and {error_code, error_msg}
    without an answer, {code, msg, success: false}, {base_resp: {status_code, status_msg}}, and
    any of them as a list of one.
    """
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, Mapping):
        return None
    error = body.get("error")
    if error:
        return _facts(error) if isinstance(error, Mapping) else Facts(message=str(error))
    base = body.get("base_resp")
    if isinstance(base, Mapping) and base.get("status_code"):
        return _facts(base)
    if body.get("error_code") or body.get("error_msg") or body.get("success") is False:
        return _facts(body)
    has_words = isinstance(body.get("message", body.get("msg")), str)
    if has_words and body.get("code") and not body.get("choices") and not body.get("data"):
        return _facts(body)
    return None


def _facts(error: Mapping[str, Any]) -> Facts:
    message = _first(error, "message", "msg", "error_msg", "status_msg", "detail") or "no message"
    code = _first(error, "code", "error_code", "status_code")
    kind, param = error.get("type"), error.get("param")
    return Facts(
        message=message if isinstance(message, str) else _shown(message),
        code=None if code is None else str(code),
        type=None if kind is None else str(kind),
        param=None if param is None else str(param),
    )


def _first(source: Mapping[str, Any], *names: str) -> Any:
    return next((source[name] for name in names if source.get(name) not in (None, "")), None)


def _shown(value: Any) -> str:
    return msgspec.json.encode(value).decode()[:_SHOWN]


_NO_TABLE: Final = ErrorTable()


def explain(reply: HttpReply, table: ErrorTable = _NO_TABLE) -> SupplierError:
    """Read a reply as an error: JSON of any known shape, or whatever text it is.

    Without a table the status decides, where the body's code or words do not.
    """
    try:
        body = decode_json(reply.body)
    except errors.MalformedResponse:
        body = None
    facts = error_in(body)
    if facts is None and isinstance(body, Mapping):
        detail = _first(body, "detail", "message", "msg")
        facts = _facts(body) if detail else None
    if facts is None:
        text = " ".join(re.sub(r"<[^>]*>", " ", reply.text()).split())[:_SHOWN]
        facts = Facts(message=text or f"empty reply with status {reply.status}")
    raw = reply.text()[:2000] if body is None else body
    return error_from(facts, reply.status, reply.headers, raw, table)


def error_from(
    facts: Facts, status: int, headers: Mapping[str, str], raw: Any, table: ErrorTable
) -> SupplierError:
    """Make the error that the facts call for."""
    kind = _kind(facts, status, table)
    error = kind(
        facts.message,
        status=status,
        code=facts.code,
        type=facts.type,
        param=facts.param,
        raw=raw,
        request_id=request_id(headers, raw, table),
        retry_after=_spoken_wait(facts.message),
    )
    if kind is errors.BadRequest and status in _RETRIED_STATUSES:
        error.retryable = True  # 409: another request holds the resource for a moment
    return error


def _kind(facts: Facts, status: int, table: ErrorTable) -> type[SupplierError]:
    if status < 400 and (facts.code or "").isdigit():
        status = int(facts.code or 0)  # an error with status 200 may have its status as code
    # A limit of tokens in a minute speaks of too many tokens as well.
    is_for_good = status < 500 and status != 429
    coded = _by_code(facts.code, table.codes) or _by_code(facts.code, _BY_CODE)
    told = _by_message(facts.message, table.messages) or (
        _by_message(facts.message, _BY_MESSAGE) if is_for_good else None
    )
    if coded and told and (coded is errors.BadRequest or issubclass(told, coded)):
        return told  # a code for many faults, and words that say which
    return (
        coded
        or told
        or _by_code(facts.type, table.types)
        or _by_code(facts.type, _BY_TYPE)
        or table.statuses.get(status)
        or _BY_STATUS.get(status)
        or _by_class_of(status, facts)
    )


def _by_class_of(status: int, facts: Facts) -> type[SupplierError]:
    """Go by the hundreds of the status; a number that is none says nothing of whose fault it is."""
    if 500 <= status < 600:
        return errors.ServerError
    if 400 <= status < 500:
        return errors.BadRequest
    return _by_code(facts.type, _BY_TYPE_ALONE) or SupplierError


def _by_code(
    code: str | None, table: Mapping[str, type[SupplierError]]
) -> type[SupplierError] | None:
    """Look a code up: exactly, else by its longest dotted beginning; case does not matter."""
    if code is None or not table:
        return None
    folded = {key.lower(): kind for key, kind in table.items()}
    wanted = code.lower()
    while wanted:
        if wanted in folded:
            return folded[wanted]
        wanted = wanted.rpartition(".")[0]
    return None


def _by_message(
    message: str, table: tuple[tuple[str, type[SupplierError]], ...]
) -> type[SupplierError] | None:
    return next((kind for text, kind in table if re.search(text, message, re.IGNORECASE)), None)


def _spoken_wait(message: str) -> float | None:
    """Read "try again in 6m0s" and "again after 1 seconds"; other times are none to wait."""
    found = re.search(_WAIT, message, re.IGNORECASE)
    if found is None:
        return None
    times = re.findall(_TIME, found[1], re.IGNORECASE)
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in times)


def request_id(headers: Mapping[str, str], body: Any, table: ErrorTable) -> str | None:
    """Find what the supplier's support asks for."""
    for name in table.request_id_headers:
        if headers.get(name):
            return headers[name]
    found = body.get("request_id") or body.get("id") if isinstance(body, Mapping) else None
    return found if isinstance(found, str) else None
