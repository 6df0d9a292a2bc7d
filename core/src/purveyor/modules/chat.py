"""Chat with an online supplier, or with any address that speaks its dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, Unpack

from purveyor._clients.chat import ChatClient
from purveyor.errors import PurveyorError
from purveyor.modules.online import Line
from purveyor.modules.options import (
    CallOptions,
    ChatOptions,
    OnlineChatOptions,
    demand_known,
    from_settings,
    make_request,
)
from purveyor.modules.reply import Reply
from purveyor.prompts.messages import ChatInput
from purveyor.types.chat import ChatRequest
from purveyor.types.supplier import Capability, ModelCard

if TYPE_CHECKING:
    from purveyor._clients.streams import AsyncChatStream, ChatStream
    from purveyor.types.account import Balance


class OnlineChatModule:
    """A chat model at a supplier, called like a function.

        llm = OnlineChatModule("orchid:cattleya-2")
        llm("hi")

    Args:
        model: `model`, `supplier:model`, a supplier's name or an alias; None takes the configured
            default, else the first supplier with a key.
        source: the supplier's name.
        options: `instruction`; whom to call and how patiently (`ConnectionOptions`); what every
            call is asked for unless it says otherwise (`ChatOptions`).
    Raises:
        ConfigError: a key or a name is missing, or an option is unknown.
        SupplierNotFound: the supplier is not installed.
        CapabilityNotOffered: the supplier has no chat.
    """

    def __init__(
        self,
        model: str | None = None,
        source: str | None = None,
        **options: Unpack[OnlineChatOptions],
    ) -> None:
        demand_known(options, OnlineChatOptions, "OnlineChatModule")
        self._line = Line(Capability.CHAT, model, source, options)
        self._client = ChatClient(
            self._line.connection, self._line.plugin.chat(self._line.connection.endpoint)
        )
        self.model = self._line.choice.model
        self.instruction = options.get("instruction")
        self._defaults = self._settings() | _chat_options(options)

    def _settings(self) -> dict[str, Any]:
        return from_settings(self._line.settings())

    @property
    def supplier(self) -> str:
        """Name of the supplier."""
        return self._line.connection.supplier

    def __repr__(self) -> str:
        return f"OnlineChatModule({self.supplier}:{self.model})"

    def request(self, content: ChatInput, **options: Unpack[CallOptions]) -> ChatRequest:
        """Make the request of a call, without sending it."""
        if not options:
            return make_request(self.model, content, self._defaults, self.instruction)
        demand_known(options, CallOptions, "a chat call")
        return make_request(self.model, content, self._defaults | options, self.instruction)

    def __call__(self, content: ChatInput, **options: Unpack[CallOptions]) -> Reply:
        """Ask, and wait for the whole answer.

        Args:
            content: text, parts, messages, or messages as JSON.
            options: see `CallOptions`; what is said here goes before what the module was made with.
        Raises:
            SupplierError: the call failed; its class says how, `retryable` whether it may pass.
            UnsupportedParameter: the model cannot do what is asked; nothing was sent.
        """
        request = self.request(content, **options)
        response = self._client.call(request, options.get("timeouts"))
        return Reply(response, request.output)

    async def acall(self, content: ChatInput, **options: Unpack[CallOptions]) -> Reply:
        """Ask, and await the whole answer."""
        request = self.request(content, **options)
        response = await self._client.acall(request, options.get("timeouts"))
        return Reply(response, request.output)

    def stream(self, content: ChatInput, **options: Unpack[CallOptions]) -> ChatStream:
        """Ask, and read the answer as it comes: `with llm.stream("hi") as events: ...`."""
        request = self.request(content, **options)
        return self._client.stream(request, options.get("timeouts"))

    def astream(self, content: ChatInput, **options: Unpack[CallOptions]) -> AsyncChatStream:
        """Ask, and read the answer as it comes: `async with llm.astream("hi") as events: ...`."""
        request = self.request(content, **options)
        return self._client.astream(request, options.get("timeouts"))

    def batch(
        self,
        contents: Sequence[ChatInput],
        *,
        concurrency: int = 8,
        **options: Unpack[CallOptions],
    ) -> list[Reply | PurveyorError]:
        """Ask many things, at most `concurrency` at once; a bar shows progress on a terminal.

        Returns:
            One reply per content, in their order; where a call failed, its error.
        """
        from purveyor._clients.batch import run_batch

        demand_known(options, CallOptions, "a chat call")

        def ask(content: ChatInput) -> Reply:
            return self(content, **options)

        return run_batch(ask, contents, concurrency, repr(self))

    def share(self, *, instruction: str | None = None, **options: Unpack[ChatOptions]) -> Self:
        """Make another module on the same connection, with other settings; neither shows in the other."""
        demand_known(options, ChatOptions, "share")
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin._defaults = self._defaults | options
        if instruction is not None:
            twin.instruction = instruction
        return twin

    def explain(self) -> str:
        """Tell how the supplier, the address and the key were found."""
        return self._line.explain()

    def models(self) -> tuple[ModelCard, ...]:
        """Ask the supplier which models the account may use."""
        return self._line.account().models()

    def balance(self) -> tuple[Balance, ...]:
        """Ask the supplier for the money left, one balance per currency."""
        return self._line.account().balance()

    def count_tokens(self, content: ChatInput, **options: Unpack[CallOptions]) -> int:
        """Ask the supplier how many input tokens a call would have."""
        return self._line.account().count_tokens(self.request(content, **options))


def _chat_options(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in options if name in ChatOptions.__annotations__}
