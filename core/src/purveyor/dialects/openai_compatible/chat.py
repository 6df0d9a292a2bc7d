"""The OpenAI-compatible chat dialect: requests out, replies in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from purveyor.dialects.chat import ChatStreamDecoder
from purveyor.dialects.json_body import JSON_HEADERS, decode_object, encode_json
from purveyor.dialects.openai_compatible import errors as error_reading
from purveyor.dialects.openai_compatible.fields import at
from purveyor.dialects.openai_compatible.letters import whole_letters
from purveyor.dialects.openai_compatible.messages import write_messages
from purveyor.dialects.openai_compatible.options import (
    is_told_in_words,
    schema_in_words,
    write_options,
)
from purveyor.dialects.openai_compatible.tables import ChatTable, ErrorTable
from purveyor.dialects.openai_compatible.tool_deltas import argument_text
from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.errors import MalformedResponse, SupplierError, UnsupportedParameter
from purveyor.types.chat import ChatRequest, ChatResponse, Choice, Finish, FinishReason
from purveyor.types.messages import Message, Opaque, Part, Reasoning, Refusal, Text, ToolCall
from purveyor.types.supplier import Endpoint
from purveyor.types.wire import HttpReply, HttpRequest

_FINISHES: Final = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
    "sensitive": FinishReason.CONTENT_FILTER,
}

_KNOWN_MESSAGE_FIELDS: Final = frozenset(
    {"role", "content", "refusal", "tool_calls", "function_call", "name"}
)


class OpenAICompatibleChat:
    """Says chat as an OpenAI-compatible supplier wants it; the differences are the table's."""

    def __init__(self, endpoint: Endpoint, table: ChatTable, errors: ErrorTable) -> None:
        self._endpoint = endpoint
        self._table = table
        self._errors = errors
        self._tables: dict[str, ChatTable] = {}

    def table_of(self, model: str) -> ChatTable:
        """Give the table of one model; kept, since matching names takes time."""
        table = self._tables.get(model)
        if table is None:
            if len(self._tables) > 256:  # names may come from outside
                self._tables.clear()
            table = self._tables[model] = self._table.of_model(model)
        return table

    def encode(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a whole."""
        return self._encode(request, {})

    def encode_stream(self, request: ChatRequest) -> HttpRequest:
        """Say a request whose answer comes as a stream."""
        streaming: dict[str, Any] = {"stream": True}
        if self.table_of(request.model).sends_stream_options:
            streaming["stream_options"] = {"include_usage": True}
        return self._encode(request, streaming)

    def _encode(self, request: ChatRequest, streaming: dict[str, Any]) -> HttpRequest:
        table = self.table_of(request.model)
        try:
            if request.output is not None:
                request = _with_words_for(request, table)
            body: dict[str, Any] = {"model": request.model}
            body["messages"] = write_messages(request.messages, table)
            body.update(streaming)
            write_options(body, request, table, is_stream=bool(streaming))
        except UnsupportedParameter as error:
            error.message = f"model {request.model!r}: {error.message}"
            error.args = (error.message,)
            raise
        body.update(request.extra_body)
        url = self._endpoint.url(_path_of(request, table))
        return HttpRequest("POST", url, JSON_HEADERS, encode_json(body))

    def decode(self, reply: HttpReply) -> ChatResponse:
        """Read a whole answer."""
        body = decode_object(reply)
        facts = error_reading.error_in(body)
        if facts is not None:
            raise error_reading.error_from(facts, reply.status, reply.headers, body, self._errors)
        inner = at(body, self._table.envelope) if self._table.envelope else body
        choices = _read_choices(inner, self._table)
        if not choices:
            raise MalformedResponse("the reply has no choices", status=reply.status, raw=body)
        first = choices[0]
        model = inner.get("model", body.get("model"))
        return ChatResponse(
            message=first.message,
            finish=first.finish,
            usage=read_usage(inner.get("usage") or body.get("usage")),
            model=model if isinstance(model, str) else None,
            request_id=error_reading.request_id(reply.headers, body, self._errors),
            logprobs=first.logprobs,
            others=tuple(choices[1:]),
            raw=body,
        )

    def stream_decoder(self, reply: HttpReply) -> ChatStreamDecoder:
        """Make the reader of a stream."""
        from purveyor.dialects.openai_compatible.stream import StreamDecoder

        return StreamDecoder(reply, self._table, self._errors, read_finish, self.decode)

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above."""
        return error_reading.explain(reply, self._errors)


def _path_of(request: ChatRequest, table: ChatTable) -> str:
    if table.prefix_path and request.messages and request.messages[-1].is_prefix:
        return table.prefix_path
    if table.strict_tools_path and any(tool.is_strict for tool in request.tools):
        return table.strict_tools_path
    return table.path


def _with_words_for(request: ChatRequest, table: ChatTable) -> ChatRequest:
    """Tell the schema in a message where that is agreed; see that the word JSON is in one."""
    output = request.output
    if output is not None and is_told_in_words(output, table):
        told = Message("system", (Text(schema_in_words(output)),))
        return structs.replace(request, messages=(told, *request.messages))
    texts = (message.text.lower() for message in request.messages)
    if table.needs_json_word and not any("json" in text for text in texts):
        raise UnsupportedParameter(
            "JSON output needs the word 'json' in a message; say in it what JSON you want",
            param="output",
        )
    return request


def read_finish(raw: Any, table: ChatTable) -> Finish | None:
    """Read a finish reason; None where none is said ("" and "null" are none).

    Raises:
        SupplierError: the table says this one is a failure.
    """
    if raw is None or raw == "" or raw == "null":
        return None
    word = str(raw)
    failure = table.finish_errors.get(word)
    if failure is not None:
        raise failure(f"the model stopped: {word}", code=word)
    reason = table.finish_reasons.get(word) or _FINISHES.get(word, FinishReason.OTHER)
    return Finish(reason, word)


def _read_choices(body: Any, table: ChatTable) -> list[Choice]:
    """Read the choices, in the order of their index."""
    found = body.get("choices") if isinstance(body, Mapping) else None
    raws = [raw for raw in found if isinstance(raw, Mapping)] if isinstance(found, list) else []
    if len(raws) > 1 and all(isinstance(raw.get("index"), int) for raw in raws):
        raws.sort(key=lambda raw: raw["index"])
    return [_read_choice(raw, table) for raw in raws]


def _read_choice(raw: Mapping[str, Any], table: ChatTable) -> Choice:
    message = raw.get("message")
    if isinstance(message, str):  # as a delta may be, too
        message = {"content": message}
    if not isinstance(message, Mapping):
        raise MalformedResponse("a choice has no message", raw=raw)
    finish = read_finish(raw.get("finish_reason"), table) or Finish()
    return Choice(read_message(message, table), finish, raw.get("logprobs"))


def read_message(raw: Mapping[str, Any], table: ChatTable) -> Message:
    """Read an assistant message; fields without a name here are kept in `extra`."""
    content = raw.get("content")
    if table.reads_think_tags and isinstance(content, str):
        content, raw = _without_tags(content, raw, table)
    if isinstance(content, str) and len(raw) == 2 and "role" in raw:  # and nothing else
        return Message("assistant", (Text(whole_letters(content)),) if content else ())
    parts: list[Part] = []
    for field in table.reasoning_fields:
        value = raw.get(field)
        if isinstance(value, str) and value:
            parts.append(Reasoning(text=whole_letters(value)))
            break
    parts.extend(read_content(content))
    refusal = raw.get("refusal")
    if isinstance(refusal, str) and refusal:
        parts.append(Refusal(refusal))
    parts.extend(_read_calls(raw))
    known = _KNOWN_MESSAGE_FIELDS.union(table.reasoning_fields)
    extra = {name: value for name, value in raw.items() if name not in known and value}
    return Message("assistant", tuple(parts), extra=extra)


def _without_tags(
    content: str, raw: Mapping[str, Any], table: ChatTable
) -> tuple[str, Mapping[str, Any]]:
    """Take tagged reasoning out of a text, to where the wire would have it."""
    from purveyor.dialects.openai_compatible.think_tags import ThinkTagReader

    reader = ThinkTagReader()
    (thought, text), (more_thought, rest) = reader.feed(content), reader.end()
    if not thought + more_thought:
        return text + rest, raw
    return text + rest, {**raw, table.reasoning_fields[0]: thought + more_thought}


def read_content(content: Any) -> list[Part]:
    """Read a message's content: a string, or a list of parts; "" is no part."""
    if isinstance(content, str):
        return [Text(whole_letters(content))] if content else []
    parts: list[Part] = []
    for item in content if isinstance(content, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("text"), str):
            parts.append(Text(item["text"]))
        elif isinstance(item, Mapping):
            parts.append(Opaque(item))
    return parts


def _read_calls(raw: Mapping[str, Any]) -> list[ToolCall]:
    calls = raw.get("tool_calls")
    found = [call for call in calls if isinstance(call, Mapping)] if isinstance(calls, list) else []
    legacy = raw.get("function_call")
    if not found and isinstance(legacy, Mapping):
        found = [{"id": None, "function": legacy}]
    return [_read_call(call) for call in found]


def _read_call(call: Mapping[str, Any]) -> ToolCall:
    function = call.get("function") or call.get("custom")
    function = function if isinstance(function, Mapping) else {}
    identity = call.get("id")
    arguments = function.get("arguments", function.get("input"))
    return ToolCall(
        identity if isinstance(identity, str) else None,
        str(function.get("name") or ""),
        whole_letters(argument_text(arguments)),
    )
