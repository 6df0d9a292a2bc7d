"""What GLM's numbers mean.

Reference: the error code pages of docs.bigmodel.cn and docs.z.ai (read 2026-11); 1316 to 1321 as
LazyLLM 1.4.0 knows them.
"""

from purveyor import plugin as door

_MEANINGS = {
    door.AuthenticationError: (1000, 1001, 1002, 1003, 1004, 1005, 1111),
    door.PermissionDenied: (1110, 1112, 1121, 1220, 1311, 1315),
    door.NotFound: (1211, 1221, 1222),
    door.BadRequest: (1210, 1212, 1213, 1214, 1215, 1231),
    door.ContextLengthExceeded: (1261,),
    door.ContentFiltered: (1300, 1301),
    door.RateLimited: (1302, 1303, 1313),
    door.QuotaExhausted: (1304, 1308, 1309, 1310, 1314, 1316, 1317, 1318, 1319, 1320, 1321),
    door.InsufficientBalance: (1113,),  # with status 429: it looks like a rate limit, and is none
    door.Overloaded: (1305, 1312),
    door.ServerError: (500, 1100, 1120, 1200, 1230, 1234),
}

ERRORS = door.ErrorTable(
    codes={str(code): meaning for meaning, codes in _MEANINGS.items() for code in codes},
    statuses={434: door.PermissionDenied, 435: door.BadRequest},
    request_id_headers=("x-log-id", "x-request-id"),
)
