"""What a call used: facts from the supplier, or an estimate that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one call. None means the supplier did not say; it never means zero.

    `is_estimate` marks numbers that we counted ourselves.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    cached_input_tokens: int | None = None
    reasoning_tokens: int | None = None
    is_estimate: bool = False
    raw: Mapping[str, Any] | None = None

    def __add__(self, other: Usage) -> Usage:
        """Add two usages; unknown plus anything is unknown, estimate plus fact is an estimate."""
        return Usage(
            input_tokens=_sum(self.input_tokens, other.input_tokens),
            output_tokens=_sum(self.output_tokens, other.output_tokens),
            total_tokens=_sum(self.total_tokens, other.total_tokens),
            cached_input_tokens=_sum(self.cached_input_tokens, other.cached_input_tokens),
            reasoning_tokens=_sum(self.reasoning_tokens, other.reasoning_tokens),
            is_estimate=self.is_estimate or other.is_estimate,
        )


def _sum(left: int | None, right: int | None) -> int | None:
    return None if left is None or right is None else left + right
