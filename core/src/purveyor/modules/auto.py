"""One door to every model: the name says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from purveyor._clients.runtime import runtime
from purveyor.errors import ConfigError
from purveyor.modules.chat import OnlineChatModule
from purveyor.modules.embedding import OnlineEmbeddingModule
from purveyor.modules.naming import Choice, choose
from purveyor.types.supplier import Capability

if TYPE_CHECKING:
    from purveyor.modules.embedding import OnlineEmbeddingOptions
    from purveyor.modules.options import OnlineChatOptions

_CAPABILITIES = {
    "chat": Capability.CHAT,
    "embed": Capability.EMBEDDING,
    "rerank": Capability.RERANK,
}


class AutoModel:
    """Make the module that a name calls for; what is made is never an `AutoModel`.

        AutoModel("orchid")                  # the supplier's default model
        AutoModel("orchid:cattleya-2")       # one of its models
        AutoModel("fast")                    # an alias of purveyor.toml
        AutoModel("local:m", base_url="http://127.0.0.1:8000/v1", auth="none")

    Args:
        model: `model`, `supplier:model`, a supplier's name or an alias; None takes the default.
        source: the supplier's name.
        framework: a local framework's name.
        type: `chat`, `embed` or `rerank`.
        options: those of `OnlineChatModule` or `OnlineEmbeddingModule`.
    """

    # The documented factory: see STYLE, "Say it in the signature".
    @overload
    def __new__(  # type: ignore[misc]
        cls,
        model: str | None = None,
        source: str | None = None,
        framework: str | None = None,
        *,
        type: Literal["chat"] = "chat",
        **options: Unpack[OnlineChatOptions],
    ) -> OnlineChatModule: ...
    @overload
    def __new__(  # type: ignore[misc]
        cls,
        model: str | None = None,
        source: str | None = None,
        framework: str | None = None,
        *,
        type: Literal["embed", "rerank"],
        **options: Unpack[OnlineEmbeddingOptions],
    ) -> OnlineEmbeddingModule: ...
    def __new__(  # type: ignore[misc]
        cls,
        model: str | None = None,
        source: str | None = None,
        framework: str | None = None,
        *,
        type: Literal["chat", "embed", "rerank"] = "chat",
        **options: Any,
    ) -> OnlineChatModule | OnlineEmbeddingModule:
        if framework is not None:
            if source is not None:
                raise ConfigError("a model has a source or a framework, not both")
            runtime().manager.framework(framework)
            raise ConfigError(
                f"framework {framework!r} is installed, but this release cannot start engines yet;"
                " start it yourself and pass base_url=..., auth='none'"
            )
        if type == "chat":
            return OnlineChatModule(model, source, **options)
        if type not in _CAPABILITIES:
            raise ConfigError(f"type is {type!r}; expected chat, embed or rerank")
        return OnlineEmbeddingModule(model, source, type=type, **options)

    @classmethod
    def explain(
        cls,
        model: str | None = None,
        source: str | None = None,
        *,
        type: Literal["chat", "embed", "rerank"] = "chat",
        base_url: str | None = None,
    ) -> Choice:
        """Tell what a name stands for, which candidates there were, and why each was rejected."""
        return choose(runtime(), _CAPABILITIES[type], model, source, base_url)
