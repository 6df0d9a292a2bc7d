"""Models, balance and token counts, as the table says where they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from purveyor.dialects.json_body import JSON_HEADERS, decode_object, encode_json
from purveyor.dialects.openai_compatible import errors as error_reading
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
        names = [row.get("id") for row in rows if isinstance(row, Mapping)]
        return tuple(
            self._card.model(name) or ModelCard(name=name)
            for name in names
            if isinstance(name, str)
        )

    def ask_balance(self) -> HttpRequest:
        """Ask for the money left."""
        return self._get(self._table.balance_path, "a balance")

    def read_balance(self, reply: HttpReply) -> tuple[Balance, ...]:
        """Read the balances, one per currency."""
        body = self._object(reply)
        found = _at(body, self._table.balance_list) if self._table.balance_list else body
        usable = _at(body, self._table.balance_usable) if self._table.balance_usable else None
        return tuple(
            Balance(
                available=_amount(_at(row, self._table.balance_available)),
                currency=_at(row, self._table.balance_currency),
                is_usable=usable if isinstance(usable, bool) else None,
                raw=row,
            )
            for row in (found if isinstance(found, list) else [found])
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
        count = _at(self._object(reply), self._table.tokens_field)
        if not isinstance(count, int):
            raise MalformedResponse("the reply has no token count", status=reply.status)
        return count

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


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _amount(value: Any) -> Decimal:
    """Read money: sent as text or as a number, never through a float's rounding."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise MalformedResponse(f"expected an amount, got {value!r:.50}") from error
