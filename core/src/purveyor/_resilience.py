"""Trying again: what, how often, how long. Entered only after a failure.

One deadline spans all attempts and all waiting. A budget per endpoint keeps a failing supplier
from being flooded: figures of AWS's standard mode (500 tokens; a retry costs 14, after throttling
5; a success gives 1 back).
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from msgspec import Struct

from purveyor.errors import RateLimited, SupplierError

if TYPE_CHECKING:
    import tenacity

Result = TypeVar("Result")

_RETRY_COST: Final = 14
_THROTTLE_COST: Final = 5
_LONGEST_RENEWAL: Final = 60.0


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """How often to try, and how long to wait between, in seconds.

    Waiting doubles from `first_wait` to `longest_wait`, less up to a quarter by chance. What the
    supplier asks for counts instead, up to `longest_hint`; it asking for more ends the call.
    """

    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 8.0
    longest_hint: float = 60.0


class RetryBudget:
    """Tokens that retries of one endpoint share."""

    __slots__ = ("_full", "_lock", "tokens")

    def __init__(self, tokens: int = 500) -> None:
        self._full = tokens
        self._lock = threading.Lock()
        self.tokens = tokens

    def spend(self, error: SupplierError) -> bool:
        """Take what a retry after this error costs; False when there is not enough left."""
        cost = _THROTTLE_COST if isinstance(error, RateLimited) else _RETRY_COST
        with self._lock:
            if self.tokens < cost:
                return False
            self.tokens -= cost
            return True

    def earn(self) -> None:
        """Give one back for a success."""
        if self.tokens < self._full:
            with self._lock:
                self.tokens += 1


class Remaining(Protocol):
    """What knows how much time a call has left."""

    def remaining(self) -> float:
        """Seconds left, at least zero."""
        ...


class Retrier:
    """Runs the further attempts of one call.

    Args:
        policy: how often and how long.
        budget: of the endpoint.
        deadline: of the call.
        sleep: how the sync face waits; tests pass their own.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        budget: RetryBudget,
        deadline: Remaining,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._deadline = deadline
        self._sleep = sleep
        self._made = 0

    def go_on(self, failure: SupplierError, attempt: Callable[[], Result]) -> Result:
        """Try again after a first failure, and give the first success or the last failure."""
        import tenacity

        retrying = tenacity.Retrying(
            sleep=self._sleep,
            stop=self._stop,
            wait=self._waiting,
            retry=tenacity.retry_if_exception(_may_be_retried),
            reraise=True,
        )
        failures = [failure]

        def attempt_after_failure() -> Result:
            try:
                if failures:
                    raise failures.pop()
                return attempt()
            except SupplierError as error:
                self._count(error)
                raise

        return retrying(attempt_after_failure)

    async def go_on_async(
        self, failure: SupplierError, attempt: Callable[[], Awaitable[Result]]
    ) -> Result:
        """The same for a caller that awaits."""
        import tenacity

        failures = [failure]

        async def attempt_after_failure() -> Result:
            try:
                if failures:
                    raise failures.pop()
                return await attempt()
            except SupplierError as error:
                self._count(error)
                raise

        retrying = tenacity.AsyncRetrying(
            stop=self._stop,
            wait=self._waiting,
            retry=tenacity.retry_if_exception(_may_be_retried),
            reraise=True,
        )
        return await retrying(attempt_after_failure)

    def _count(self, error: SupplierError) -> None:
        """Say in the error how many attempts were made.

        One may stand for several: a transport that finds a kept connection closed has tried twice.
        """
        self._made += error.attempts
        error.attempts = self._made

    def _waiting(self, state: tenacity.RetryCallState) -> float:
        """Seconds to wait; infinity where the supplier asks for more than we grant."""
        error = _error_of(state)
        hint = error.retry_after if error is not None else None
        if hint is not None:
            return hint if hint <= self._policy.longest_hint else math.inf
        backoff = self._policy.first_wait * 2.0 ** (state.attempt_number - 1)
        return min(backoff, self._policy.longest_wait) * (1 - 0.25 * random.random())

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        """End at the last attempt, when waiting would pass the deadline, or on an empty budget.

        tenacity asks for the waiting time first.
        """
        error = _error_of(state)
        if error is None:
            return True
        if self._made >= self._policy.attempts:
            return True
        if state.upcoming_sleep >= self._deadline.remaining():
            return True
        return not self._budget.spend(error)


def _error_of(state: tenacity.RetryCallState) -> SupplierError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, SupplierError) else None


def _may_be_retried(error: BaseException) -> bool:
    return isinstance(error, SupplierError) and error.retryable


def apply_hints(error: SupplierError, headers: Mapping[str, str], now: float) -> None:
    """Read what the headers say about trying again into the error."""
    said = headers.get("x-should-retry", "").strip().lower()
    if said in ("true", "false"):
        error.retryable = said == "true"
    hint = retry_hint(headers, now)
    if hint is None and error.retry_after is None and isinstance(error, RateLimited):
        hint = _renewal(headers)
    if hint is not None:
        error.retry_after = hint


def retry_hint(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds a supplier asks us to wait: milliseconds, seconds or a date; garbage is None.

    Args:
        headers: of the reply, names in lower case.
        now: seconds since the epoch.
    """
    milliseconds = _positive(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    return _positive(text) or _until(text, now)


def _renewal(headers: Mapping[str, str]) -> float | None:
    """Seconds until an exhausted limit is renewed, as gateways say it: "1s", "20ms", "1m30s".

    It is the time until all of the limit is free again, so a long one is no time to wait.
    """
    waits = [
        _duration(headers.get(f"x-ratelimit-reset-{kind}", ""))
        for kind in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{kind}", "").strip() == "0"
    ]
    seconds = max((wait for wait in waits if wait is not None), default=None)
    return seconds if seconds is not None and seconds <= _LONGEST_RENEWAL else None


def _duration(text: str) -> float | None:
    import re  # only a rate limit needs it

    if not re.fullmatch(r"(?:[0-9.]+(?:ms|s|m|h))+", text):
        return _positive(text)
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    pairs = re.findall(r"([0-9.]+)(ms|s|m|h)", text)
    return sum((_positive(number) or 0.0) * units[unit] for number, unit in pairs) or None


def _positive(text: str | None) -> float | None:
    """Read a number above zero; infinity stands for "too long", NaN for nothing."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return None if math.isnan(value) or value <= 0 else value


def _until(text: str | None, now: float) -> float | None:
    if not text or not text[:1].isalpha():
        return None
    from email.utils import parsedate_to_datetime

    try:
        seconds = parsedate_to_datetime(text).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None
