"""DOOR 1, for callers. Importing it imports no HTTP library and no plugin: names are found lazily.

import purveyor

llm = purveyor.AutoModel("orchid:cattleya-2")
llm("hi")
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own costs as much to import as all the rest of this file

__version__ = "0.1.0"

_HOMES = {
    "purveyor.modules.auto": ("AutoModel",),
    "purveyor.modules.chat": ("OnlineChatModule",),
    "purveyor.modules.embedding": ("OnlineEmbeddingModule",),
    "purveyor.modules.reply": ("Reply",),
    "purveyor._resilience": ("RetryPolicy",),
    "purveyor._registration": ("register", "unregister"),
    "purveyor.types.messages": (
        *("Audio", "File", "Image", "Message", "Opaque", "Reasoning", "Refusal", "Text"),
        *("ToolCall", "ToolResult", "assistant", "system", "tool_result", "user"),
    ),
    "purveyor.types.chat": (
        *("ChatRequest", "ChatResponse", "Finish", "FinishReason", "Finished"),
        *("LogprobsDelta", "ReasoningDelta", "RefusalDelta", "Sampling", "Started", "TextDelta"),
        *("Thinking", "ToolCallDelta", "UsageReported"),
    ),
    "purveyor.types.tools": ("Tool",),
    "purveyor.types.output": ("Output",),
    "purveyor.types.usage": ("Usage",),
    "purveyor.types.embedding": ("Embeddings",),
    "purveyor.types.rerank": ("RerankHit",),
    "purveyor.types.secret": ("Secret",),
    "purveyor.types.supplier": ("Capability", "ModelCard", "SupplierCard"),
    "purveyor.types.wire": ("SizeLimits", "Timeouts"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if TYPE_CHECKING:
    from purveyor import errors as errors
    from purveyor._registration import register as register
    from purveyor._registration import unregister as unregister
    from purveyor._resilience import RetryPolicy as RetryPolicy
    from purveyor.modules.auto import AutoModel as AutoModel
    from purveyor.modules.chat import OnlineChatModule as OnlineChatModule
    from purveyor.modules.embedding import OnlineEmbeddingModule as OnlineEmbeddingModule
    from purveyor.modules.reply import Reply as Reply
    from purveyor.types.chat import ChatRequest as ChatRequest
    from purveyor.types.chat import ChatResponse as ChatResponse
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
    from purveyor.types.embedding import Embeddings as Embeddings
    from purveyor.types.messages import Audio as Audio
    from purveyor.types.messages import File as File
    from purveyor.types.messages import Image as Image
    from purveyor.types.messages import Message as Message
    from purveyor.types.messages import Opaque as Opaque
    from purveyor.types.messages import Reasoning as Reasoning
    from purveyor.types.messages import Refusal as Refusal
    from purveyor.types.messages import Text as Text
    from purveyor.types.messages import ToolCall as ToolCall
    from purveyor.types.messages import ToolResult as ToolResult
    from purveyor.types.messages import assistant as assistant
    from purveyor.types.messages import system as system
    from purveyor.types.messages import tool_result as tool_result
    from purveyor.types.messages import user as user
    from purveyor.types.output import Output as Output
    from purveyor.types.rerank import RerankHit as RerankHit
    from purveyor.types.secret import Secret as Secret
    from purveyor.types.supplier import Capability as Capability
    from purveyor.types.supplier import ModelCard as ModelCard
    from purveyor.types.supplier import SupplierCard as SupplierCard
    from purveyor.types.tools import Tool as Tool
    from purveyor.types.usage import Usage as Usage
    from purveyor.types.wire import SizeLimits as SizeLimits
    from purveyor.types.wire import Timeouts as Timeouts

__all__ = ["__version__", "errors", *sorted(_HOME_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> object:
    """Find a public name where it lives, at its first use (PEP 562)."""
    from importlib import import_module

    if name == "errors":
        return import_module("purveyor.errors")
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'purveyor' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
