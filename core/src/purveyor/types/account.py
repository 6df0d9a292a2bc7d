"""What an account holds: balances, as the supplier says them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct


class Balance(Struct, frozen=True, kw_only=True):
    """Money left, in `currency`; None where the supplier does not name one."""

    available: Decimal
    currency: str | None = None
    is_usable: bool | None = None
    raw: Any = None
