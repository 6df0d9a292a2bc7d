"""Models, balance and token counts, as the table says where they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import structs

from purveyor.dialects.json_body import JSON_HEADERS, decode_object, encode_json
from purveyor.dialects.openai_compatible import errors as error_reading
from purveyor.dialects.openai_compatible.fields import at
from purveyor.dialects.openai_compatible.messages import write_messages
from purveyor.dialects.openai_compatible.tables import AccountTable, ChatTable, ErrorTable
from purveyor.errors import CapabilityNotOffered, MalformedResponse, SupplierError
from purveyor.types.account import Balance
from purveyor.types.chat import ChatRequest
from purveyor.types.supplier import Endpoint, ModelCard, SupplierCard
from purveyor.types.wire import HttpReply, HttpRequest


class OpenAICompatibleAccount:
    """Asks a supplier about itself and the account."""

    def __init__(
        self,
        endpoint: Endpoint,
        card: SupplierCard,
        table: AccountTable,
        chat: ChatTable,
        errors: ErrorTable,
    ) -> None:
        self._endpoint = endpoint
        self._card = card
        self._table = table
        self._chat = chat
        self._errors = errors

    def ask_models(self) -> HttpRequest:
        """Ask for the models the account may use."""
        return self._get(self._table.models_path, "a list of models")

    def read_models(self, reply: HttpReply) -> tuple[ModelCard, ...]:
        """Read the models; what the card knows of one is kept."""
        rows = self._object(reply).get("data")
        if not isinstance(rows, list):
            raise MalformedResponse("the reply has no list of models", status=reply.status)
        return tuple(
            self._read_model(row)
            for row in rows
            if isinstance(row, Mapping) and isinstance(row.get("id"), str)
        )

    def _read_model(self, row: Mapping[str, Any]) -> ModelCard:
        """Read one row: what it tells goes before what the card says."""
        known = self._card.model(row["id"]) or ModelCard(name=row["id"])
        told = {name: at(row, path) for name, path in self._table.model_facts.items()}
        facts = {name: value for name, value in told.items() if value is not None}
        flags = self._table.model_inputs.items()
        more = [name for name, path in flags if at(row, path) is True and name not in known.inputs]
        if more:
            facts["inputs"] = (*known.inputs, *more)
        try:
            return msgspec.convert(structs.asdict(known) | facts, ModelCard)
        except msgspec.ValidationError:  # the list is worth more than a fact of one of its rows
            return known

    def ask_balance(self) -> HttpRequest:
        """Ask for the money left."""
        return self._get(self._table.balance_path, "a balance")

    def read_balance(self, reply: HttpReply) -> tuple[Balance, ...]:
        """Read the balances, one per currency."""
        body = self._object(reply)
        found = at(body, self._table.balance_list)
        usable = at(body, self._table.balance_usable) if self._table.balance_usable else None
        rows = found if isinstance(found, list) else [found]
        return tuple(self._read_balance(row, usable) for row in rows)

    def _read_balance(self, row: Any, usable: Any) -> Balance:
        available = _amount(at(row, self._table.balance_available))
        currency = at(row, self._table.balance_currency)
        least = self._table.balance_usable_above
        if least is not None:
            usable = available > least
        return Balance(
            available=available,
            currency=currency if isinstance(currency, str) else None,
            is_usable=usable if isinstance(usable, bool) else None,
            raw=row,
        )

    def ask_token_count(self, request: ChatRequest) -> HttpRequest:
        """Ask how many input tokens a request has."""
        if self._table.tokens_path is None:
            raise self._not_offered("a token count")
        table = self._chat.of_model(request.model)
        messages = write_messages(request.messages, table)
        body = encode_json({"model": request.model, "messages": messages})
        return HttpRequest("POST", self._endpoint.url(self._table.tokens_path), JSON_HEADERS, body)

    def read_token_count(self, reply: HttpReply) -> int:
        """Read the number of input tokens."""
        count = at(self._object(reply), self._table.tokens_field)
        if count.__class__ is not int:
            raise MalformedResponse("the reply has no token count", status=reply.status)
        return int(count)

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above."""
        return error_reading.explain(reply, self._errors)

    def _get(self, path: str | None, what: str) -> HttpRequest:
        if path is None:
            raise self._not_offered(what)
        return HttpRequest("GET", self._endpoint.url(path), JSON_HEADERS)

    def _not_offered(self, what: str) -> CapabilityNotOffered:
        return CapabilityNotOffered(f"supplier {self._endpoint.supplier!r} does not offer {what}")

    def _object(self, reply: HttpReply) -> dict[str, Any]:
        body = decode_object(reply)
        facts = error_reading.error_in(body)
        if facts is not None:
            raise error_reading.error_from(facts, reply.status, reply.headers, body, self._errors)
        return body


def _amount(value: Any) -> Decimal:
    """Read money: sent as text or as a number, never through a float's rounding."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise MalformedResponse(f"expected an amount, got {value!r:.50}")
    return amount
