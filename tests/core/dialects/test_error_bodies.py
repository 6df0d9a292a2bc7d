"""Error bodies to errors: the supplier's code first, its words next, the status last."""

from __future__ import annotations

from typing import Any

import pytest
from replies import completion, dialect, failure, reply

from purveyor import errors
from purveyor.dialects.openai_compatible.errors import explain
from purveyor.errors import SupplierError
from purveyor.plugin import ErrorTable
from purveyor.types.wire import HttpReply


def explained(body: Any, status: int = 400, table: ErrorTable | None = None) -> SupplierError:
    return explain(reply(body, status), table or ErrorTable())


def failed(body: Any, table: ErrorTable | None = None) -> SupplierError:
    """Give the error of a body whose status is 200."""
    with pytest.raises(SupplierError) as caught:
        dialect(errors=table).decode(reply(body))
    return caught.value


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        (failure("no", code="c"), "no", "c"),
        (failure("no", code=1113), "no", "1113"),
        ({"error": "no"}, "no", None),
        ({"error": {"msg": "no", "error_code": 7}}, "no", "7"),
        ({"code": "c", "message": "no"}, "no", "c"),
        ({"error_code": 18, "error_msg": "no"}, "no", "18"),
        ({"code": 1302, "msg": "no", "success": False}, "no", "1302"),
        ({"base_resp": {"status_code": 1002, "status_msg": "no"}}, "no", "1002"),
        ({"object": "error", "message": "no", "code": 40001}, "no", "40001"),
        ([failure("no", code="c")], "no", "c"),
        ({"message": "no"}, "no", None),
        ({"detail": "no"}, "no", None),
        ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required", None),
        ({"error": {"code": "c"}}, "no message", "c"),
    ],
)
def test_every_known_shape_is_read(body, message, code):
    """Object, text, flat, FastAPI's, a list of one."""
    error = explained(body)
    assert message in error.message
    assert error.code == code
    assert error.raw == body


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html><body><h1>502</h1>Bad\n Gateway</body></html>", "502 Bad Gateway"),
        (b"upstream connect error", "upstream connect error"),
        (b"", "empty reply with status 502"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'"quoted"', '"quoted"'),
        (b"[" * 100_000, "[[["),
    ],
    ids=["html", "text", "empty", "no UTF-8", "json text", "deep"],
)
def test_a_body_that_is_no_error_object_is_shown_as_text(body, message):
    """Whatever a proxy puts in the way."""
    error = explain(HttpReply(502, {}, body))
    assert message in error.message
    assert len(error.message) <= 500
    assert isinstance(error, errors.ServerError)


def test_an_error_of_python_flavoured_json_is_read():
    """NaN is no reason to lose the message."""
    assert explained(b'{"error": {"message": "no", "x": NaN}}').message == "no"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.BadRequest),
        (401, errors.AuthenticationError),
        (402, errors.InsufficientBalance),
        (403, errors.PermissionDenied),
        (404, errors.NotFound),
        (405, errors.BadRequest),
        (408, errors.Timeout),
        (409, errors.BadRequest),
        (410, errors.NotFound),
        (413, errors.BadRequest),
        (415, errors.BadRequest),
        (418, errors.BadRequest),
        (422, errors.BadRequest),
        (429, errors.RateLimited),
        (451, errors.ContentFiltered),
        (500, errors.ServerError),
        (502, errors.ServerError),
        (503, errors.Overloaded),
        (504, errors.Timeout),
        (520, errors.ServerError),
        (529, errors.Overloaded),
    ],
)
def test_the_status_decides_where_nothing_else_does(status, kind):
    """HTTP's own meaning."""
    error = explained(failure("no"), status)
    assert type(error) is kind
    assert error.status == status


def test_a_conflict_is_tried_again():
    """Another request holds the resource for a moment; a plain bad request stays bad."""
    assert explained(failure("no"), 409).retryable
    assert explained(failure("no"), 425).retryable
    assert not explained(failure("no"), 400).retryable


TABLE = ErrorTable(
    codes={"Throttling": errors.RateLimited, "Throttling.AllocationQuota": errors.QuotaExhausted},
    messages=((r"no money", errors.InsufficientBalance),),
    types={"busy": errors.Overloaded},
    statuses={434: errors.PermissionDenied},
)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Throttling", errors.RateLimited),
        ("throttling", errors.RateLimited),
        ("Throttling.RateQuota", errors.RateLimited),
        ("throttling.allocationquota", errors.QuotaExhausted),
        ("Throttling.AllocationQuota.Daily", errors.QuotaExhausted),
        ("ThrottlingX", errors.BadRequest),
    ],
)
def test_a_code_is_found_by_its_longest_dotted_beginning(code, kind):
    """Case does not matter."""
    assert type(explained(failure("no", code=code), 400, TABLE)) is kind


def test_code_goes_before_words_before_type_before_status():
    """Status alone misleads: no money is 400, 402, 403 or 429."""
    everything = {"code": "Throttling", "type": "busy"}
    assert type(explained(failure("no money", **everything), 401, TABLE)) is errors.RateLimited
    paid = explained(failure("No money left", type="busy"), 401, TABLE)
    assert type(paid) is errors.InsufficientBalance
    assert type(explained(failure("no", type="busy"), 401, TABLE)) is errors.Overloaded
    assert type(explained(failure("no"), 434, TABLE)) is errors.PermissionDenied


