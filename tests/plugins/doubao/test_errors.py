"""Every error code of Doubao."""

from __future__ import annotations

import pytest

from purveyor import OnlineChatModule, RetryPolicy, errors
from purveyor.plugin import HttpReply, encode_json
from purveyor.testing import fresh_runtime, serve_with

# By status and class: ../shared/suppliers/doubao.md, section 2, and ERRORS.md, section 2.
BAD = ("MissingParameter", "MissingParameter.messages", "InvalidParameter", "InvalidParameter.stop")
BAD += ("InvalidArgumentError", "InvalidImageURL.EmptyURL", "InvalidImageURL.InvalidFormat")
BAD += ("InvalidEndpoint.ClosedEndpoint", "RequestBodyTooLarge")
FILTERED = ("SensitiveContentDetected", "SensitiveContentDetected.SevereViolation")
FILTERED += ("SensitiveContentDetected.Violence", "InputTextSensitiveContentDetected")
FILTERED += ("InputImageSensitiveContentDetected.PolicyViolation", "InputTextRiskDetection")
FILTERED += ("InputVideoSensitiveContentDetected.PrivacyInformation", "OutputTextRiskDetection")
FILTERED += ("InputAudioSensitiveContentDetected", "OutputTextSensitiveContentDetected")
FILTERED += ("OutputImageSensitiveContentDetected", "OutputVideoSensitiveContentDetected")
FILTERED += ("OutputAudioSensitiveContentDetected", "ContentSecurityDetectionError")
DENIED = ("AccessDenied", "OperationDenied.ServiceNotOpen", "OperationDenied.X", "PermissionDenied")
MISSING = ("InvalidEndpointOrModel.NotFound", "InvalidEndpoint.NotFound", "UnsupportedModel")
MISSING += ("InvalidEndpointOrModel.ModelIDAccessDisabled",)
LIMITED = ("RateLimitExceeded.EndpointRPMExceeded", "RateLimitExceeded.EndpointTPMExceeded")
LIMITED += ("ModelAccountRpmRateLimitExceeded", "ModelAccountTpmRateLimitExceeded")
LIMITED += ("ModelAccountIpmRateLimitExceeded", "APIAccountRpmRateLimitExceeded")
LIMITED += ("AccountRateLimitExceeded", "RequestBurstTooFast", "InflightBatchsizeExceeded")

TABLE = {
    (400, errors.BadRequest): BAD,
    (400, errors.ContentFiltered): FILTERED,
    (401, errors.AuthenticationError): ("AuthenticationError", "InvalidAccountStatus"),
    (403, errors.InsufficientBalance): ("AccountOverdueError", "OperationDenied.ServiceOverdue"),
    (403, errors.PermissionDenied): DENIED,
    (404, errors.PermissionDenied): ("ModelNotOpen",),
    (404, errors.NotFound): MISSING,
    (429, errors.RateLimited): LIMITED,
    (429, errors.QuotaExhausted): ("QuotaExceeded", "AccountQuotaExceeded", "SetLimitExceeded"),
    (429, errors.Overloaded): ("ServerOverloaded",),
    (500, errors.ServerError): ("InternalServiceError", "InternalError"),
}
AT_ONCE = RetryPolicy(first_wait=0, longest_wait=0)
CODES = [(status, code, kind) for (status, kind), codes in TABLE.items() for code in codes]


def ask(status: int, code: str, message: str = "it failed") -> tuple[errors.SupplierError, int]:
    """Ask, and give the error with how often it was asked."""
    error = {"code": code, "message": message, "param": "", "type": "Any"}
    reply = HttpReply(status, {"x-request-id": "0217"}, encode_json({"error": error}))
    asked: list[object] = []
    with (
        fresh_runtime(),
        serve_with(lambda request: asked.append(request) or reply),
        pytest.raises(errors.SupplierError) as caught,
    ):
        llm = OnlineChatModule(
            "ep-20250510145437-5sxhs", "doubao", api_key="key-0123456789", retries=AT_ONCE
        )
        llm("hi")
    return caught.value, len(asked)


@pytest.mark.parametrize(("status", "code", "kind"), CODES)
def test_a_code_says_whose_fault_it_is(status: int, code: str, kind: type) -> None:
    """The code counts, exactly or by its dotted beginning."""
    error, _ = ask(status, code)
    assert (type(error), error.code, error.request_id) == (kind, code, "0217")


@pytest.mark.parametrize(
    "message",
    [
        "Total tokens of image and text exceed max message tokens",
        "This model's maximum context length is 32768 tokens",
        "Input length 40000 exceeds the maximum length 32768",
    ],
)
def test_too_long_an_input_is_told_by_words(message: str) -> None:
    """The same code stands for every other wrong parameter."""
    assert type(ask(400, "InvalidParameter", message)[0]) is errors.ContextLengthExceeded


@pytest.mark.parametrize(("status", "code", "kind"), CODES)
def test_only_what_may_pass_is_tried_again(status: int, code: str, kind: type) -> None:
    """A quota that is used up comes as 429 and stays; overload comes as 429 and passes."""
    passing = (errors.RateLimited, errors.Overloaded, errors.ServerError)
    assert ask(status, code)[1] == (3 if kind in passing else 1)
