"""Messages as the wire wants them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any, Final

from msgspec import structs

from purveyor.dialects.openai_compatible.tables import ChatTable
from purveyor.errors import UnsupportedParameter
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

_KINDS: Final = (
    (0, b"\x89PNG", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
)
"""Where a picture's first bytes say what it is."""


def write_messages(messages: Sequence[Message], table: ChatTable) -> list[dict[str, Any]]:
    """Write a conversation.

    Raises:
        UnsupportedParameter: the supplier does not take something in it.
    """
    if len(messages) > 1:
        if any(message.is_prefix for message in messages[:-1]):
            raise UnsupportedParameter(
                "only the last message can be continued; leave is_prefix out of earlier ones",
                param="is_prefix",
            )
        if table.merges_system:
            messages = _with_one_system(messages)
    return [written for message in messages for written in _write_message(message, table)]


def _with_one_system(messages: Sequence[Message]) -> list[Message]:
    """Put the texts of all system messages into one, at the front."""
    system = [message for message in messages if message.role in ("system", "developer")]
    if not system:
        return list(messages)
    merged = Message("system", (Text("\n\n".join(message.text for message in system)),))
    return [merged, *(message for message in messages if message not in system)]


def _write_message(message: Message, table: ChatTable) -> list[dict[str, Any]]:
    """Write one message: one on the wire, or one for each tool result it holds."""
    role, parts = message.role, message.parts
    if role == "assistant":
        return [_write_assistant(message, table)]
    if len(parts) == 1 and type(parts[0]) is Text and role != "tool":
        content: Any = parts[0].text
    else:
        results = [_write_result(part) for part in parts if isinstance(part, ToolResult)]
        if results or role == "tool":
            return [*results, *_write_beside_results(message, table)]
        content = _write_content(message, table)
    written: dict[str, Any] = {"role": table.roles.get(role, role), "content": content}
    if message.name:
        written["name"] = message.name
    return [written]


def _write_result(result: ToolResult) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": result.call_id, "content": result.content}


def _write_beside_results(message: Message, table: ChatTable) -> list[dict[str, Any]]:
    """Write what a user says beside the results of tools; a tool says nothing beside."""
    rest = tuple(part for part in message.parts if not isinstance(part, ToolResult))
    if message.role == "tool" and (rest or not message.parts):
        raise UnsupportedParameter(
            "a tool message holds ToolResult parts, and nothing else", param="messages"
        )
    return _write_message(structs.replace(message, parts=rest), table) if rest else []


def _write_content(message: Message, table: ChatTable) -> Any:
    if not message.parts:
        return ""
    if table.flattens_text and all(type(part) is Text for part in message.parts):
        return message.text
    return [_write_part(part, table) for part in message.parts]


def _write_assistant(message: Message, table: ChatTable) -> dict[str, Any]:
    calls = message.tool_calls
    written: dict[str, Any] = {
        "role": "assistant",
        "content": _write_said(message, table) or (table.empty_content if calls else ""),
    }
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


def _write_said(message: Message, table: ChatTable) -> str | list[dict[str, Any]]:
    """Write what the model said: its text, or a list where there is more than text."""
    said = [part for part in message.parts if not isinstance(part, Reasoning | Refusal | ToolCall)]
    if all(type(part) is Text for part in said):
        return message.text
    return [_write_part(part, table) for part in said]


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
    if [image.url, image.data, image.file_id].count(None) != 2:
        raise UnsupportedParameter(
            "an image needs exactly one of url, data and file_id", param="messages"
        )
    address = _image_address(image, table)
    if table.image_form == "text":
        return {"type": "image_url", "image_url": address}
    detail = {"detail": image.detail} if image.detail else {}
    return {"type": "image_url", "image_url": {"url": address, **detail}}


def _image_address(image: Image, table: ChatTable) -> str:
    files = table.file_id_url or "{}"
    if image.file_id is not None:
        _demand("image_file_id", table)
        return files.format(image.file_id)
    url = image.url
    if url is None:
        data = image.data or b""
        url = _data_url(data, image.media_type or _kind_of(data))
    if url.startswith("data:"):
        _demand("image_data", table)
        return url.partition(",")[2] if table.image_data_form == "base64" else url
    is_upload = not files.startswith("{}") and url.startswith(files.partition("{}")[0])
    _demand("image_file_id" if is_upload else "image_url", table)
    return url


def _kind_of(data: bytes) -> str:
    for place, mark, kind in _KINDS:
        if data[place : place + len(mark)] == mark:
            return kind
    raise UnsupportedParameter(
        "the image's data is no PNG, JPEG, GIF or WebP; say what it is with media_type",
        param="messages",
    )


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
