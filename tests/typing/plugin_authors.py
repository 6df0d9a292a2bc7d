"""What a plugin's author writes, and what a type checker makes of it. Checked, never run."""

from __future__ import annotations

from collections.abc import Sequence

from purveyor.plugin import (
    Call,
    Capability,
    ChatDialect,
    ChatRequest,
    ChatResponse,
    ChatStreamDecoder,
    ChatTable,
    Endpoint,
    Event,
    HttpReply,
    HttpRequest,
    Message,
    Observer,
    OpenAICompatible,
    Outcome,
    RateLimited,
    Secret,
    Supplier,
    SupplierCard,
    SupplierError,
    Text,
    TextDelta,
    hookimpl,
)

CARD = SupplierCard(
    name="orchid",
    title="Orchid",
    docs="https://orchid.example",
    base_url="https://orchid.example/v1",
    key_env=("ORCHID_KEY",),
    default_models={Capability.CHAT: "cattleya-2"},
)

compatible: Supplier = OpenAICompatible(CARD, chat=ChatTable(refused={"seed": "no such field"}))


class Decoder:
    """Reads a stream that is plain text."""

    is_complete = False

    def feed(self, data: bytes) -> Sequence[Event]:
        return [TextDelta(data.decode())]

    def end(self) -> Sequence[Event]:
        return []

    def raw(self) -> object:
        return None


class Chat:
    """Says chat as plain text; it is a `ChatDialect` by its shape alone."""

    def encode(self, request: ChatRequest) -> HttpRequest:
        return HttpRequest("POST", "https://orchid.example", (), request.messages[-1].text.encode())

    def encode_stream(self, request: ChatRequest) -> HttpRequest:
        return self.encode(request)

    def decode(self, reply: HttpReply) -> ChatResponse:
        return ChatResponse(message=Message("assistant", (Text(reply.text()),)))

    def stream_decoder(self, reply: HttpReply) -> ChatStreamDecoder:
        return Decoder()

    def explain(self, reply: HttpReply) -> SupplierError:
        return RateLimited("slow down", status=reply.status, retry_after=1.0)


class Orchid(Supplier):
    """A supplier with a wire and a seal of its own."""

    @hookimpl
    def purveyor_chat(self, endpoint: Endpoint) -> ChatDialect:
        return Chat()

    @hookimpl
    def purveyor_authorize(
        self, request: HttpRequest, secret: Secret | None, now: float
    ) -> HttpRequest:
        return request if secret is None else request.with_header("Seal", secret.prefixed("s:"))


class Clock:
    """Observes calls; it is an `Observer` by its shape alone."""

    def started(self, call: Call) -> None:
        print(call.supplier, call.model)

    def finished(self, call: Call, outcome: Outcome) -> None:
        print(outcome.seconds, outcome.usage)


supplier: Supplier = Orchid(CARD)
observer: Observer = Clock()
