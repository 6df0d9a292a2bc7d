"""Events to a response: deltas are always concatenated, never compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from purveyor.types.chat import (
    ChatResponse,
    Choice,
    Event,
    Finish,
    Finished,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from purveyor.types.messages import Message, Part, Reasoning, Refusal, Text, ToolCall
from purveyor.types.usage import Usage


class _Call(Struct):
    """One tool call in the making."""

    id: str | None = None
    name: str = ""
    arguments: list[str] = []


class _Draft(Struct):
    """One choice in the making."""

    text: list[str] = []
    reasoning: list[str] = []
    refusal: list[str] = []
    calls: dict[int, _Call] = {}
    logprobs: list[Mapping[str, Any]] = []
    signature: str | None = None
    encrypted: str | None = None
    has_reasoning: bool = False
    finish: Finish = Finish()

    def choice(self) -> Choice:
        """Give the choice as far as it has come: reasoning, text, refusal, tool calls."""
        parts: list[Part] = []
        if self.has_reasoning:
            parts.append(
                Reasoning(
                    text="".join(self.reasoning),
                    signature=self.signature,
                    encrypted=self.encrypted,
                )
            )
        if self.text:
            parts.append(Text("".join(self.text)))
        if self.refusal:
            parts.append(Refusal("".join(self.refusal)))
        parts.extend(
            ToolCall(call.id, call.name, "".join(call.arguments))
            for _, call in sorted(self.calls.items())
        )
        message = Message("assistant", tuple(parts))
        return Choice(message, self.finish, _merged_logprobs(self.logprobs))


class Accumulator:
    """Adds up the events of one stream; `response` may be asked at any moment."""

    def __init__(self) -> None:
        self._drafts: dict[int, _Draft] = {}
        self._model: str | None = None
        self._id: str | None = None
        self._usage: Usage | None = None

    def add(self, events: Iterable[Event]) -> None:
        """Take events in, in their order."""
        for event in events:
            if type(event) is TextDelta:  # nearly all of them
                self._draft(event.choice).text.append(event.text)
            else:
                self._add_other(event)

    def _draft(self, choice: int) -> _Draft:
        draft = self._drafts.get(choice)
        if draft is None:
            draft = self._drafts[choice] = _Draft()
        return draft

    def _add_other(self, event: Event) -> None:
        match event:
            case ReasoningDelta():
                draft = self._draft(event.choice)
                draft.has_reasoning = True
                draft.reasoning.append(event.text)
                draft.signature = event.signature or draft.signature
                draft.encrypted = event.encrypted or draft.encrypted
            case ToolCallDelta():
                self._add_call(event)
            case RefusalDelta():
                self._draft(event.choice).refusal.append(event.text)
            case LogprobsDelta():
                self._draft(event.choice).logprobs.append(event.logprobs)
            case Finished():
                self._draft(event.choice).finish = event.finish
            case UsageReported():
                self._usage = event.usage
            case Started():
                self._model = event.model or self._model
                self._id = event.id or self._id

    def _add_call(self, event: ToolCallDelta) -> None:
        """Id and name are said once, or repeated with each fragment: they replace, never add."""
        call = self._draft(event.choice).calls.setdefault(event.index, _Call())
        call.id = event.id or call.id
        call.name = event.name or call.name
        call.arguments.append(event.arguments)

    def response(self, raw: object = None) -> ChatResponse:
        """Give the response as far as it has come."""
        choices = [draft.choice() for _, draft in sorted(self._drafts.items())]
        first = choices[0] if choices else Choice(Message("assistant"), Finish())
        return ChatResponse(
            message=first.message,
            finish=first.finish,
            usage=self._usage,
            model=self._model,
            request_id=self._id,
            logprobs=first.logprobs,
            others=tuple(choices[1:]),
            raw=raw,
        )


def _merged_logprobs(reports: list[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Concatenate the lists of several reports under their own names."""
    if not reports:
        return None
    merged: dict[str, Any] = {}
    for report in reports:
        for name, value in report.items():
            if isinstance(value, list) and isinstance(merged.get(name), list):
                merged[name] = merged[name] + value
            elif value is not None or name not in merged:
                merged[name] = value
    return merged


def events_of(response: ChatResponse) -> list[Event]:
    """Say a whole response as the events of a stream."""
    events: list[Event] = [Started(response.model, response.request_id)]
    first = Choice(response.message, response.finish, response.logprobs)
    for place, choice in enumerate((first, *response.others)):
        calls = 0
        for part in choice.message.parts:
            if isinstance(part, Text):
                events.append(TextDelta(part.text, place))
            elif isinstance(part, Reasoning):
                events.append(ReasoningDelta(part.text, place, part.signature, part.encrypted))
            elif isinstance(part, Refusal):
                events.append(RefusalDelta(part.text, place))
            elif isinstance(part, ToolCall):
                events.append(ToolCallDelta(calls, part.id, part.name, part.arguments, place))
                calls += 1
        if choice.logprobs:
            events.append(LogprobsDelta(choice.logprobs, place))
        events.append(Finished(choice.finish, place))
    if response.usage is not None:
        events.append(UsageReported(response.usage))
    return events
