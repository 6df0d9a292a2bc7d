"""What an account dialect is: the supplier's models, the balance, a token count."""

from __future__ import annotations

from typing import Protocol

from purveyor.errors import SupplierError
from purveyor.types.account import Balance
from purveyor.types.chat import ChatRequest
from purveyor.types.supplier import ModelCard
from purveyor.types.wire import HttpReply, HttpRequest


class AccountDialect(Protocol):
    """How one supplier answers questions about itself and the account.

    What it does not offer raises `CapabilityNotOffered` when asked.
    """

    def ask_models(self) -> HttpRequest:
        """Ask for the models the account may use."""
        ...

    def read_models(self, reply: HttpReply) -> tuple[ModelCard, ...]:
        """Read the models, in the supplier's order."""
        ...

    def ask_balance(self) -> HttpRequest:
        """Ask for the money left."""
        ...

    def read_balance(self, reply: HttpReply) -> tuple[Balance, ...]:
        """Read the balances, one per currency."""
        ...

    def ask_token_count(self, request: ChatRequest) -> HttpRequest:
        """Ask how many input tokens a request has."""
        ...

    def read_token_count(self, reply: HttpReply) -> int:
        """Read the number of input tokens."""
        ...

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above as an error."""
        ...
