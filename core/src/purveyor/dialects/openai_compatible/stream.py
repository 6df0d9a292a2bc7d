"""The OpenAI-compatible stream: bytes, cut anywhere, to events.

Tolerated, because suppliers do it: no `[DONE]` after a finish, a whole completion instead of a
stream, `delta` null or missing, `choices` null or empty, usage on any chunk, tool calls without
index, with repeated ids, or with their arguments as an object. Not tolerated: an error frame, an
unreadable event, an end without a finish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from purveyor.dialects.accumulate import events_of
from purveyor.dialects.json_body import decode_json
from purveyor.dialects.openai_compatible import errors as error_reading
from purveyor.dialects.openai_compatible.fields import at
from purveyor.dialects.openai_compatible.letters import HalfLetters
from purveyor.dialects.openai_compatible.tables import ChatTable, ErrorTable
from purveyor.dialects.openai_compatible.tool_deltas import ToolDeltaReader
from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.dialects.sse import ServerEvent, SseReader
from purveyor.errors import MalformedResponse, StreamInterrupted, SupplierError
from purveyor.types.chat import (
    ChatResponse,
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
from purveyor.types.wire import HttpReply

if TYPE_CHECKING:
    from purveyor.dialects.openai_compatible.think_tags import ThinkTagReader

_DONE: Final = b"[DONE]"
_BOM: Final = b"\xef\xbb\xbf"
_BLANKS: Final = b" \t\r\n"


class _PlainDelta(Struct):
    """A delta as nearly all are: text, and nothing in the fields that would need more care."""

    content: str | None = None
    reasoning_content: Any = None
    reasoning: Any = None
    refusal: Any = None
    tool_calls: Any = None
    function_call: Any = None
    audio: Any = None


class _PlainChoice(Struct):
    """A choice whose delta is plain, in the middle of a stream."""

    delta: _PlainDelta
    index: Annotated[int, Meta(ge=0)] = 0
    finish_reason: Any = None
    logprobs: Any = None
    usage: Any = None


class _PlainChunk(Struct):
    """A chunk that holds one plain choice."""

    choices: list[_PlainChoice]
    usage: Any = None
    error: Any = None


_plain_chunk = msgspec.json.Decoder(_PlainChunk)
_PLAIN_FIELDS: Final = frozenset({"reasoning_content", "reasoning"})

FinishReader = Callable[[Any, ChatTable], Finish | None]
WholeReader = Callable[[HttpReply], ChatResponse]


class StreamDecoder:
    """Reads one stream; made by the dialect, with its way to read a whole reply."""

    def __init__(
        self,
        head: HttpReply,
        table: ChatTable,
        errors: ErrorTable,
        read_finish: FinishReader,
        read_whole: WholeReader,
    ) -> None:
        self._head = head
        self._table = table
        self._errors = errors
        self._read_finish = read_finish
        self._read_whole = read_whole
        self._reader = SseReader()
        self._tools = ToolDeltaReader()
        self._letters = HalfLetters()
        self._tags: dict[int, ThinkTagReader] = {}
        self._received: list[bytes] = []
        self._body: list[bytes] | None = None
        self._beginning: bytes | None = b""
        self._has_started = False
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._takes_plain = (
            _PLAIN_FIELDS.issuperset(table.reasoning_fields)
            and not table.envelope
            and not table.reads_think_tags
        )
        self._failure: SupplierError | None = None
        self.is_complete = False

    def feed(self, data: bytes) -> list[Event]:
        """Read more bytes and give the events they complete."""
        if self.is_complete:
            return []
        if self._beginning is not None:
            data = self._begin(self._beginning + data)
        if self._body is not None:
            self._body.append(data)
            return []
        return self._read_all(self._reader.feed(data))

    def _begin(self, data: bytes) -> bytes:
        """Drop what says nothing, and look at the first byte: `{` is a whole body, `<` a page."""
        data = data.lstrip(_BLANKS)
        while data.startswith(_BOM):
            data = data[len(_BOM) :].lstrip(_BLANKS)
        if _BOM.startswith(data):  # or nothing has come yet
            self._beginning = data
            return b""
        self._beginning = None
        if data[:1] in (b"{", b"<"):
            self._body = []
        return data

    def end(self) -> list[Event]:
        """Take note that the body has ended, or that nothing more is wanted of it."""
        if self._body is not None and not self.is_complete:
            return self._read_body(b"".join(self._body))
        events = self._read_all(self._reader.end()) if not self.is_complete else []
        if self._failure is not None:
            raise self._failure
        if self._body is None and (not self._finished or self._open - self._finished):
            raise StreamInterrupted("the stream ended before the model had finished")
        return events

    def _read_body(self, body: bytes) -> list[Event]:
        """Read a body that is no stream: a whole completion, or an error with status 200."""
        reply = HttpReply(self._head.status, self._head.headers, body)
        if body.lstrip()[:1] == b"<":
            raise MalformedResponse(
                f"expected a stream, got {reply.text()[:200]!r}", status=reply.status
            )
        self._received.append(body)
        self.is_complete = True
        return events_of(self._read_whole(reply))

    def raw(self) -> list[Any]:
        """Give every chunk received, parsed; what cannot be parsed stays text."""
        return [_parsed(data) for data in self._received]

    def _read_all(self, server_events: list[ServerEvent]) -> list[Event]:
        """Read events until one ends the stream; what came before a failure is given first."""
        events: list[Event] = []
        try:
            for name, data in server_events:
                delta = None if name or self._letters.held else self._plain_delta(data)
                if delta is not None:
                    self._received.append(data)
                    events.append(delta)
                else:
                    self._read_event(name, data, events)
                    if self.is_complete:
                        break
        except SupplierError as error:
            if not events:
                raise
            self._failure = error
            self.is_complete = True
        return events

    def _read_event(self, name: str, data: bytes, events: list[Event]) -> None:
        stripped = data.strip()
        if stripped == _DONE:
            self.is_complete = True
        elif stripped:
            self._received.append(data)
            if name == "error":
                self._raise_error(_parsed(data), is_error=True)
            self._read_chunk(decode_json(data), events)

    def _plain_delta(self, data: bytes) -> TextDelta | None:
        """Read a chunk that holds text and nothing else; None where it must be looked at closely.

        Typed decoding takes a third of the time that a dict does, and nearly all chunks are such.
        """
        if not (self._has_started and self._takes_plain):
            return None
        try:
            chunk = _plain_chunk.decode(data)
        except ValueError:
            return None
        if len(chunk.choices) != 1 or chunk.usage is not None or chunk.error is not None:
            return None
        choice = chunk.choices[0]
        if choice.finish_reason or choice.logprobs or choice.usage:
            return None
        delta = choice.delta
        if delta.content and (
            delta.reasoning_content is delta.reasoning is delta.refusal is None
            and delta.tool_calls is delta.function_call is delta.audio is None
        ):
            self._open.add(choice.index)
            return TextDelta(delta.content, choice.index)
        return None

    def _read_chunk(self, chunk: Any, events: list[Event]) -> None:
        if not isinstance(chunk, dict):
            raise MalformedResponse(f"expected a JSON object in the stream, got {chunk!r:.100}")
        inner = at(chunk, self._table.envelope) if self._table.envelope else chunk
        choices = inner.get("choices") if isinstance(inner, Mapping) else None
        if not choices or chunk.get("error"):
            self._raise_error(chunk)
        if choices:
            if not isinstance(choices, list):
                raise MalformedResponse(f"expected a list of choices, got {choices!r:.100}")
            if not self._has_started:
                self._start(inner, events)
            for choice in choices:
                self._read_choice(choice, events)
        usage = chunk.get("usage") or (inner.get("usage") if choices else None)
        if usage:
            self._report_usage(usage, events)

    def _start(self, chunk: Mapping[str, Any], events: list[Event]) -> None:
        self._has_started = True
        model = chunk.get("model")
        identity = error_reading.request_id(self._head.headers, chunk, self._errors)
        events.append(Started(model if isinstance(model, str) else None, identity))

    def _report_usage(self, raw: Any, events: list[Event]) -> None:
        usage = read_usage(raw)
        if usage is not None:
            events.append(UsageReported(usage))

    def _read_choice(self, choice: Any, events: list[Event]) -> None:
        if not isinstance(choice, dict):
            raise MalformedResponse(f"expected an object as choice, got {choice!r:.100}")
        place = choice.get("index")
        if place.__class__ is not int or place < 0:
            place = 0
        delta = choice.get("delta") or choice.get("message")
        if delta:
            self._open.add(place)
            self._read_delta({"content": delta} if isinstance(delta, str) else delta, place, events)
        logprobs = choice.get("logprobs")
        if logprobs and isinstance(logprobs, dict):
            events.append(LogprobsDelta(logprobs, place))
        raw_finish = choice.get("finish_reason")
        if raw_finish:
            finish = self._read_finish(raw_finish, self._table)
            if finish is not None:
                self._finish(finish, place, events)
        if choice.get("usage"):
            self._report_usage(choice["usage"], events)

    def _finish(self, finish: Finish, place: int, events: list[Event]) -> None:
        """End a choice: what was held back of it is given first."""
        for kind, mark in self._letters.left(place):
            if kind == "text":
                self._add_text(mark, place, events)
            elif kind == "reasoning":
                events.append(ReasoningDelta(mark, place))
            else:
                events.append(ToolCallDelta(int(kind), arguments=mark, choice=place))
        if place in self._tags:
            self._add_tagged(self._tags.pop(place).end(), place, events)
        self._finished.add(place)
        events.append(Finished(finish, place))

    def _read_delta(self, delta: Any, place: int, events: list[Event]) -> None:
        if not isinstance(delta, dict):
            raise MalformedResponse(f"expected an object as delta, got {delta!r:.100}")
        content = delta.get("content")
        if content.__class__ is str:
            text = self._letters.join((place, "text"), content)
            if text:
                self._add_text(text, place, events)
        if len(delta) > 1 or content.__class__ is not str:
            self._read_rest(delta, place, events)

    def _add_text(self, text: str, place: int, events: list[Event]) -> None:
        if not self._table.reads_think_tags:
            events.append(TextDelta(text, place))
            return
        from purveyor.dialects.openai_compatible.think_tags import ThinkTagReader

        reader = self._tags.setdefault(place, ThinkTagReader())
        self._add_tagged(reader.feed(text), place, events)

    def _add_tagged(self, split: tuple[str, str], place: int, events: list[Event]) -> None:
        thought, text = split
        if thought:
            events.append(ReasoningDelta(thought, place))
        if text:
            events.append(TextDelta(text, place))

    def _read_rest(self, delta: Mapping[str, Any], place: int, events: list[Event]) -> None:
        """Read what a delta holds beside its text."""
        content = delta.get("content")
        if isinstance(content, list):
            texts = [item.get("text") for item in content if isinstance(item, Mapping)]
            events.extend(
                TextDelta(text, place) for text in texts if text and isinstance(text, str)
            )
        for field in self._table.reasoning_fields:
            text = delta.get(field)
            if isinstance(text, str) and text:
                text = self._letters.join((place, "reasoning"), text)
                if text:
                    events.append(ReasoningDelta(text, place))
                break
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            events.append(RefusalDelta(refusal, place))
        if delta.get("tool_calls") or delta.get("function_call"):
            for call in self._tools.read(delta, place):
                text = self._letters.join((place, call.index), call.arguments)
                events.append(ToolCallDelta(call.index, call.id, call.name, text, place))
        audio = delta.get("audio")
        if isinstance(audio, Mapping) and audio.get("expires_at"):
            # Spoken answers name no finish reason: their last piece says how long they are kept.
            self._finish(Finish(), place, events)

    def _raise_error(self, chunk: Any, *, is_error: bool = False) -> None:
        facts = error_reading.error_in(chunk)
        if facts is None and is_error:
            facts = error_reading.Facts(message=str(chunk)[:500])
        if facts is not None:
            status, headers = self._head.status, self._head.headers
            raise error_reading.error_from(facts, status, headers, chunk, self._errors)


def _parsed(data: bytes) -> Any:
    try:
        return decode_json(data)
    except MalformedResponse:
        return data.decode("utf-8", "replace")