def test_words_narrow_a_code_that_says_little():
    """One code for every wrong parameter, one for every empty purse: the words say which it is."""
    table = ErrorTable(
        codes={"Invalid": errors.BadRequest, "Quota": errors.QuotaExhausted},
        messages=((r"no money", errors.InsufficientBalance), (r"no model", errors.NotFound)),
    )
    assert type(explained(failure("no money", code="Quota"), 429, table)) is (
        errors.InsufficientBalance
    )
    assert type(explained(failure("no model", code="Invalid"), 400, table)) is errors.NotFound
    assert type(explained(failure("no model", code="Quota"), 429, table)) is errors.QuotaExhausted


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"code": "context_length_exceeded"}, errors.ContextLengthExceeded),
        ({"code": "invalid_api_key"}, errors.AuthenticationError),
        ({"code": "insufficient_quota"}, errors.QuotaExhausted),
        ({"code": "model_not_found"}, errors.NotFound),
        ({"code": "content_policy_violation"}, errors.ContentFiltered),
        ({"code": "unsupported_parameter"}, errors.UnsupportedParameter),
        ({"type": "insufficient_quota"}, errors.QuotaExhausted),
        ({"type": "authentication_error"}, errors.AuthenticationError),
        ({"type": "overloaded_error"}, errors.Overloaded),
    ],
)
def test_codes_that_all_share_need_no_table(facts, kind):
    """The reference dialect's own."""
    assert type(explained(failure("no", **facts), 418)) is kind


def test_the_words_for_a_full_window_need_no_table():
    """But a limit on tokens in a minute is no full window."""
    full = failure("This model's maximum context length is 8192 tokens")
    assert type(explained(full, 400)) is errors.ContextLengthExceeded
    limited = failure("Too many tokens, please wait before trying again")
    assert type(explained(limited, 429)) is errors.RateLimited
    assert type(explained(limited, 400)) is errors.ContextLengthExceeded


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached. Please try again in 20s.", 20),
        ("please try again after 1 seconds", 1),
        ("Please try again in 6m0s.", 360),
        ("Try again in 1.5s", 1.5),
        ("Please try again in 120ms.", 0.12),
        ("Retry after 2 minutes", 120),
        ("try again in 1h2m3s", 3723),
        ("the request timed out after 30 seconds", None),
        ("failed in 3 attempts", None),
        ("try again later", None),
    ],
)
def test_a_spoken_wait_is_read(message, seconds):
    """But not every number of seconds is one to wait."""
    assert explained(failure(message), 429).retry_after == seconds


def test_an_error_carries_its_request_id():
    """From the headers the table names, else from the body."""
    table = ErrorTable(request_id_headers=("x-trace", "x-request-id"))
    got = explain(reply(failure(), 400, {"x-request-id": "r", "x-trace": "t"}), table)
    assert got.request_id == "t"
    assert explain(reply(failure(), 400, {"x-request-id": "r"}), table).request_id == "r"
    assert explained({**failure(), "request_id": "b"}).request_id == "b"
    assert explained({**failure(), "id": 7}).request_id is None


def test_an_error_carries_type_and_param():
    """As text."""
    error = explained(failure("no", type="t", param=["a"]))
    assert (error.type, error.param) == ("t", "['a']")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (failure("no", code="insufficient_quota"), errors.QuotaExhausted),
        (failure("no", type="server_error"), errors.ServerError),
        (failure("no", type="invalid_request_error"), errors.BadRequest),
        ({"error": "no"}, SupplierError),
        ({"object": "error", "message": "no such model", "code": 404}, errors.NotFound),
        ({"error": {"message": "no", "code": 429}}, errors.RateLimited),
        ({"code": "Throttling", "message": "no"}, errors.RateLimited),
        ({"code": 500, "message": "no", "data": None}, errors.ServerError),
        ({"base_resp": {"status_code": 1002, "status_msg": "no"}}, SupplierError),
    ],
)
def test_an_error_with_status_200_is_an_error(body, kind):
    """HTTP's word is not the supplier's; a code that is a status counts as one."""
    error = failed(body, TABLE)
    assert isinstance(error, kind)
    assert error.status == 200


def test_an_unknown_error_with_status_200_is_not_tried_again():
    """Only what says that it may pass."""
    assert not failed({"error_code": 18, "error_msg": "qps"}).retryable
    assert failed(failure("no", type="server_error")).retryable


@pytest.mark.parametrize(
    "more",
    [
        {"error": None},
        {"error": {}},
        {"code": 0, "msg": ""},
        {"code": "200", "msg": "ok"},
        {"base_resp": {"status_code": 0}},
        {"success": True},
    ],
)
def test_an_answer_beside_the_fields_of_an_error_is_an_answer(more):
    """Suppliers send them along, empty."""
    assert dialect().decode(reply(completion("hi", **more))).message.text == "hi"
