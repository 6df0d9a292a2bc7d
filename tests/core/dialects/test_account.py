"""Models, balance and token counts, as the table says where they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from replies import BASE, body_of, endpoint, reply, request

from purveyor import errors
from purveyor.errors import CapabilityNotOffered, MalformedResponse
from purveyor.plugin import (
    AccountTable,
    Balance,
    ChatTable,
    ErrorTable,
    ModelCard,
    OpenAICompatibleAccount,
    SupplierCard,
)
from purveyor.types.wire import HttpReply

CARD = SupplierCard(
    name="acme",
    title="Acme",
    docs="d",
    base_url=BASE,
    models=(ModelCard(name="known", context_tokens=5, inputs=("text", "audio")),),
)


def account(**table: Any) -> OpenAICompatibleAccount:
    return OpenAICompatibleAccount(
        endpoint(),
        CARD,
        AccountTable(**table),
        ChatTable(roles={"developer": "system"}),
        ErrorTable(),
    )


def test_models_are_asked_for_and_listed():
    """In the supplier's order; what the card knows of one is kept."""
    assert (account().ask_models().method, account().ask_models().url) == ("GET", f"{BASE}/models")
    listed = {"data": [{"id": "new"}, {"id": "known"}, {"id": 7}, "odd"]}
    assert account().read_models(reply(listed)) == (ModelCard(name="new"), CARD.models[0])


def test_facts_of_a_model_are_read_where_the_supplier_tells_them():
    """They go before what the card says; null says nothing."""
    table = {
        "model_facts": {
            "context_tokens": ("context_length",),
            "thinks": ("can", "reason"),
            "retired": ("shutdown_date",),
        },
        "model_inputs": {"image": ("supports_image_in",)},
    }
    row = {"context_length": 9, "can": {"reason": True}, "supports_image_in": True}
    listed = {
        "data": [
            {"id": "new", **row, "shutdown_date": "2027-01-14"},
            {"id": "known", **row, "context_length": None, "shutdown_date": None},
            {"id": "odd", "context_length": "many", "supports_image_in": False},
        ]
    }
    assert account(**table).read_models(reply(listed)) == (
        ModelCard(
            name="new",
            context_tokens=9,
            thinks=True,
            inputs=("text", "image"),
            retired=date(2027, 1, 14),
        ),
        ModelCard(name="known", context_tokens=5, thinks=True, inputs=("text", "audio", "image")),
        ModelCard(name="odd"),
    )


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {}}])
def test_a_list_of_models_that_is_none_is_malformed(body):
    """Not an empty list."""
    with pytest.raises(MalformedResponse, match="no list of models"):
        account().read_models(reply(body))


BALANCE = {
    "balance_path": "user/balance",
    "balance_list": ("infos",),
    "balance_available": ("total",),
    "balance_usable": ("is_available",),
}


def test_a_balance_is_read_to_the_cent():
    """Text or number, one for each currency."""
    rows = [{"currency": "CNY", "total": "110.10"}, {"currency": "USD", "total": 49.58894}]
    assert account(**BALANCE).ask_balance().url == f"{BASE}/user/balance"
    assert account(**BALANCE).read_balance(reply({"is_available": True, "infos": rows})) == (
        Balance(available=Decimal("110.10"), currency="CNY", is_usable=True, raw=rows[0]),
        Balance(available=Decimal("49.58894"), currency="USD", is_usable=True, raw=rows[1]),
    )


@pytest.mark.parametrize(("amount", "usable"), [(1, True), (0, False), (-5, False)])
def test_a_balance_may_say_by_its_amount_whether_calls_are_served(amount, usable):
    """Where no flag does."""
    table = {"balance_path": "b", "balance_list": ("data",), "balance_usable_above": 0}
    (balance,) = account(**table).read_balance(reply({"data": {"available": amount}}))
    assert balance.is_usable is usable
    assert balance.currency is None


def test_a_balance_that_is_the_whole_body_is_read():
    """And whether it can be used is not known."""
    (balance,) = account(balance_path="b").read_balance(reply({"available": 1}))
    assert (balance.available, balance.is_usable) == (Decimal(1), None)


@pytest.mark.parametrize("amount", [None, "much", [], True, "NaN", "Infinity"])
def test_an_amount_that_is_none_is_malformed(amount):
    """Not zero."""
    with pytest.raises(MalformedResponse, match="amount"):
        account(balance_path="b").read_balance(reply({"available": amount}))


def test_tokens_are_counted_by_the_supplier():
    """Of the messages as they would be sent."""
    table = {"tokens_path": "tokens", "tokens_field": ("data", "total")}
    asked = account(**table).ask_token_count(request([{"role": "developer", "content": "hi"}]))
    assert asked.url == f"{BASE}/tokens"
    assert body_of(asked) == {"model": "m", "messages": [{"role": "system", "content": "hi"}]}
    assert account(**table).read_token_count(reply({"data": {"total": 80}})) == 80


@pytest.mark.parametrize("count", [None, "80", 1.5, True])
def test_a_count_that_is_no_number_is_malformed(count):
    """Not zero."""
    table = {"tokens_path": "tokens", "tokens_field": ("total",)}
    with pytest.raises(MalformedResponse, match="token count"):
        account(**table).read_token_count(reply({"total": count}))


def test_what_is_not_offered_says_so():
    """Before anything is sent."""
    for ask in (account().ask_balance, lambda: account().ask_token_count(request())):
        with pytest.raises(CapabilityNotOffered, match="'acme'"):
            ask()
    with pytest.raises(CapabilityNotOffered, match="models"):
        account(models_path=None).ask_models()


def test_an_error_is_an_error_here_too():
    """With status 200 or its own."""
    with pytest.raises(errors.AuthenticationError):
        account().read_models(reply({"error": {"message": "no", "code": "invalid_api_key"}}))
    assert isinstance(account().explain(HttpReply(403)), errors.PermissionDenied)
