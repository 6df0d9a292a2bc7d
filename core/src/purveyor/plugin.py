"""DOOR 2, for plugin authors: everything a plugin needs, and nothing that does I/O.

A supplier that speaks the OpenAI-compatible dialect is a card:

    from purveyor.plugin import Capability, OpenAICompatible, SupplierCard

    supplier = OpenAICompatible(SupplierCard(
        name="kimi", title="Moonshot AI Kimi", docs="https://platform.moonshot.cn/docs",
        base_url="https://api.moonshot.cn/v1", key_env=("MOONSHOT_API_KEY",),
        default_models={Capability.CHAT: "kimi-k2.6"},
    ))

and an entry point in the group `purveyor.suppliers`. A wire of its own subclasses `Supplier` and
implements the hooks of `purveyor.hookspecs` that it offers.
"""

from __future__ import annotations

from purveyor._transport.base import Transports
from purveyor._transport.memory import AsyncMemoryTransport, MemoryStream, MemoryTransport
from purveyor.dialects.account import AccountDialect
from purveyor.dialects.chat import ChatDialect, ChatStreamDecoder
from purveyor.dialects.deploy import DeployDialect
from purveyor.dialects.embedding import EmbeddingDialect
from purveyor.dialects.finetune import FinetuneDialect
from purveyor.dialects.json_body import decode_json, decode_object, encode_json
from purveyor.dialects.json_lines import JsonLinesReader
from purveyor.dialects.line_decoder import JsonLinesDecoder
from purveyor.dialects.openai_compatible import (
    AccountTable,
    ChatTable,
    EmbeddingTable,
    ErrorTable,
    Family,
    OpenAICompatibleAccount,
    OpenAICompatibleChat,
    OpenAICompatibleEmbedding,
    OpenAICompatibleRerank,
    RerankTable,
    ThinkingTable,
)
from purveyor.dialects.openai_compatible.errors import explain
from purveyor.dialects.rerank import RerankDialect
from purveyor.dialects.rerank_common import checked_hits
from purveyor.dialects.sse import SseReader
from purveyor.errors import (
    AuthenticationError,
    BadRequest,
    ContentFiltered,
    ContextLengthExceeded,
    InsufficientBalance,
    MalformedResponse,
    NotFound,
    Overloaded,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StreamInterrupted,
    SupplierError,
    UnsupportedParameter,
)
from purveyor.hookspecs import API_VERSION, hookimpl
from purveyor.types.calls import Call, Observer, Outcome
from purveyor.types.account import Balance
from purveyor.types.calls import Call, Observer, Outcome
from purveyor.types.chat import (
    ChatRequest,
    ChatResponse,
    Choice,
    Event,
    Finish,
    Finished,
    FinishReason,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Sampling,
    Started,
    TextDelta,
    Thinking,
    ToolCallDelta,
    UsageReported,
)
from purveyor.types.deploy import Deployment, DeploymentStatus, DeployRequest, LaunchPlan
from purveyor.types.embedding import EmbeddingRequest, Embeddings
from purveyor.types.finetune import FinetuneRequest, Job, JobStatus, Progress, ReadFile, Sleep, TrainPlan
from purveyor.types.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from purveyor.types.output import Output
from purveyor.types.rerank import RerankHit, RerankRequest, RerankResponse
from purveyor.types.secret import Secret
from purveyor.types.supplier import (
    Capability,
    Endpoint,
    FrameworkCard,
    FrameworkOption,
    ModelCard,
    SupplierCard,
)
from purveyor.types.tools import Tool
from purveyor.types.usage import Usage
from purveyor.types.wire import HttpReply, HttpRequest


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
    def purveyor_authorize(self, request: HttpRequest, secret: Secret | None) -> HttpRequest:
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
        return self._chat and OpenAICompatibleChat(endpoint, self._chat, self._errors)

    @hookimpl
    def purveyor_embedding(self, endpoint: Endpoint) -> EmbeddingDialect | None:
        """Return the embedding dialect, with this supplier's table."""
        return self._embedding and OpenAICompatibleEmbedding(
            endpoint, self._embedding, self._errors
        )

    @hookimpl
    def purveyor_rerank(self, endpoint: Endpoint) -> RerankDialect | None:
        """Return the rerank dialect, with this supplier's table."""
        return self._rerank and OpenAICompatibleRerank(endpoint, self._rerank, self._errors)

    @hookimpl
    def purveyor_account(self, endpoint: Endpoint) -> AccountDialect:
        """Return how the supplier tells of itself and the account."""
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


__all__ = [
    "API_VERSION",
    "AccountDialect",
    "AccountTable",
    "AsyncMemoryTransport",
    "Audio",
    "AuthenticationError",
    "BadRequest",
    "Balance",
    "Call",
    "Capability",
    "ChatDialect",
    "ChatRequest",
    "ChatResponse",
    "ChatStreamDecoder",
    "ChatTable",
    "Choice",
    "ContentFiltered",
    "ContextLengthExceeded",
    "DeployDialect",
    "DeployRequest",
    "Deployment",
    "DeploymentStatus",
    "EmbeddingDialect",
    "EmbeddingRequest",
    "EmbeddingTable",
    "Embeddings",
    "Endpoint",
    "ErrorTable",
    "Event",
    "Family",
    "File",
    "FinetuneDialect",
    "FinetuneRequest",
    "Finish",
    "FinishReason",
    "Finished",
    "Framework",
    "FrameworkCard",
    "FrameworkOption",
    "HttpReply",
    "HttpRequest",
    "Image",
    "InsufficientBalance",
    "Job",
    "JobStatus",
    "JsonLinesDecoder",
    "JsonLinesReader",
    "LaunchPlan",
    "LogprobsDelta",
    "MalformedResponse",
    "MemoryStream",
    "MemoryTransport",
    "Message",
    "ModelCard",
    "NotFound",
    "Observer",
    "Opaque",
    "OpenAICompatible",
    "OpenAICompatibleAccount",
    "OpenAICompatibleChat",
    "OpenAICompatibleEmbedding",
    "OpenAICompatibleRerank",
    "Outcome",
    "Output",
    "Overloaded",
    "Part",
    "PermissionDenied",
    "Progress",
    "QuotaExhausted",
    "RateLimited",
    "ReadFile",
    "Reasoning",
    "ReasoningDelta",
    "Refusal",
    "RefusalDelta",
    "RerankDialect",
    "RerankHit",
    "RerankRequest",
    "RerankResponse",
    "RerankTable",
    "Sampling",
    "Secret",
    "ServerError",
    "Sleep",
    "SseReader",
    "Started",
    "StreamInterrupted",
    "Supplier",
    "SupplierCard",
    "SupplierError",
    "Text",
    "TextDelta",
    "Thinking",
    "ThinkingTable",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolResult",
    "TrainPlan",
    "Transports",
    "UnsupportedParameter",
    "Usage",
    "UsageReported",
    "checked_hits",
    "decode_json",
    "decode_object",
    "encode_json",
    "explain",
    "hookimpl",
]
