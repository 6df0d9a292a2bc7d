"""The OpenAI-compatible stream: bytes, cut anywhere, to events.

Tolerated, because suppliers do it: no `[DONE]` after a finish, a whole completion instead of a
stream, `delta` null or missing, `choices` null or empty, usage on any chunk, tool calls without
index, with repeated ids, or with their arguments as an object. Not tolerated: an error frame, an
unreadable event, an end without a finish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from purveyor.dialects.accumulate import events_of
from purveyor.dialects.json_body import decode_json
from purveyor.dialects.openai_compatible import errors as error_reading
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
    UsageReported,
)
from purveyor.types.wire import HttpReply

_DONE: Final = b"[DONE]"


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
    index: int = 0
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
        self._received: list[bytes] = []
        self._body: list[bytes] | None = None
        self._has_started = False
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._halves: dict[int, str] = {}
        self._takes_plain = _PLAIN_FIELDS.issuperset(table.reasoning_fields)
        self._sniffed = False
        self._failure: SupplierError | None = None
        self.is_complete = False

    def feed(self, data: bytes) -> list[Event]:
        """Read more bytes and give the events they complete."""
        if not self._sniffed:
            self._sniff(data)
        if self._body is not None:
            self._body.append(data)
            return []
        return self._read_all(self._reader.feed(data))

    def _sniff(self, data: bytes) -> None:
        """Look at the first byte: `{` is a whole JSON body, `<` a page of HTML."""
        first = data.lstrip(b"\r\n\t \xef\xbb\xbf")[:1]
        if not first:
            return
        self._sniffed = True
        if first in (b"{", b"<"):
            self._body = []

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
                if data == _DONE:
                    self.is_complete = True
                    break
                if data:
                    self._received.append(data)
                    delta = None if name or self._halves else self._plain_delta(data)
                    if delta is not None:
                        events.append(delta)
                    else:
                        self._read_chunk(name, decode_json(data), events)
        except SupplierError as error:
            if not events:
                raise
            self._failure = error
            self.is_complete = True
        return events

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

    def _read_chunk(self, name: str, chunk: Any, events: list[Event]) -> None:
        if not isinstance(chunk, dict):
            raise MalformedResponse(f"expected a JSON object in the stream, got {chunk!r:.100}")
        choices = chunk.get("choices")
        if not choices or "error" in chunk or name == "error":
            self._raise_error(name, chunk)
        if not self._has_started and choices:
            self._has_started = True
            model = chunk.get("model")
            identity = error_reading.request_id(self._head.headers, chunk, self._errors)
            events.append(Started(model if isinstance(model, str) else None, identity))
        for choice in choices or ():
            self._read_choice(choice, events)
        usage = chunk.get("usage")
        if usage:
            self._report_usage(usage, events)

    def _report_usage(self, raw: Any, events: list[Event]) -> None:
        usage = read_usage(raw)
        if usage is not None:
            events.append(UsageReported(usage))

    def _read_choice(self, choice: Any, events: list[Event]) -> None:
        if not isinstance(choice, Mapping):
            raise MalformedResponse(f"expected an object as choice, got {choice!r:.100}")
        place = choice.get("index") or 0
        delta = choice.get("delta") or choice.get("message")
        if delta:
            self._open.add(place)
            content = delta.get("content")
            if content.__class__ is str and content:
                events.append(TextDelta(self._joined(content, place), place))
            if len(delta) > 1 or content.__class__ is not str:
                self._read_rest(delta, place, events)
        if choice.get("logprobs"):
            events.append(LogprobsDelta(choice["logprobs"], place))
        raw_finish = choice.get("finish_reason")
        if raw_finish:
            finish = self._read_finish(raw_finish, self._table)
            if finish is not None:
                self._finished.add(place)
                events.append(Finished(finish, place))
        if choice.get("usage"):
            self._report_usage(choice["usage"], events)

    def _joined(self, text: str, place: int) -> str:
        """Hold the first half of a surrogate pair back until its second half comes."""
        half = self._halves.pop(place, "") if self._halves else ""
        if "\ud800" <= text[-1] <= "\udbff":
            self._halves[place] = text[-1]
            text = text[:-1]
        if half:
            text = (half + text).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return text

    def _read_rest(self, delta: Mapping[str, Any], place: int, events: list[Event]) -> None:
        """Read what a delta holds beside its text."""
        content = delta.get("content")
        if isinstance(content, list):
            texts = [item.get("text") for item in content if isinstance(item, Mapping)]
            events.extend(TextDelta(text, place) for text in texts if isinstance(text, str))
        for field in self._table.reasoning_fields:
            text = delta.get(field)
            if isinstance(text, str) and text:
                events.append(ReasoningDelta(text, place))
                break
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            events.append(RefusalDelta(refusal, place))
        if delta.get("tool_calls") or delta.get("function_call"):
            events.extend(self._tools.read(delta, place))
        audio = delta.get("audio")
        if isinstance(audio, Mapping) and audio.get("expires_at"):
            # Spoken answers name no finish reason: their last piece says how long they are kept.
            self._finished.add(place)
            events.append(Finished(Finish(), place))

    def _raise_error(self, name: str, chunk: Mapping[str, Any]) -> None:
        facts = error_reading.error_in(chunk)
        if facts is None and name == "error":
            facts = error_reading.Facts(message=str(chunk)[:500])
        if facts is not None:
            raise error_reading.error_from(
                facts, _status_of(facts), self._head.headers, chunk, self._errors
            )


def _status_of(facts: error_reading.Facts) -> int:
    """An error inside a stream may carry its HTTP status as code."""
    code = facts.code or ""
    return int(code) if code.isdigit() and 400 <= int(code) < 600 else 200


def _parsed(data: bytes) -> Any:
    try:
        return decode_json(data)
    except MalformedResponse:
        return data.decode("utf-8", "replace")
