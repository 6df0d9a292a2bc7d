"""The dialect most suppliers speak, parameterised as data over the points in which they differ."""

from __future__ import annotations

from purveyor.dialects.openai_compatible.account import OpenAICompatibleAccount
from purveyor.dialects.openai_compatible.chat import OpenAICompatibleChat
from purveyor.dialects.openai_compatible.embedding import OpenAICompatibleEmbedding
from purveyor.dialects.openai_compatible.rerank import OpenAICompatibleRerank
from purveyor.dialects.openai_compatible.tables import (
    AccountTable,
    ChatTable,
    EmbeddingTable,
    ErrorTable,
    Family,
    RerankTable,
    ThinkingTable,
)

__all__ = [
    "AccountTable",
    "ChatTable",
    "EmbeddingTable",
    "ErrorTable",
    "Family",
    "OpenAICompatibleAccount",
    "OpenAICompatibleChat",
    "OpenAICompatibleEmbedding",
    "OpenAICompatibleRerank",
    "RerankTable",
    "ThinkingTable",
]
