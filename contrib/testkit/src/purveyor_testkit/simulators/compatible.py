"""The wire most suppliers share, as a server says it; what one says otherwise it overrides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from purveyor.plugin import HttpRequest, MemoryStream
from purveyor_testkit.simulators import completions, embeddings
from purveyor_testkit.simulators.answers import Answer, Question, answer_to
from purveyor_testkit.simulators.base import (
    Reply,
    Simulator,
    WireError,
    header_text,
    json_reply,
    sse_event,
)
from purveyor_testkit.simulators.questions import read_question

CONTEXT_CHARACTERS = 200_000
"""A question longer than this exceeds every simulated window."""

CHAT_FIELDS = frozenset(
    {
        *("messages", "model", "stream", "stream_options", "tools", "tool_choice"),
        *("response_format", "stop", "max_tokens", "temperature", "top_p"),
        *("presence_penalty", "frequency_penalty"),
    }
)


class CompatibleSimulator(Simulator):
    """Chat, embeddings, rerank and models on the shared wire.

    Args:
        name: of the supplier.
        base_path: of its addresses.
        models: what it lists.
        fields: what a chat request may hold; any other field is refused.
        errors: its error table; needs `wrong_key`, `bad_request`, `missing_model`, `context`.
    """

    def __init__(
        self,
        name: str,
        *,
        base_path: str,
        models: Sequence[str],
        fields: frozenset[str],
        errors: Mapping[str, WireError],
    ) -> None:
        routes = {
            ("POST", f"{base_path}/chat/completions"): self.chat,
            ("GET", f"{base_path}/models"): self.list_models,
        }
        super().__init__(name, base_path=base_path, routes=routes, errors=errors)
        self.models = tuple(models)
        self.fields = fields

    def chat(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer a chat request, as a whole or as a stream."""
        self.check_chat(request, body)
        question = read_question(body, thinks=self.thinks(body))
        self.check_trigger(question.text)
        answers = [self._answer(question, place) for place in range(body.get("n") or 1)]
        head = {"x-request-id": "req-1"}
        if body.get("stream"):
            head["content-type"] = "text/event-stream"
            return MemoryStream(200, head, tuple(self.stream(body, question, answers)))
        return json_reply(self.completion(body, question, answers), headers=head)

    def check_chat(self, request: HttpRequest, body: dict[str, Any]) -> None:
        """Refuse what the supplier refuses."""
        unknown = sorted(set(body) - self.fields)
        if unknown:
            raise self.refuse("bad_request", f"Unrecognized request argument: {unknown[0]}")
        self._check_model(body)
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise self.refuse("bad_request", "messages must be a list, and not empty")
        if len(request.body) > CONTEXT_CHARACTERS:
            raise self.refuse("context")

    def _check_model(self, body: Mapping[str, Any]) -> None:
        model = body.get("model")
        if not isinstance(model, str) or not model or model.startswith("no-such"):
            raise self.refuse("missing_model")

    def thinks(self, body: Mapping[str, Any]) -> bool:
        """Whether the model reasons, and shows it."""
        return False

    def _answer(self, question: Question, place: int) -> Answer:
        return self.next_scripted() or answer_to(question, place)

    def completion(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> dict[str, Any]:
        """Say the answers as one object."""
        written = completions.completion(question.model, answers, wants_logprobs(body))
        return {**written, "usage": self.usage(question, answers)}

    def stream(
        self, body: Mapping[str, Any], question: Question, answers: Sequence[Answer]
    ) -> Iterator[bytes]:
        """Say the answers as server-sent events."""
        usage = self.usage(question, answers)
        asked = bool((body.get("stream_options") or {}).get("include_usage"))
        for chunk in completions.chunks(question.model, answers, wants_logprobs(body)):
            yield sse_event(self.placed_usage(chunk, usage, asked))
        if asked:
            yield sse_event(completions.chunk(question.model, []) | {"usage": usage})
        yield sse_event("[DONE]")

    def placed_usage(
        self, chunk: dict[str, Any], usage: Mapping[str, Any], asked: bool
    ) -> dict[str, Any]:
        """Put usage into a chunk that is not the last, where the supplier does so."""
        return chunk | {"usage": None} if asked else chunk

    def usage(self, question: Question, answers: Sequence[Answer]) -> dict[str, Any]:
        """Count tokens: words of the input, pieces of the output."""
        return completions.usage(question.input_tokens, answers)

    def list_models(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """List the models."""
        rows = [{"id": name, "object": "model", "owned_by": self.name} for name in self.models]
        return json_reply({"object": "list", "data": rows})

    def embed(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer an embedding request."""
        self._check_model(body)
        texts = body.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if not texts or not all(isinstance(text, str) for text in texts):
            raise self.refuse("bad_request", "input must be a text or a list of texts")
        for text in texts:
            self.check_trigger(text)
        return json_reply(embeddings.embedding(body, texts))

    def rerank(self, request: HttpRequest, body: dict[str, Any]) -> Reply:
        """Answer a rerank request."""
        self._check_model(body)
        self.check_trigger(str(body.get("query")))
        return json_reply(embeddings.reranking(body))


def wants_logprobs(body: Mapping[str, Any]) -> int | None:
    """How many alternatives per token are asked for; None: no log probabilities at all."""
    return body.get("top_logprobs") or 0 if body.get("logprobs") else None


class AddressSimulator(CompatibleSimulator):
    """Any address that speaks the shared wire: an engine or a gateway; it needs no key."""

    def check_key(self, request: HttpRequest) -> None:
        """Refuse only a key that says it is wrong."""
        if "wrong" in header_text(request, "authorization"):
            raise self.refuse("wrong_key")
