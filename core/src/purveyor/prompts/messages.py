"""What a user may hand to a chat model, read as messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from purveyor.errors import ConfigError
from purveyor.types.messages import (
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    as_parts,
    assistant,
    system,
    user,
)

ChatInput = str | Part | Message | Mapping[str, Any] | Sequence[Any]
"""Text, a part, a message, a message as JSON, or a sequence of these."""

History = Iterable[Message | Mapping[str, Any] | Sequence[str]]
"""Earlier turns: messages, messages as JSON, or (question, answer) pairs."""


def to_messages(
    content: ChatInput, history: History | None = None, instruction: str | None = None
) -> tuple[Message, ...]:
    """Make the messages of one call: instruction, history, then what is asked now.

    Raises:
        ConfigError: something in it is neither text, part nor message.
    """
    if history is None and instruction is None and isinstance(content, str):
        return (Message("user", (Text(content),)),)
    messages = [system(instruction)] if instruction is not None else []
    for turn in history or ():
        messages.extend(_read_turn(turn))
    messages.extend(_read_input(content))
    return tuple(messages)


def _read_input(content: ChatInput) -> list[Message]:
    if isinstance(content, Message):
        return [content]
    if isinstance(content, Mapping):
        return [read_json_message(content)]
    if isinstance(content, str | Part):
        return [user(content)]
    items = list(content)
    if items and all(isinstance(item, str | Part) for item in items):
        return [Message("user", as_parts(items))]
    return [message for item in items for message in _read_message(item)]


def _read_message(item: Any) -> list[Message]:
    if isinstance(item, Message | Mapping):
        return _read_input(item)
    raise ConfigError(
        f"expected a message, got {type(item).__name__}; a list holds messages, or texts and parts"
    )


def _read_turn(turn: Any) -> list[Message]:
    if isinstance(turn, Message | Mapping):
        return _read_input(turn)
    if isinstance(turn, Sequence) and not isinstance(turn, str) and len(turn) == 2:
        return [user(str(turn[0])), assistant(str(turn[1]))]
    raise ConfigError(
        f"a turn of history is a message or a (question, answer) pair, not {turn!r:.80}"
    )


def read_json_message(raw: Mapping[str, Any]) -> Message:
    """Read a message written as OpenAI-compatible JSON: `{"role": ..., "content": ...}`."""
    role = raw.get("role")
    if role not in ("system", "developer", "user", "assistant", "tool"):
        raise ConfigError(
            f"a message's role is system, developer, user, assistant or tool, not {role!r}"
        )
    content = raw.get("content")
    if role == "tool":
        text = content if isinstance(content, str) else "".join(_texts(content))
        result = ToolResult(call_id=raw.get("tool_call_id"), content=text, name=raw.get("name"))
        return Message("tool", (result,))
    parts: list[Part] = []
    reasoning = raw.get("reasoning_content")
    if isinstance(reasoning, str):
        parts.append(Reasoning(text=reasoning))
    parts.extend(_read_content(content))
    for call in raw.get("tool_calls") or ():
        function = call.get("function") or {}
        name, arguments = str(function.get("name", "")), str(function.get("arguments") or "")
        parts.append(ToolCall(call.get("id"), name, arguments))
    return Message(role, tuple(parts), name=raw.get("name"))


def _read_content(content: Any) -> list[Part]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)] if content else []
    if isinstance(content, Sequence):
        return [_read_part(item) for item in content]
    raise ConfigError(
        f"a message's content is text or a list of parts, not {type(content).__name__}"
    )


def _read_part(item: Any) -> Part:
    if isinstance(item, str | Part):
        return as_parts((item,))[0]
    if not isinstance(item, Mapping):
        raise ConfigError(f"a part is text or a JSON object, not {type(item).__name__}")
    if item.get("type") == "text":
        return Text(str(item.get("text", "")))
    if item.get("type") == "image_url":
        address = item.get("image_url")
        address = address if isinstance(address, Mapping) else {"url": address}
        return Image(url=address.get("url"), detail=address.get("detail"))
    return Opaque(item)


def _texts(content: Any) -> list[str]:
    return [part.text for part in _read_content(content) if isinstance(part, Text)]
