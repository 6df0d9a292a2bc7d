"""What SenseNova's codes mean: gRPC's numbers, and two of its own.

Reference: grpc.github.io, "Status codes"; 17 and 18 as LazyLLM 1.4.0 knows them (read 2026-11).
"""

from purveyor import plugin as door

_GRPC = {
    1: door.Timeout,
    2: door.ServerError,
    3: door.BadRequest,
    4: door.Timeout,
    5: door.NotFound,
    6: door.BadRequest,
    7: door.PermissionDenied,
    8: door.RateLimited,
    9: door.BadRequest,
    10: door.BadRequest,
    11: door.BadRequest,
    12: door.BadRequest,
    13: door.ServerError,
    14: door.Overloaded,
    15: door.ServerError,
    16: door.AuthenticationError,
    17: door.ContextLengthExceeded,
    18: door.ContentFiltered,
}

ERRORS = door.ErrorTable(
    codes={
        **{str(code): meaning for code, meaning in _GRPC.items()},
        # What the makers of resold models say.
        **dict.fromkeys(("429003", "RateLimitExceeded"), door.RateLimited),
    },
    messages=((r"not available in the current token plan", door.PermissionDenied),),
)
