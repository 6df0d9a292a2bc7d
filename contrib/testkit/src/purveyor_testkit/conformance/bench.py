"""One supplier on the bench: its modules, its dialects, a server that can be swapped, a record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

from purveyor import (
    Capability,
    ChatResponse,
    OnlineChatModule,
    OnlineEmbeddingModule,
    RetryPolicy,
    Secret,
)
from purveyor.plugin import ChatDialect, Endpoint, HttpReply, HttpRequest
from purveyor.testing import (
    AsyncMemoryTransport,
    AsyncRecordingTransport,
    AsyncReplayTransport,
    Handler,
    MemoryTransport,
    Provenance,
    RecordingTransport,
    ReplayTransport,
    SupplierPlugin,
    Tape,
    Transports,
    fresh_runtime,
    load_supplier,
    memory_transports,
    use_transports,
)
from purveyor_testkit.simulators.base import Reply

Face = Literal["call", "acall", "stream", "astream"]

FACES: Final[tuple[Face, ...]] = ("call", "acall", "stream", "astream")
WHOLE: Final[tuple[Face, ...]] = ("call", "acall")
STREAMED: Final[tuple[Face, ...]] = ("stream", "astream")

CANARY: Final = "canary-7f3a9c51d2e84b60"
"""The key of every check: wherever it shows, a secret has leaked."""

AT_ONCE: Final = RetryPolicy(first_wait=0, longest_wait=0, longest_hint=0.1)
"""Tries again without waiting; a supplier that asks for more than a tenth of a second ends it."""


class Bench:
    """A supplier under test, in a runtime of its own.

    Args:
        supplier: its name.
        server: what answers its requests.
    """

    def __init__(self, supplier: str, server: Handler) -> None:
        self.supplier = supplier
        self.server = server
        self.requests: list[HttpRequest] = []
        self.plugin: SupplierPlugin = load_supplier(supplier)
        self._carry(memory_transports(self.answer))

    def _carry(self, transports: Transports) -> None:
        card = self.plugin.card
        for address in (card.base_url, *card.base_urls.values()):
            use_transports(address.partition(":")[0], transports)

    def record(self) -> Tape:
        """Record all exchanges from now on."""
        tape = Tape(Provenance("simulated", "the test kit", "2026-11-23"))
        self._carry(
            Transports(
                sync=lambda: RecordingTransport(MemoryTransport(self.answer), tape.add),
                asynchronous=lambda: AsyncRecordingTransport(
                    AsyncMemoryTransport(self.answer), tape.add
                ),
            )
        )
        return tape

    def replay(self, tape: Tape) -> None:
        """Answer from a tape from now on."""
        self._carry(
            Transports(
                sync=lambda: ReplayTransport(tape), asynchronous=lambda: AsyncReplayTransport(tape)
            )
        )

    def answer(self, request: HttpRequest) -> Reply:
        """Take a request down, and let the server answer it."""
        self.requests.append(request)
        return self.server(request)

    def chat(self, model: str | None = None, **options: Any) -> OnlineChatModule:
        """Make the chat module; the key is the canary, and nothing is waited for."""
        said = {"api_key": CANARY, "retries": AT_ONCE, **options}
        return OnlineChatModule(model, self.supplier, **said)

    def embedding(
        self, kind: Literal["embed", "rerank"] = "embed", **options: Any
    ) -> OnlineEmbeddingModule:
        """Make the embedding or rerank module."""
        said = {"api_key": CANARY, "retries": AT_ONCE, **options}
        return OnlineEmbeddingModule(None, self.supplier, type=kind, **said)

    def endpoint(self, capability: Capability) -> Endpoint:
        """Give the address and the key at which a capability is reached."""
        card = self.plugin.card
        base_url = card.base_urls.get(capability, card.base_url)
        secret = Secret(CANARY, source="the test kit")
        return Endpoint(
            supplier=self.supplier, capability=capability, base_url=base_url, secret=secret
        )

    def chat_dialect(self) -> ChatDialect:
        """Give the chat dialect by itself, for checks below the client."""
        return self.plugin.chat(self.endpoint(Capability.CHAT))

    def body_of_stream(self, content: Any, **options: Any) -> tuple[HttpReply, bytes]:
        """Ask for a stream, and give its head and all its bytes."""
        module = self.chat(options.pop("model", None))
        request = self.chat_dialect().encode_stream(module.request(content, **options))
        signed = self.plugin.authorize(request, Secret(CANARY), 0.0)
        reply = self.server(signed)
        if isinstance(reply, HttpReply):
            return HttpReply(reply.status, reply.headers), reply.body
        return HttpReply(reply.status, reply.headers), b"".join(reply.parts)

    def decode(self, head: HttpReply, parts: Sequence[bytes]) -> list[Any]:
        """Read a stream that comes in these parts, as the client reads it."""
        decoder = self.chat_dialect().stream_decoder(head)
        events: list[Any] = []
        for part in parts:
            events.extend(decoder.feed(part))
            if decoder.is_complete:
                break
        events.extend(decoder.end())
        return events


def ask(module: OnlineChatModule, face: Face, content: Any, **options: Any) -> ChatResponse:
    """Ask by one face, and give the whole response."""
    if face == "call":
        return module(content, **options).response
    if face == "acall":
        return asyncio.run(module.acall(content, **options)).response
    if face == "stream":
        with module.stream(content, **options) as stream:
            for _ in stream:
                pass
        return stream.response
    return asyncio.run(_astream(module, content, options))[1]


def events_of(module: OnlineChatModule, face: Face, content: Any, **options: Any) -> list[Any]:
    """Stream by one face, and give the events."""
    if face == "stream":
        with module.stream(content, **options) as stream:
            return list(stream)
    return asyncio.run(_astream(module, content, options))[0]


async def _astream(
    module: OnlineChatModule, content: Any, options: dict[str, Any]
) -> tuple[list[Any], ChatResponse]:
    async with module.astream(content, **options) as stream:
        events = [event async for event in stream]
    return events, stream.response


@contextmanager
def on_the_bench(supplier: str, plugin: object | None, server: Handler) -> Iterator[Bench]:
    """Put a supplier on the bench: registered if it is an object, served by a function."""
    with fresh_runtime() as runtime:
        if plugin is not None:
            runtime.manager.register(plugin, replaces=True)
        yield Bench(supplier, server)


def sent_values(request: HttpRequest) -> list[Any]:
    """Collect every value of a request's JSON, however deep."""
    found: list[Any] = []
    pending: list[Any] = [json.loads(request.body)] if request.body else []
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        else:
            found.append(value)
    return found
