"""What plugin authors subclass: a supplier with a card, one that is all data, a framework.

Dialects are imported when they are asked for: a chat plugin loads nothing of embedding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from purveyor.dialects.openai_compatible.tables import (
    AccountTable,
    ChatTable,
    EmbeddingTable,
    ErrorTable,
    RerankTable,
)
from purveyor.hookspecs import hookimpl
from purveyor.types.supplier import Capability, Endpoint, FrameworkCard, SupplierCard

if TYPE_CHECKING:
    from purveyor.dialects.account import AccountDialect
    from purveyor.dialects.chat import ChatDialect
    from purveyor.dialects.embedding import EmbeddingDialect
    from purveyor.dialects.rerank import RerankDialect
    from purveyor.types.secret import Secret
    from purveyor.types.wire import HttpRequest


class Supplier:
    """A supplier with a card. Subclass it, and add the hooks it offers.

    Args:
        card: the supplier as data.
    """

    def __init__(self, card: SupplierCard) -> None:
        self.card = card

    @hookimpl
    def purveyor_supplier(self) -> SupplierCard:
        """Return the card."""
        return self.card

    @hookimpl
    def purveyor_authorize(
        self, request: HttpRequest, secret: Secret | None, now: float
    ) -> HttpRequest:
        """Send the key as a bearer token, where there is one."""
        if secret is None:
            return request
        return request.with_header("Authorization", secret.prefixed("Bearer "))


class OpenAICompatible(Supplier):
    """A supplier that speaks the OpenAI-compatible dialect, declared as data.

    Args:
        card: the supplier as data; what stands in its `default_models` is what it offers.
        chat: how its chat differs from the reference dialect.
        embedding: how its embedding differs.
        rerank: how its rerank differs.
        account: where it tells of models, balance and token counts.
        errors: what its errors mean.
    """

    def __init__(
        self,
        card: SupplierCard,
        *,
        chat: ChatTable | None = None,
        embedding: EmbeddingTable | None = None,
        rerank: RerankTable | None = None,
        account: AccountTable | None = None,
        errors: ErrorTable | None = None,
    ) -> None:
        super().__init__(card)
        offered = card.default_models
        self._chat = chat or (ChatTable() if Capability.CHAT in offered else None)
        self._embedding = embedding or (
            EmbeddingTable() if Capability.EMBEDDING in offered else None
        )
        self._rerank = rerank or (RerankTable() if Capability.RERANK in offered else None)
        self._account = account or AccountTable()
        self._errors = errors or ErrorTable()

    @hookimpl
    def purveyor_chat(self, endpoint: Endpoint) -> ChatDialect | None:
        """Return the chat dialect, with this supplier's table."""
        if self._chat is None:
            return None
        from purveyor.dialects.openai_compatible.chat import OpenAICompatibleChat

        return OpenAICompatibleChat(endpoint, self._chat, self._errors)

    @hookimpl
    def purveyor_embedding(self, endpoint: Endpoint) -> EmbeddingDialect | None:
        """Return the embedding dialect, with this supplier's table."""
        if self._embedding is None:
            return None
        from purveyor.dialects.openai_compatible.embedding import OpenAICompatibleEmbedding

        return OpenAICompatibleEmbedding(endpoint, self._embedding, self._errors)

    @hookimpl
    def purveyor_rerank(self, endpoint: Endpoint) -> RerankDialect | None:
        """Return the rerank dialect, with this supplier's table."""
        if self._rerank is None:
            return None
        from purveyor.dialects.openai_compatible.rerank import OpenAICompatibleRerank

        return OpenAICompatibleRerank(endpoint, self._rerank, self._errors)

    @hookimpl
    def purveyor_account(self, endpoint: Endpoint) -> AccountDialect:
        """Return how the supplier tells of itself and the account."""
        from purveyor.dialects.openai_compatible.account import OpenAICompatibleAccount

        return OpenAICompatibleAccount(
            endpoint, self.card, self._account, self._chat or ChatTable(), self._errors
        )


class Framework:
    """A local framework with a card. Subclass it, and add `purveyor_deploy` or `purveyor_finetune`.

    Args:
        card: the framework as data.
    """

    def __init__(self, card: FrameworkCard) -> None:
        self.card = card

    @hookimpl
    def purveyor_framework(self) -> FrameworkCard:
        """Return the card."""
        return self.card
