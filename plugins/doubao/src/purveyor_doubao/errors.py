"""What Doubao's error codes mean.

Reference: volcengine.com docs 82379/1299023 (read 2026-11).
"""

from purveyor import plugin as door

_MEDIA = ("Text", "Image", "Video", "Audio")
_SENSITIVE = {
    f"{way}{medium}SensitiveContentDetected": door.ContentFiltered
    for way in ("Input", "Output")
    for medium in _MEDIA
}

_CODES: dict[str, type[door.SupplierError]] = {
    "MissingParameter": door.BadRequest,
    "InvalidParameter": door.BadRequest,
    "InvalidArgumentError": door.BadRequest,
    "InvalidImageURL": door.BadRequest,
    "InvalidEndpoint.ClosedEndpoint": door.BadRequest,
    "RequestBodyTooLarge": door.BadRequest,
    "SensitiveContentDetected": door.ContentFiltered,
    **_SENSITIVE,
    "InputTextRiskDetection": door.ContentFiltered,
    "OutputTextRiskDetection": door.ContentFiltered,
    "ContentSecurityDetectionError": door.ContentFiltered,
    "AuthenticationError": door.AuthenticationError,
    "InvalidAccountStatus": door.AuthenticationError,
    "AccountOverdueError": door.InsufficientBalance,
    "OperationDenied.ServiceOverdue": door.InsufficientBalance,
    "OperationDenied": door.PermissionDenied,
    "AccessDenied": door.PermissionDenied,
    "PermissionDenied": door.PermissionDenied,
    "ModelNotOpen": door.PermissionDenied,
    "InvalidEndpointOrModel": door.NotFound,
    "InvalidEndpoint.NotFound": door.NotFound,
    "UnsupportedModel": door.NotFound,
    "RateLimitExceeded": door.RateLimited,
    "ModelAccountRpmRateLimitExceeded": door.RateLimited,
    "ModelAccountTpmRateLimitExceeded": door.RateLimited,
    "ModelAccountIpmRateLimitExceeded": door.RateLimited,
    "APIAccountRpmRateLimitExceeded": door.RateLimited,
    "AccountRateLimitExceeded": door.RateLimited,
    "RequestBurstTooFast": door.RateLimited,
    "InflightBatchsizeExceeded": door.RateLimited,
    "QuotaExceeded": door.QuotaExhausted,
    "AccountQuotaExceeded": door.QuotaExhausted,
    "SetLimitExceeded": door.QuotaExhausted,
    "ServerOverloaded": door.Overloaded,
    "InternalServiceError": door.ServerError,
    "InternalError": door.ServerError,
}

ERRORS = door.ErrorTable(
    codes=_CODES,
    messages=(
        (r"maximum context length|exceed.*max.*token", door.ContextLengthExceeded),
        (r"input length .* exceeds the maximum", door.ContextLengthExceeded),
    ),
    request_id_headers=("x-request-id",),
)
