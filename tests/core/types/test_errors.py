"""The error tree: what an error says, and what it keeps."""

from __future__ import annotations

import pickle

import pytest

from purveyor import errors


def test_an_error_says_who_what_and_how_often():
    """Supplier, capability, status, code, message, attempts."""
    error = errors.RateLimited(
        "slow down", supplier="acme", capability="chat", status=429, code="slow_down"
    )
    assert str(error) == "acme, chat, status 429, slow_down: slow down"
    error.attempts = 3
    assert str(error).endswith("(after 3 attempts)")
    assert str(errors.SupplierError("alone")) == "alone"


@pytest.mark.parametrize(
    "kind",
    [
        errors.RateLimited,
        errors.Overloaded,
        errors.ServerError,
        errors.Timeout,
        errors.ConnectionFailed,
    ],
)
def test_what_may_pass_by_itself_is_retried(kind):
    """The network, a rate limit, the supplier's own trouble."""
    assert kind().retryable


@pytest.mark.parametrize(
    "kind",
    [
        errors.AuthenticationError,
        errors.PermissionDenied,
        errors.NotFound,
        errors.BadRequest,
        errors.ContextLengthExceeded,
        errors.ContentFiltered,
        errors.UnsupportedParameter,
        errors.QuotaExhausted,
        errors.InsufficientBalance,
        errors.TlsFailed,
        errors.NameNotResolved,
        errors.MalformedResponse,
        errors.StreamInterrupted,
    ],
)
def test_what_stays_wrong_is_not_retried(kind):
    """A key, a request, an empty account; the supplier may still say otherwise."""
    assert not kind().retryable
    assert kind(retryable=True).retryable
    assert not kind.retryable


def test_an_error_survives_pickle():
    """With all its facts: worker processes raise them."""
    error = errors.StreamInterrupted("cut", supplier="acme", status=200, raw={"a": 1})
    error.attempts = 2
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copied) is errors.StreamInterrupted
    assert vars(copied) == vars(error)


def test_the_other_branches_keep_what_they_were_given():
    """Faults by line, log lines, exit status, text."""
    assert errors.DatasetError("bad", {3: "no role"}).faults == {3: "no role"}
    assert errors.JobFailed("bad", ["last line"]).log == ("last line",)
    launch = errors.LaunchError("died", 3, ["oom"])
    assert (launch.exit_status, launch.log) == (3, ("oom",))
    assert errors.FormatError("no", "text").text == "text"
    assert pickle.loads(pickle.dumps(launch)).exit_status == 3  # noqa: S301
