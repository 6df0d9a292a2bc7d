"""The OpenAI-compatible chat dialect: requests out, replies in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from purveyor.dialects.chat import ChatStreamDecoder
from purveyor.dialects.json_body import JSON_HEADERS, decode_object, encode_json
from purveyor.dialects.openai_compatible import errors as error_reading
from purveyor.dialects.openai_compatible.messages import (
    as_mapping,
    mentions_json,
    write_message,
    write_output,
    write_thinking,
    write_tool,
    write_tool_choice,
)
from purveyor.dialects.openai_compatible.tables import ChatTable, ErrorTable
from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.errors import MalformedResponse, SupplierError, UnsupportedParameter
from purveyor.types.chat import ChatRequest, ChatResponse, Choice, Finish, FinishReason, Sampling
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

_DEFAULT_SAMPLING: Final = Sampling()
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
            body: dict[str, Any] = {"model": request.model}
            body["messages"] = [
                written for message in request.messages for written in write_message(message, table)
            ]
            body.update(streaming)
            if request.sampling is not _DEFAULT_SAMPLING:
                body.update(_write_sampling(request, table))
            _write_options(body, request, table)
        except UnsupportedParameter as error:
            error.message = f"model {request.model!r}: {error.message}"
            raise
        body.update(request.extra_body)
        is_prefix = bool(request.messages) and request.messages[-1].is_prefix
        path = (table.prefix_path or table.path) if is_prefix else table.path
        return HttpRequest("POST", self._endpoint.url(path), JSON_HEADERS, encode_json(body))

    def decode(self, reply: HttpReply) -> ChatResponse:
        """Read a whole answer."""
        body = decode_object(reply)
        facts = error_reading.error_in(body)
        if facts is not None:
            raise error_reading.error_from(facts, reply.status, reply.headers, body, self._errors)
        raw_choices = body.get("choices")
        choices = [
            _read_choice(raw, self._table)
            for raw in (raw_choices if isinstance(raw_choices, list) else [])
            if isinstance(raw, Mapping)
        ]
        if not choices:
            raise MalformedResponse("the reply has no choices", status=reply.status, raw=body)
        first = choices[0]
        model = body.get("model")
        return ChatResponse(
            message=first.message,
            finish=first.finish,
            usage=read_usage(body.get("usage")),
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


class _Rule(Struct, frozen=True):
    """One sampling setting as the table treats it."""

    name: str
    value: Any


def _write_sampling(request: ChatRequest, table: ChatTable) -> dict[str, Any]:
    """Write the sampling settings that were set, each checked against the table."""
    sampling = request.sampling
    thinks = request.thinking.mode != "off" if request.thinking else table.thinks_by_default
    written: dict[str, Any] = {}
    for name in Sampling.__struct_fields__:
        value = getattr(sampling, name)
        if value is None:
            continue
        _check_setting(_Rule(name, value), table, thinks)
        wire_name = table.token_limit_field if name == "max_tokens" else name
        written[table.renames.get(name, wire_name)] = value
    return written


def _check_setting(rule: _Rule, table: ChatTable, thinks: bool) -> None:
    refusal = table.refused.get(rule.name)
    if refusal is None and thinks:
        refusal = table.refused_when_thinking.get(rule.name)
    if refusal is not None and table.fixed.get(rule.name) != rule.value:
        raise UnsupportedParameter(f"{rule.name} is not taken: {refusal}", param=rule.name)
    low_high = table.ranges.get(rule.name)
    if low_high is not None and not low_high[0] <= rule.value <= low_high[1]:
        raise UnsupportedParameter(
            f"{rule.name} is {rule.value}; accepted: {low_high[0]:g} to {low_high[1]:g}",
            param=rule.name,
        )
    if rule.name == "stop" and table.stop_limit and len(rule.value) > table.stop_limit:
        raise UnsupportedParameter(
            f"stop has {len(rule.value)} strings; accepted: at most {table.stop_limit}",
            param="stop",
        )


def _write_options(body: dict[str, Any], request: ChatRequest, table: ChatTable) -> None:
    if request.tools:
        _demand_offer("tools", table)
        body["tools"] = [write_tool(tool, table) for tool in request.tools]
    if request.tool_choice is not None:
        body["tool_choice"] = write_tool_choice(request.tool_choice, table)
    if request.parallel_tool_calls is not None:
        _demand_offer("parallel_tool_calls", table)
        body["parallel_tool_calls"] = request.parallel_tool_calls
    if request.output is not None:
        body["response_format"] = write_output(request.output, table)
        if table.needs_json_word and not mentions_json(request.messages):
            raise UnsupportedParameter(
                "JSON output needs the word 'json' in a message; say in it what JSON you want",
                param="output",
            )
    if request.thinking is not None:
        body.update(write_thinking(request.thinking, table.thinking))
    if request.logprobs is not None:
        _demand_offer("logprobs", table)
        body["logprobs"] = True
        if request.logprobs:
            body["top_logprobs"] = request.logprobs


def _demand_offer(name: str, table: ChatTable) -> None:
    if name not in table.offers:
        raise UnsupportedParameter(f"{name} is not offered", param=name)


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


def _read_choice(raw: Mapping[str, Any], table: ChatTable) -> Choice:
    message = raw.get("message")
    if not isinstance(message, Mapping):
        raise MalformedResponse("a choice has no message", raw=raw)
    finish = read_finish(raw.get("finish_reason"), table) or Finish()
    return Choice(read_message(message, table), finish, raw.get("logprobs"))


def read_message(raw: Mapping[str, Any], table: ChatTable) -> Message:
    """Read an assistant message; fields without a name here are kept in `extra`."""
    content = raw.get("content")
    if isinstance(content, str) and len(raw) == 2:  # role and content, nothing else
        return Message("assistant", (Text(content),) if content else ())
    parts: list[Part] = []
    for field in table.reasoning_fields:
        value = raw.get(field)
        if isinstance(value, str):
            parts.append(Reasoning(text=value))
            break
    parts.extend(read_content(content))
    refusal = raw.get("refusal")
    if isinstance(refusal, str) and refusal:
        parts.append(Refusal(refusal))
    parts.extend(_read_calls(raw))
    known = _KNOWN_MESSAGE_FIELDS.union(table.reasoning_fields)
    extra = {name: value for name, value in raw.items() if name not in known and value}
    return Message("assistant", tuple(parts), extra=extra)


def read_content(content: Any) -> list[Part]:
    """Read a message's content: a string, or a list of parts; "" is no part."""
    if isinstance(content, str):
        return [Text(content)] if content else []
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
    function = as_mapping(call.get("function") or call.get("custom"))
    identity = call.get("id")
    arguments = function.get("arguments", function.get("input"))
    return ToolCall(
        identity if isinstance(identity, str) else None,
        str(function.get("name") or ""),
        argument_text(arguments),
    )


def argument_text(arguments: Any) -> str:
    """Give a call's arguments as text; some suppliers send the object itself."""
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else encode_json(arguments).decode()
