"""The hook `purveyor_account`: what a supplier tells of itself, asked through a chat module."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from purveyor import Capability, OnlineChatModule, SupplierCard, errors, register
from purveyor.plugin import AccountTable, HttpReply, HttpRequest, OpenAICompatible
from purveyor.testing import answer_with, fresh_runtime

CARD = SupplierCard(
    name="lily",
    title="Lily",
    docs="",
    base_url="https://lily.example/v1",
    default_models={Capability.CHAT: "lily-1"},
)
PURSE = AccountTable(balance_path="purse", balance_available=("left",), balance_currency=("coin",))


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with fresh_runtime():
        yield


def lily(table: AccountTable | None) -> OnlineChatModule:
    """A module at a supplier of this program's own."""
    register(OpenAICompatible(CARD, account=table))
    return OnlineChatModule("lily", api_key="k")


def test_the_balance_is_asked_where_the_account_dialect_says() -> None:
    """`purveyor_account` gives the request and reads the reply; the core sends and signs it."""
    asked: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpReply:
        asked.append(request)
        return HttpReply(200, {}, b'{"left": "7.50", "coin": "EUR"}')

    answer_with(answer)
    balance = lily(PURSE).balance()[0]
    assert (balance.available, balance.currency) == (Decimal("7.50"), "EUR")
    assert (asked[0].method, asked[0].url) == ("GET", "https://lily.example/v1/purse")
    assert asked[0].header("Authorization") is not None


def test_a_question_the_supplier_has_no_answer_to_is_not_sent() -> None:
    """What the dialect does not offer is an error before any byte leaves."""
    answer_with(lambda request: pytest.fail("nothing may be sent"))
    with pytest.raises(errors.CapabilityNotOffered):
        lily(AccountTable()).balance()
