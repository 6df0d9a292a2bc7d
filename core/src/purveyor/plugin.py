"""DOOR 2, for plugin authors: everything a plugin needs, and nothing that does I/O.

A supplier that speaks the OpenAI-compatible dialect is a card:

    from purveyor.plugin import Capability, OpenAICompatible, SupplierCard

    supplier = OpenAICompatible(SupplierCard(
        name="orchid", title="Orchid", docs="https://docs.orchid.example",
        base_url="https://api.orchid.example/v1", key_env=("ORCHID_API_KEY",),
        default_models={Capability.CHAT: "cattleya-2"},
    ))

and an entry point in the group `purveyor.suppliers`. A wire of its own subclasses `Supplier` and
implements the hooks of `purveyor.hookspecs` that it offers.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `purveyor`: typing's own is not free

_HOMES = {
    "purveyor._bases": ("Framework", "OpenAICompatible", "Supplier"),
    "purveyor._transport.base": ("Transports",),
    "purveyor._transport.memory": ("AsyncMemoryTransport", "MemoryStream", "MemoryTransport"),
    "purveyor.dialects.account": ("AccountDialect",),
    "purveyor.dialects.chat": ("ChatDialect", "ChatStreamDecoder"),
    "purveyor.dialects.deploy": ("DeployDialect",),
    "purveyor.dialects.embedding": ("EmbeddingDialect",),
    "purveyor.dialects.finetune": ("FinetuneDialect",),
    "purveyor.dialects.json_body": ("decode_json", "decode_object", "encode_json"),
    "purveyor.dialects.json_lines": ("JsonLinesReader",),
    "purveyor.dialects.line_decoder": ("JsonLinesDecoder",),
    "purveyor.dialects.openai_compatible.account": ("OpenAICompatibleAccount",),
    "purveyor.dialects.openai_compatible.chat": ("OpenAICompatibleChat",),
    "purveyor.dialects.openai_compatible.embedding": ("OpenAICompatibleEmbedding",),
    "purveyor.dialects.openai_compatible.errors": ("explain",),
    "purveyor.dialects.openai_compatible.rerank": ("OpenAICompatibleRerank",),
    "purveyor.dialects.openai_compatible.tables": (
        *("AccountTable", "ChatTable", "EmbeddingTable", "ErrorTable", "Family", "RerankTable"),
        *("ThinkingTable",),
    ),
    "purveyor.dialects.rerank": ("RerankDialect",),
    "purveyor.dialects.rerank_common": ("checked_hits",),
    "purveyor.dialects.sse": ("SseReader",),
    "purveyor.errors": (
        *("AuthenticationError", "BadRequest", "ContentFiltered", "ContextLengthExceeded"),
        *("InsufficientBalance", "MalformedResponse", "NotFound", "Overloaded"),
        *("PermissionDenied", "QuotaExhausted", "RateLimited", "ServerError"),
        *("StreamInterrupted", "SupplierError", "Timeout", "UnsupportedParameter"),
    ),
    "purveyor.hookspecs": ("API_VERSION", "hookimpl"),
    "purveyor.types.account": ("Balance",),
    "purveyor.types.calls": ("Call", "Observer", "Outcome"),
    "purveyor.types.chat": (
        *("ChatRequest", "ChatResponse", "Choice", "Event", "Finish", "FinishReason", "Finished"),
        *("LogprobsDelta", "ReasoningDelta", "RefusalDelta", "Sampling", "Started", "TextDelta"),
        *("Thinking", "ToolCallDelta", "UsageReported"),
    ),
    "purveyor.types.deploy": ("DeployRequest", "Deployment", "DeploymentStatus", "LaunchPlan"),
    "purveyor.types.embedding": ("EmbeddingRequest", "Embeddings"),
    "purveyor.types.finetune": (
        *("FinetuneRequest", "Job", "JobStatus", "Progress", "ReadFile", "Sleep", "TrainPlan"),
    ),
    "purveyor.types.messages": (
        *("Audio", "File", "Image", "Message", "Opaque", "Part", "Reasoning", "Refusal", "Text"),
        *("ToolCall", "ToolResult"),
    ),
    "purveyor.types.output": ("Output",),
    "purveyor.types.rerank": ("RerankHit", "RerankRequest", "RerankResponse"),
    "purveyor.types.secret": ("Secret",),
    "purveyor.types.supplier": (
        *("Capability", "Endpoint", "FrameworkCard", "FrameworkOption", "ModelCard"),
        *("SupplierCard",),
    ),
    "purveyor.types.tools": ("Tool",),
    "purveyor.types.usage": ("Usage",),
    "purveyor.types.wire": ("HttpReply", "HttpRequest"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if TYPE_CHECKING:
    from purveyor._bases import Framework as Framework
    from purveyor._bases import OpenAICompatible as OpenAICompatible
    from purveyor._bases import Supplier as Supplier
    from purveyor._transport.base import Transports as Transports
    from purveyor._transport.memory import AsyncMemoryTransport as AsyncMemoryTransport
    from purveyor._transport.memory import MemoryStream as MemoryStream
    from purveyor._transport.memory import MemoryTransport as MemoryTransport
    from purveyor.dialects.account import AccountDialect as AccountDialect
    from purveyor.dialects.chat import ChatDialect as ChatDialect
    from purveyor.dialects.chat import ChatStreamDecoder as ChatStreamDecoder
    from purveyor.dialects.deploy import DeployDialect as DeployDialect
    from purveyor.dialects.embedding import EmbeddingDialect as EmbeddingDialect
    from purveyor.dialects.finetune import FinetuneDialect as FinetuneDialect
    from purveyor.dialects.json_body import decode_json as decode_json
    from purveyor.dialects.json_body import decode_object as decode_object
    from purveyor.dialects.json_body import encode_json as encode_json
    from purveyor.dialects.json_lines import JsonLinesReader as JsonLinesReader
    from purveyor.dialects.line_decoder import JsonLinesDecoder as JsonLinesDecoder
    from purveyor.dialects.openai_compatible.account import (
        OpenAICompatibleAccount as OpenAICompatibleAccount,
    )
    from purveyor.dialects.openai_compatible.chat import (
        OpenAICompatibleChat as OpenAICompatibleChat,
    )
    from purveyor.dialects.openai_compatible.embedding import (
        OpenAICompatibleEmbedding as OpenAICompatibleEmbedding,
    )
    from purveyor.dialects.openai_compatible.errors import explain as explain
    from purveyor.dialects.openai_compatible.rerank import (
        OpenAICompatibleRerank as OpenAICompatibleRerank,
    )
    from purveyor.dialects.openai_compatible.tables import AccountTable as AccountTable
    from purveyor.dialects.openai_compatible.tables import ChatTable as ChatTable
    from purveyor.dialects.openai_compatible.tables import EmbeddingTable as EmbeddingTable
    from purveyor.dialects.openai_compatible.tables import ErrorTable as ErrorTable
    from purveyor.dialects.openai_compatible.tables import Family as Family
    from purveyor.dialects.openai_compatible.tables import RerankTable as RerankTable
    from purveyor.dialects.openai_compatible.tables import ThinkingTable as ThinkingTable
    from purveyor.dialects.rerank import RerankDialect as RerankDialect
    from purveyor.dialects.rerank_common import checked_hits as checked_hits
    from purveyor.dialects.sse import SseReader as SseReader
    from purveyor.errors import AuthenticationError as AuthenticationError
    from purveyor.errors import BadRequest as BadRequest
    from purveyor.errors import ContentFiltered as ContentFiltered
    from purveyor.errors import ContextLengthExceeded as ContextLengthExceeded
    from purveyor.errors import InsufficientBalance as InsufficientBalance
    from purveyor.errors import MalformedResponse as MalformedResponse
    from purveyor.errors import NotFound as NotFound
    from purveyor.errors import Overloaded as Overloaded
    from purveyor.errors import PermissionDenied as PermissionDenied
    from purveyor.errors import QuotaExhausted as QuotaExhausted
    from purveyor.errors import RateLimited as RateLimited
    from purveyor.errors import ServerError as ServerError
    from purveyor.errors import StreamInterrupted as StreamInterrupted
    from purveyor.errors import SupplierError as SupplierError
    from purveyor.errors import Timeout as Timeout
    from purveyor.errors import UnsupportedParameter as UnsupportedParameter
    from purveyor.hookspecs import API_VERSION as API_VERSION
    from purveyor.hookspecs import hookimpl as hookimpl
    from purveyor.types.account import Balance as Balance
    from purveyor.types.calls import Call as Call
    from purveyor.types.calls import Observer as Observer
    from purveyor.types.calls import Outcome as Outcome
    from purveyor.types.chat import ChatRequest as ChatRequest
    from purveyor.types.chat import ChatResponse as ChatResponse
    from purveyor.types.chat import Choice as Choice
    from purveyor.types.chat import Event as Event
    from purveyor.types.chat import Finish as Finish
    from purveyor.types.chat import Finished as Finished
    from purveyor.types.chat import FinishReason as FinishReason
    from purveyor.types.chat import LogprobsDelta as LogprobsDelta
    from purveyor.types.chat import ReasoningDelta as ReasoningDelta
    from purveyor.types.chat import RefusalDelta as RefusalDelta
    from purveyor.types.chat import Sampling as Sampling
    from purveyor.types.chat import Started as Started
    from purveyor.types.chat import TextDelta as TextDelta
    from purveyor.types.chat import Thinking as Thinking
    from purveyor.types.chat import ToolCallDelta as ToolCallDelta
    from purveyor.types.chat import UsageReported as UsageReported
    from purveyor.types.deploy import Deployment as Deployment
    from purveyor.types.deploy import DeploymentStatus as DeploymentStatus
    from purveyor.types.deploy import DeployRequest as DeployRequest
    from purveyor.types.deploy import LaunchPlan as LaunchPlan
    from purveyor.types.embedding import EmbeddingRequest as EmbeddingRequest
    from purveyor.types.embedding import Embeddings as Embeddings
    from purveyor.types.finetune import FinetuneRequest as FinetuneRequest
    from purveyor.types.finetune import Job as Job
    from purveyor.types.finetune import JobStatus as JobStatus
    from purveyor.types.finetune import Progress as Progress
    from purveyor.types.finetune import ReadFile as ReadFile
    from purveyor.types.finetune import Sleep as Sleep
    from purveyor.types.finetune import TrainPlan as TrainPlan
    from purveyor.types.messages import Audio as Audio
    from purveyor.types.messages import File as File
    from purveyor.types.messages import Image as Image
    from purveyor.types.messages import Message as Message
    from purveyor.types.messages import Opaque as Opaque
    from purveyor.types.messages import Part as Part
    from purveyor.types.messages import Reasoning as Reasoning
    from purveyor.types.messages import Refusal as Refusal
    from purveyor.types.messages import Text as Text
    from purveyor.types.messages import ToolCall as ToolCall
    from purveyor.types.messages import ToolResult as ToolResult
    from purveyor.types.output import Output as Output
    from purveyor.types.rerank import RerankHit as RerankHit
    from purveyor.types.rerank import RerankRequest as RerankRequest
    from purveyor.types.rerank import RerankResponse as RerankResponse
    from purveyor.types.secret import Secret as Secret
    from purveyor.types.supplier import Capability as Capability
    from purveyor.types.supplier import Endpoint as Endpoint
    from purveyor.types.supplier import FrameworkCard as FrameworkCard
    from purveyor.types.supplier import FrameworkOption as FrameworkOption
    from purveyor.types.supplier import ModelCard as ModelCard
    from purveyor.types.supplier import SupplierCard as SupplierCard
    from purveyor.types.tools import Tool as Tool
    from purveyor.types.usage import Usage as Usage
    from purveyor.types.wire import HttpReply as HttpReply
    from purveyor.types.wire import HttpRequest as HttpRequest

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
    "Timeout",
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


def __getattr__(name: str) -> object:
    """Find a name where it lives, at its first use: a chat plugin loads nothing of embedding."""
    from importlib import import_module

    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'purveyor.plugin' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
