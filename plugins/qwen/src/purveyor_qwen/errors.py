"""What Qwen's error codes mean: each wire has its own spelling of them.

Reference: help.aliyun.com Model Studio, "Error codes" (read 2026-11), and recorded traffic.
"""

from purveyor import plugin as door

ERRORS = door.ErrorTable(
    codes={
        "InvalidApiKey": door.AuthenticationError,
        "invalid_api_key": door.AuthenticationError,
        "AccessDenied": door.PermissionDenied,
        "access_denied": door.PermissionDenied,
        "Model.AccessDenied": door.PermissionDenied,
        "App.AccessDenied": door.PermissionDenied,
        "Workspace.AccessDenied": door.PermissionDenied,
        "ModelNotFound": door.NotFound,
        "model_not_found": door.NotFound,
        "Model.NotExist": door.NotFound,
        "WorkSpaceNotFound": door.NotFound,
        "model_not_supported": door.NotFound,
        "InvalidParameter": door.BadRequest,
        "invalid_parameter_error": door.BadRequest,
        "invalid_value": door.BadRequest,
        "InvalidURL": door.BadRequest,
        "BadRequest": door.BadRequest,
        "RequestTooLarge": door.BadRequest,
        "InternalError.Algo.InvalidParameter": door.BadRequest,
        "DataInspectionFailed": door.ContentFiltered,
        "data_inspection_failed": door.ContentFiltered,
        "Throttling": door.RateLimited,
        "limit_requests": door.RateLimited,
        "LimitRequests": door.RateLimited,
        "limit_burst_rate": door.RateLimited,
        "ResourceExhausted": door.RateLimited,
        "Throttling.AllocationQuota": door.QuotaExhausted,
        "insufficient_quota": door.QuotaExhausted,
        "AllocationQuota.FreeTierOnly": door.QuotaExhausted,
        "Arrearage": door.InsufficientBalance,
        "isv.OUT_OF_SERVICE": door.InsufficientBalance,
        "PrepaidBillOverdue": door.InsufficientBalance,
        "PostpaidBillOverdue": door.InsufficientBalance,
        "InternalError": door.ServerError,
        "internal_error": door.ServerError,
        "InternalError.Timeout": door.Timeout,
        "RequestTimeOut": door.Timeout,
        "GatewayTimeout": door.Timeout,
        "ServiceUnavailable": door.Overloaded,
        "ModelUnavailable": door.Overloaded,
        "ModelServingError": door.Overloaded,
    },
    messages=(
        (r"range of input length", door.ContextLengthExceeded),
        (r"(model|file) (is )?not (exist|found)", door.NotFound),
    ),
    request_id_headers=("x-request-id",),
)
