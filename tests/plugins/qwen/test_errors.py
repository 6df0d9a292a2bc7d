"""Every error code of Qwen, in both spellings, by both wires."""

from __future__ import annotations

import json
from typing import Any

import pytest

from purveyor import OnlineChatModule, RetryPolicy, errors
from purveyor.plugin import HttpReply, HttpRequest
from purveyor.testing import fresh_runtime, serve_with

# (status, code, class): ../shared/suppliers/qwen.md, section 2, and ERRORS.md, section 2.
CODES = [
    (400, "InvalidParameter", errors.BadRequest),
    (400, "invalid_parameter_error", errors.BadRequest),
    (400, "invalid_value", errors.BadRequest),
    (400, "InvalidURL", errors.BadRequest),
    (400, "BadRequest.TooLarge", errors.BadRequest),
    (400, "InternalError.Algo.InvalidParameter", errors.BadRequest),
    (413, "RequestTooLarge", errors.BadRequest),
    (400, "DataInspectionFailed", errors.ContentFiltered),
    (400, "data_inspection_failed", errors.ContentFiltered),
    (400, "Arrearage", errors.InsufficientBalance),
    (400, "isv.OUT_OF_SERVICE", errors.InsufficientBalance),
    (400, "PrepaidBillOverdue", errors.InsufficientBalance),
    (400, "PostpaidBillOverdue", errors.InsufficientBalance),
    (401, "InvalidApiKey", errors.AuthenticationError),
    (401, "invalid_api_key", errors.AuthenticationError),
    (403, "AccessDenied", errors.PermissionDenied),
    (403, "AccessDenied.Unpurchased", errors.PermissionDenied),
    (403, "access_denied", errors.PermissionDenied),
    (403, "Model.AccessDenied", errors.PermissionDenied),
    (403, "App.AccessDenied", errors.PermissionDenied),
    (403, "Workspace.AccessDenied", errors.PermissionDenied),
    (403, "AllocationQuota.FreeTierOnly", errors.QuotaExhausted),
    (404, "ModelNotFound", errors.NotFound),
    (404, "model_not_found", errors.NotFound),
    (404, "Model.NotExist", errors.NotFound),
    (404, "WorkSpaceNotFound", errors.NotFound),
    (404, "model_not_supported", errors.NotFound),
    (429, "Throttling", errors.RateLimited),
    (429, "Throttling.RateQuota", errors.RateLimited),
    (429, "Throttling.BurstRate", errors.RateLimited),
    (429, "Throttling.Concurrency", errors.RateLimited),
    (429, "limit_requests", errors.RateLimited),
    (429, "LimitRequests", errors.RateLimited),
    (429, "limit_burst_rate", errors.RateLimited),
    (429, "ResourceExhausted", errors.RateLimited),
    (429, "Throttling.AllocationQuota", errors.QuotaExhausted),
    (429, "insufficient_quota", errors.QuotaExhausted),
    (500, "InternalError", errors.ServerError),
    (500, "internal_error", errors.ServerError),
    (500, "InternalError.Algo", errors.ServerError),
    (500, "InternalError.Timeout", errors.Timeout),
    (503, "ServiceUnavailable", errors.Overloaded),
    (503, "ModelUnavailable", errors.Overloaded),
    (503, "ModelServingError", errors.Overloaded),
    (504, "GatewayTimeout", errors.Timeout),
    (504, "RequestTimeOut", errors.Timeout),
]


def compatible(code: str, message: str) -> dict[str, Any]:
    error = {"message": message, "type": code, "param": None, "code": code}
    return {"error": error, "request_id": "req-4711"}


def native(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "request_id": "req-4711"}


WIRES = [compatible, native]
AT_ONCE = RetryPolicy(first_wait=0, longest_wait=0)


def refused(status: int, body: dict[str, Any]) -> errors.SupplierError:
    """Ask, and give the error that came of it."""

    def serve(request: HttpRequest) -> HttpReply:
        return HttpReply(status, {}, json.dumps(body).encode())

    with fresh_runtime(), serve_with(serve), pytest.raises(errors.SupplierError) as caught:
        OnlineChatModule("qwen-plus", "qwen", api_key="sk-test-0123456789", retries=AT_ONCE)("hi")
    return caught.value


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(("status", "code", "kind"), CODES)
def test_a_code_says_whose_fault_it_is(status: int, code: str, kind: type, wire: Any) -> None:
    """The code counts, not the status; and the request's id is kept for the supplier's support."""
    error = refused(status, wire(code, "it failed"))
    assert type(error) is kind
    assert (error.code, error.request_id) == (code, "req-4711")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("status", "code", "kind"), [row for row in CODES if row[2] is not errors.Timeout]
)
def test_a_code_counts_with_any_status(status: int, code: str, kind: type, wire: Any) -> None:
    """Gateways answer 200, and put the error into the body."""
    assert type(refused(200, wire(code, "it failed"))) is kind


@pytest.mark.parametrize("code", ["InvalidParameter", "InternalError.Algo.InvalidParameter"])
def test_too_long_an_input_is_told_by_words(code: str) -> None:
    """The same code stands for every other wrong parameter."""
    error = refused(400, native(code, "Range of input length should be [1, 129024]"))
    assert type(error) is errors.ContextLengthExceeded


@pytest.mark.parametrize(("status", "code", "kind"), CODES)
def test_only_what_may_pass_is_tried_again(status: int, code: str, kind: type) -> None:
    """Arrears come as 400 and a quota as 429, and neither passes by itself."""
    passing = (errors.RateLimited, errors.Overloaded, errors.ServerError, errors.Timeout)
    attempts = refused(status, native(code, "it failed")).attempts
    assert (attempts == 3) is (kind in passing)
