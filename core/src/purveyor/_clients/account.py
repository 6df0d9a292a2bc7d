"""Questions about the account: models, balance, token counts."""

from __future__ import annotations

from purveyor._clients.calls import call
from purveyor._clients.connection import Connection
from purveyor.dialects.account import AccountDialect
from purveyor.types.account import Balance
from purveyor.types.chat import ChatRequest
from purveyor.types.supplier import ModelCard


class AccountClient:
    """Asks a supplier about itself and the account."""

    __slots__ = ("connection", "dialect")

    def __init__(self, connection: Connection, dialect: AccountDialect) -> None:
        self.connection = connection
        self.dialect = dialect

    def models(self) -> tuple[ModelCard, ...]:
        """List the models the account may use."""
        dialect = self.dialect
        return call(self.connection, dialect.ask_models(), dialect.read_models, dialect.explain)

    def balance(self) -> tuple[Balance, ...]:
        """Tell the money left, one balance per currency."""
        dialect = self.dialect
        return call(self.connection, dialect.ask_balance(), dialect.read_balance, dialect.explain)

    def count_tokens(self, request: ChatRequest) -> int:
        """Count the input tokens of a request, as the supplier counts them."""
        dialect = self.dialect
        asked = self.connection.encoded(dialect.ask_token_count, request)
        return call(self.connection, asked, dialect.read_token_count, dialect.explain)
