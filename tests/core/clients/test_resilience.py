"""Trying again: what, how often, how long."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from purveyor import errors
from purveyor._resilience import Retrier, RetryBudget, RetryPolicy, apply_hints, retry_hint
from purveyor.errors import SupplierError

NOW = 1_790_000_000.0


class Clock:
    """A deadline that waiting brings nearer."""

    def __init__(self, seconds: float = 600) -> None:
        self.left = seconds
        self.waits: list[float] = []

    def remaining(self) -> float:
        return max(0.0, self.left)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.left -= seconds


def outcomes(*each: SupplierError | str) -> Callable[[], str]:
    """Give an attempt that fails or succeeds in turn."""
    pending = list(each)

    def attempt() -> str:
        outcome = pending.pop(0)
        if isinstance(outcome, SupplierError):
            raise outcome
        return outcome

    return attempt


def tried(
    first: SupplierError,
    *further: SupplierError | str,
    clock: Clock | None = None,
    budget: RetryBudget | None = None,
    **policy: Any,
) -> tuple[str | SupplierError, Clock]:
    clock = clock or Clock()
    retrier = Retrier(RetryPolicy(**policy), budget or RetryBudget(), clock, sleep=clock.sleep)
    try:
        return retrier.go_on(first, outcomes(*further)), clock
    except SupplierError as error:
        return error, clock


def test_the_first_success_is_given():
    """After a wait."""
    result, clock = tried(errors.Overloaded("1"), errors.ServerError("2"), "good")
    assert result == "good"
    assert len(clock.waits) == 2


def test_the_last_failure_is_raised_with_the_number_of_attempts():
    """Three are made by default."""
    last = errors.Timeout("3")
    result, clock = tried(errors.RateLimited("1"), errors.ServerError("2"), last, "never")
    assert result is last
    assert last.attempts == 3
    assert len(clock.waits) == 2


def test_a_failure_that_cannot_pass_ends_it_and_counts_as_an_attempt():
    """A key that is refused at the second attempt."""
    refused = errors.AuthenticationError("2")
    result, _ = tried(errors.ServerError("1"), refused, "never")
    assert result is refused
    assert refused.attempts == 2


def test_an_error_of_another_kind_passes():
    """A fault of ours is not tried again."""
    retrier = Retrier(RetryPolicy(), RetryBudget(), Clock(), sleep=Clock().sleep)

    def attempt() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        retrier.go_on(errors.ServerError("1"), attempt)


def test_an_attempt_may_stand_for_two():
    """A transport that finds a kept connection closed has tried twice."""
    double = errors.ConnectionFailed("1")
    double.attempts = 2
    last = errors.ConnectionFailed("2")
    result, _ = tried(double, last, "never")
    assert result is last
    assert last.attempts == 3


def test_the_number_of_attempts_is_the_policys():
    """One means none after the first."""
    only = errors.ServerError("1")
    assert tried(only, "never", attempts=1)[0] is only
    assert tried(only, "good", attempts=2)[0] == "good"


def test_waiting_doubles_up_to_a_limit_less_up_to_a_quarter():
    """So that many callers do not come back at once."""
    failures = [errors.ServerError(str(n)) for n in range(8)]
    _, clock = tried(*failures, attempts=8)
    for wait, full in zip(clock.waits, (0.5, 1, 2, 4, 8, 8, 8), strict=True):
        assert 0.75 * full <= wait <= full


def test_what_the_supplier_asks_for_is_waited():
    """To the second, without chance."""
    _, clock = tried(errors.RateLimited("1", retry_after=7.5), "good")
    assert clock.waits == [7.5]


def test_a_wait_that_is_too_long_ends_the_call_at_once():
    """The caller decides, and knows how long it would be."""
    error = errors.RateLimited("1", retry_after=61)
    result, clock = tried(error, "never")
    assert result is error
    assert clock.waits == []
    assert tried(error, "good", longest_hint=100)[0] == "good"


@pytest.mark.parametrize("wait", [math.inf, 1e999])
def test_an_endless_wait_is_too_long(wait):
    """However it is written."""
    assert (
        tried(errors.RateLimited("1", retry_after=wait), "never", longest_hint=1e9)[1].waits == []
    )


def test_one_deadline_spans_all_attempts_and_waits():
    """What would end after it is not begun."""
    clock = Clock(seconds=5)
    result, _ = tried(
        errors.RateLimited("1", retry_after=3), errors.RateLimited("2", retry_after=3), clock=clock
    )
    assert isinstance(result, errors.RateLimited)
    assert clock.waits == [3]
    assert tried(errors.ServerError("1"), "never", clock=Clock(0))[1].waits == []


def test_a_budget_ends_retries_when_an_endpoint_keeps_failing():
    """A retry costs 14 of 500, after throttling 5; a success gives one back."""
    budget = RetryBudget()
    retries = sum(budget.spend(errors.ServerError()) for _ in range(1000))
    assert retries == 500 // 14
    throttled = RetryBudget(20)
    assert sum(throttled.spend(errors.RateLimited()) for _ in range(9)) == 4
    before = budget.tokens
    budget.earn()
    assert budget.tokens == before + 1
    full = RetryBudget(3)
    full.earn()
    assert full.tokens == 3


def test_an_empty_budget_gives_the_first_failure():
    """Without waiting."""
    result, clock = tried(errors.ServerError("1"), "never", budget=RetryBudget(13))
    assert isinstance(result, errors.ServerError)
    assert clock.waits == []


def test_threads_do_not_overdraw_a_budget():
    """Each token is spent once."""
    from concurrent.futures import ThreadPoolExecutor

    budget = RetryBudget(14 * 40)
    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(lambda _: budget.spend(errors.ServerError()), range(400)))
    assert sum(spent) == 40
    assert budget.tokens == 0


def test_an_interrupt_while_waiting_passes_at_once():
    """Ctrl-C is not tried again."""
    attempts = []

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    retrier = Retrier(RetryPolicy(), RetryBudget(), Clock(), sleep=interrupted)
    with pytest.raises(KeyboardInterrupt):
        retrier.go_on(errors.ServerError("1"), lambda: attempts.append(1))
    assert attempts == []


def test_the_same_holds_for_a_caller_that_awaits():
    """Success, last failure, attempts."""

    async def awaited(first: SupplierError, *further: SupplierError | str) -> Any:
        attempt = outcomes(*further)

        async def awaiting() -> str:
            return attempt()

        retrier = Retrier(RetryPolicy(first_wait=0), RetryBudget(), Clock())
        try:
            return await retrier.go_on_async(first, awaiting)
        except SupplierError as error:
            return type(error), error.attempts

    assert asyncio.run(awaited(errors.ServerError("1"), "good")) == "good"
    refused = (errors.ServerError("1"), errors.NotFound("2"))
    assert asyncio.run(awaited(*refused)) == (errors.NotFound, 2)


def test_a_task_cancelled_while_waiting_ends_at_once():
    """Nothing more is sent."""

    async def cancelled() -> list[int]:
        attempts: list[int] = []

        async def attempt() -> None:
            attempts.append(1)

        retrier = Retrier(RetryPolicy(first_wait=30), RetryBudget(), Clock())
        task = asyncio.create_task(retrier.go_on_async(errors.ServerError("1"), attempt))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 1)
        return attempts

    assert asyncio.run(cancelled()) == []


def date_in(seconds: float) -> str:
    return format_datetime(
        datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=seconds), usegmt=True
    )


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": date_in(30)}, 30),
        ({"retry-after": date_in(-30)}, None),
        ({"retry-after": "Mon, 99 Foo 2026 00:00:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, math.inf),
        ({"retry-after": "3600"}, 3600),
        ({"retry-after": "\u0667"}, 7),
    ],
)
def test_a_hint_is_read_in_every_form(headers, seconds):
    """Milliseconds, seconds, a date; garbage is none."""
    assert retry_hint(headers, NOW) == seconds


def hinted(kind: type[SupplierError] = errors.RateLimited, **headers: str) -> SupplierError:
    error = kind("no")
    apply_hints(error, {name.replace("_", "-"): value for name, value in headers.items()}, NOW)
    return error


def test_the_supplier_may_overrule_what_is_retried():
    """It knows best."""
    assert hinted(errors.BadRequest, x_should_retry="true").retryable
    assert not hinted(errors.ServerError, x_should_retry="False").retryable
    assert hinted(errors.ServerError, x_should_retry="perhaps").retryable


def test_a_hint_of_the_headers_goes_before_a_spoken_one():
    """It is the more exact."""
    error = errors.RateLimited("try again in 20s", retry_after=20)
    apply_hints(error, {"retry-after": "3"}, NOW)
    assert error.retry_after == 3
    apply_hints(error, {}, NOW)
    assert error.retry_after == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"remaining_requests": "0", "reset_requests": "0m50s"}, 50),
        ({"remaining_requests": "0", "reset_requests": "6m0s"}, None),
        ({"remaining_requests": "0", "reset_requests": "20ms"}, 0.02),
        ({"remaining_requests": "0", "reset_requests": "1.5s", "reset_tokens": "9s"}, 1.5),
        (
            {
                "remaining_requests": "0",
                "reset_requests": "1s",
                "remaining_tokens": "0",
                "reset_tokens": "1m",
            },
            60,
        ),
        ({"remaining_requests": "3", "reset_requests": "1s"}, None),
        ({"remaining_requests": "0", "reset_requests": "soon"}, None),
        ({"remaining_requests": "0", "reset_requests": "12"}, 12),
        ({"reset_requests": "1s"}, None),
    ],
)
def test_an_exhausted_limit_says_when_it_is_renewed(headers, seconds):
    """Where the supplier says nothing else; what is far off is the time until all is as new."""
    said = {f"x_ratelimit_{name}": value for name, value in headers.items()}
    said = {
        name.replace("remaining_", "remaining-").replace("reset_", "reset-"): value
        for name, value in said.items()
    }
    assert hinted(**said).retry_after == seconds
    assert hinted(errors.ServerError, **said).retry_after is None
    assert hinted(retry_after="2", **said).retry_after == 2
