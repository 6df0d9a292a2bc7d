"""Messages, tools and thinking as the wire wants them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from purveyor.dialects.openai_compatible.tables import ChatTable, ThinkingTable
from purveyor.errors import UnsupportedParameter
from purveyor.types.chat import Thinking
from purveyor.types.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from purveyor.types.output import Output, strict_schema
from purveyor.types.tools import Tool, ToolChoice


def write_message(message: Message, table: ChatTable) -> list[dict[str, Any]]:
    """Write one message: one on the wire, or one for each tool result it holds."""
    if len(message.parts) == 1 and type(message.parts[0]) is Text and message.role != "assistant":
        written: dict[str, Any] = {
            "role": table.roles.get(message.role, message.role),
            "content": message.parts[0].text,
        }
        if message.name:
            written["name"] = message.name
        return [written]
    if message.role == "assistant":
        return [_write_assistant(message, table)]
    results = [part for part in message.parts if isinstance(part, ToolResult)]
    if results:
        return [
            {"role": "tool", "tool_call_id": result.call_id, "content": result.content}
            for result in results
        ]
    content = [_write_part(part, table) for part in message.parts]
    written = {"role": table.roles.get(message.role, message.role), "content": content or ""}
    if message.name:
        written["name"] = message.name
    return [written]


def _write_assistant(message: Message, table: ChatTable) -> dict[str, Any]:
    calls = message.tool_calls
    text = message.text
    written: dict[str, Any] = {"role": "assistant", "content": text or (None if calls else "")}
    if message.name:
        written["name"] = message.name
    if calls:
        written["tool_calls"] = [_write_call(call) for call in calls]
    if message.refusal is not None:
        written["refusal"] = message.refusal
    echoes = table.echo_reasoning == "always" or (table.echo_reasoning == "tool_calls" and calls)
    if echoes:
        reasoning = message.reasoning or table.echo_placeholder
        if reasoning is not None:
            written[table.reasoning_fields[0]] = reasoning
    if message.is_prefix:
        if table.prefix_field is None:
            raise UnsupportedParameter(
                "a last assistant message cannot be continued here; leave is_prefix out",
                param="is_prefix",
            )
        written[table.prefix_field] = True
    return written


def _write_call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments or "{}"}
    return {"id": call.id, "type": "function", "function": function}


def _write_part(part: Part, table: ChatTable) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Image():
            return _write_image(part, table)
        case Audio():
            _demand("audio", table)
            sound = {"data": base64.b64encode(part.data).decode(), "format": part.format}
            return {"type": "input_audio", "input_audio": sound}
        case File():
            _demand("file", table)
            return {"type": "file", "file": _write_file(part)}
        case Opaque():
            return dict(part.raw)
        case Refusal():
            return {"type": "refusal", "refusal": part.text}
        case Reasoning() | ToolCall() | ToolResult():
            raise UnsupportedParameter(
                f"a {type(part).__name__} part belongs into an assistant or tool message",
                param="messages",
            )


def _write_image(image: Image, table: ChatTable) -> dict[str, Any]:
    address = {"url": _image_url(image, table)}
    if image.detail:
        address["detail"] = image.detail
    return {"type": "image_url", "image_url": address}


def _image_url(image: Image, table: ChatTable) -> str:
    if image.data is not None:
        _demand("image_data", table)
        return _data_url(image.data, image.media_type or "image/png")
    if image.file_id is not None:
        _demand("image_file_id", table)
        return (table.file_id_url or "{}").format(image.file_id)
    if image.url is None:
        raise UnsupportedParameter("an image needs url, data or file_id", param="messages")
    _demand("image_data" if image.url.startswith("data:") else "image_url", table)
    return image.url


def _write_file(file: File) -> dict[str, Any]:
    if file.file_id is not None:
        return {"file_id": file.file_id}
    if file.data is None:
        raise UnsupportedParameter("a file needs data or file_id", param="messages")
    media_type = file.media_type or "application/octet-stream"
    return {"filename": file.name or "file", "file_data": _data_url(file.data, media_type)}


def _data_url(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _demand(kind: str, table: ChatTable) -> None:
    if kind not in table.inputs:
        accepted = ", ".join(sorted(table.inputs)) or "text only"
        raise UnsupportedParameter(
            f"{kind.replace('_', ' ')} is not taken as input; accepted: {accepted}",
            param="messages",
        )


def write_tool(tool: Tool, table: ChatTable) -> dict[str, Any]:
    """Write one tool."""
    function: dict[str, Any] = {"name": tool.name, "parameters": tool.parameters}
    if tool.description:
        function["description"] = tool.description
    if tool.is_strict:
        if "strict_tools" not in table.offers:
            raise UnsupportedParameter(
                f"tool {tool.name!r}: strict schemas are not offered", param="tools"
            )
        function["strict"] = True
        function["parameters"] = strict_schema(tool.parameters)
    return {"type": "function", "function": function}


def write_tool_choice(choice: ToolChoice, table: ChatTable) -> Any:
    """Write which tool is to be called; a word that is no mode is a tool's name."""
    mode = choice if choice in ("auto", "none", "required") else "named"
    if mode not in table.tool_choices:
        accepted = ", ".join(sorted(table.tool_choices))
        raise UnsupportedParameter(
            f"tool_choice {choice!r} is not offered; accepted: {accepted}", param="tool_choice"
        )
    return choice if mode != "named" else {"type": "function", "function": {"name": choice}}


def write_output(output: Output, table: ChatTable) -> dict[str, Any]:
    """Write the form the reply is to have."""
    kind = "json_object" if output.schema is None else "json_schema"
    if kind not in table.outputs:
        accepted = ", ".join(sorted(table.outputs)) or "text only"
        raise UnsupportedParameter(
            f"output of form {kind} is not offered; accepted: {accepted}", param="output"
        )
    if output.schema is None:
        return {"type": "json_object"}
    schema = strict_schema(output.schema) if output.is_strict else output.schema
    described = {"name": output.name, "schema": schema, "strict": output.is_strict}
    return {"type": "json_schema", "json_schema": described}


def write_thinking(thinking: Thinking, table: ThinkingTable | None) -> dict[str, Any]:
    """Write the neutral thinking setting."""
    if table is None:
        raise UnsupportedParameter("thinking cannot be set for this model", param="thinking")
    body = {"on": table.on, "off": table.off, "auto": table.auto}[thinking.mode]
    if body is None:
        raise UnsupportedParameter(
            f"thinking cannot be switched {thinking.mode} for this model", param="thinking"
        )
    written = dict(body)
    if thinking.effort is not None:
        _write_effort(written, thinking, table)
    if thinking.budget_tokens is not None:
        if table.budget_field is None:
            raise UnsupportedParameter("a thinking budget is not offered", param="thinking")
        written[table.budget_field] = thinking.budget_tokens
    return written


def _write_effort(written: dict[str, Any], thinking: Thinking, table: ThinkingTable) -> None:
    word = table.efforts.get(thinking.effort or "")
    if table.effort_field is None or word is None or thinking.mode == "off":
        accepted = ", ".join(table.efforts) if thinking.mode != "off" else ""
        raise UnsupportedParameter(
            f"thinking effort {thinking.effort!r} is not offered"
            f"; accepted: {accepted or 'none, thinking can only be on or off'}",
            param="thinking",
        )
    written[table.effort_field] = word


def mentions_json(messages: tuple[Message, ...]) -> bool:
    """Whether some message holds the word "json"."""
    return any("json" in message.text.lower() for message in messages)


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Read a field that should be an object; anything else counts as an empty one."""
    return value if isinstance(value, Mapping) else {}
