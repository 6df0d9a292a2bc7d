"""What a user may hand to a chat model, read as messages."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from purveyor.dialects.json_body import encode_json
from purveyor.errors import ConfigError
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
    as_parts,
    assistant,
    system,
    user,
)

ChatInput = str | Part | Message | Mapping[str, Any] | Sequence[Any]
"""Text, a part, a message, a message as JSON, or a sequence of these."""

History = Iterable[Message | Mapping[str, Any] | Sequence[Any] | str]
"""Earlier turns: messages, messages as JSON, replies, or (question, answer) pairs."""

_PREFIX_FLAGS: Final = ("partial", "prefix")
_MESSAGE_FIELDS: Final = frozenset(
    {
        *("role", "content", "name", "refusal", "tool_calls", "function_call", "tool_call_id"),
        *("reasoning_content", "reasoning", *_PREFIX_FLAGS),
    }
)


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
    if history is not None:
        messages.extend(_read_history(history))
    messages.extend(_read_input(content))
    return tuple(messages)


def _read_input(content: ChatInput) -> list[Message]:
    if isinstance(content, Message):
        return [content]
    if isinstance(content, Mapping):
        return [read_json_message(content)]
    if isinstance(content, str | Part):
        return [user(content)]
    if not isinstance(content, Iterable) or isinstance(content, bytes | bytearray):
        raise ConfigError(
            f"expected text, a part, a message or a list of them, got {type(content).__name__}"
        )
    items = list(content)
    if not items:
        raise ConfigError("expected a message, got an empty list")
    if all(isinstance(item, str | Part) or _is_json_part(item) for item in items):
        return [Message("user", tuple(_read_part(item) for item in items))]
    return [_read_message(item) for item in items]


def _is_json_part(item: Any) -> bool:
    return isinstance(item, Mapping) and "type" in item and "role" not in item


def _read_message(item: Any) -> Message:
    if isinstance(item, Message):
        return item
    if isinstance(item, Mapping):
        return read_json_message(item)
    said = _message_of(item)
    if said is not None:
        return said
    raise ConfigError(
        f"expected a message, got {type(item).__name__}; a list holds messages, or texts and parts"
    )


def _message_of(item: Any) -> Message | None:
    """Give the message that a reply carries: its text alone would lose reasoning and tool calls."""
    message = getattr(item, "message", None)
    return message if isinstance(message, Message) else None


def _read_history(history: Any) -> list[Message]:
    if isinstance(history, str) or not isinstance(history, Iterable):
        raise ConfigError(f"history is a list of turns, not {type(history).__name__}")
    return [message for turn in history for message in _read_turn(turn)]


def _read_turn(turn: Any) -> list[Message]:
    if isinstance(turn, Message | Mapping) or _message_of(turn) is not None:
        return [_read_message(turn)]
    if isinstance(turn, Sequence) and not isinstance(turn, str) and len(turn) == 2:
        question, answer = turn
        is_asked = isinstance(question, str | Part | list | tuple)
        if is_asked and (answer is None or isinstance(answer, str | Message)):
            return [*_read_input(question), *_read_answer(answer)]
    raise ConfigError(
        f"a turn of history is a message, a reply or a (question, answer) pair, not {turn!r:.80}"
    )


def _read_answer(answer: str | Message | None) -> list[Message]:
    """Read the second half of a pair; None is a question that was not answered."""
    if answer is None:
        return []
    if isinstance(answer, Message):
        return [answer]
    return [_message_of(answer) or assistant(answer)]


def read_json_message(raw: Mapping[str, Any]) -> Message:
    """Read a message written as OpenAI-compatible JSON: `{"role": ..., "content": ...}`."""
    role = raw.get("role")
    if role not in ("system", "developer", "user", "assistant", "tool"):
        raise ConfigError(
            f"a message's role is system, developer, user, assistant or tool, not {role!r}"
        )
    if role == "tool":
        text = _tool_text(raw.get("content"))
        result = ToolResult(call_id=raw.get("tool_call_id"), content=text, name=raw.get("name"))
        return Message("tool", (result,))
    parts: list[Part] = []
    reasoning = raw.get("reasoning_content") or raw.get("reasoning")
    if isinstance(reasoning, str):
        parts.append(Reasoning(text=reasoning))
    parts.extend(_read_content(raw.get("content")))
    if isinstance(raw.get("refusal"), str):
        parts.append(Refusal(raw["refusal"]))
    parts.extend(_read_calls(raw))
    return Message(
        role,
        tuple(parts),
        name=raw.get("name"),
        is_prefix=any(raw.get(flag) is True for flag in _PREFIX_FLAGS),
        extra={key: raw[key] for key in raw if key not in _MESSAGE_FIELDS and raw[key]},
    )


def _read_calls(raw: Mapping[str, Any]) -> list[ToolCall]:
    calls = raw.get("tool_calls") or []
    legacy = raw.get("function_call")
    if not calls and legacy:
        calls = [{"function": legacy}]
    if not isinstance(calls, Sequence) or isinstance(calls, str):
        raise ConfigError(f"tool_calls is a list, each tool call an object, not {calls!r:.80}")
    return [_read_call(call) for call in calls]


def _read_call(call: Any) -> ToolCall:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        raise ConfigError(f"a tool call is an object with a function, not {call!r:.80}")
    arguments = function.get("arguments") or ""
    if isinstance(arguments, Mapping):
        arguments = encode_json(arguments).decode()
    return ToolCall(call.get("id"), str(function.get("name", "")), str(arguments))


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
    kind = item.get("type")
    inner = item.get(kind) if isinstance(kind, str) else None
    match kind, inner:
        case "text", str():
            return Text(inner)
        case "refusal", str():
            return Refusal(inner)
        case "image_url", str():
            return Image(url=inner)
        case "image_url", Mapping():
            return Image(url=inner.get("url"), detail=inner.get("detail"))
        case "input_audio", Mapping():
            return _read_audio(inner) or Opaque(item)
        case "file", {"file_id": str(file_id)}:
            return File(file_id=file_id)
    return Opaque(item)


def _read_audio(sound: Mapping[str, Any]) -> Audio | None:
    try:
        data = binascii.a2b_base64(str(sound.get("data")), strict_mode=True)
    except binascii.Error:
        return None
    return Audio(data=data, format=str(sound.get("format")))


def _tool_text(content: Any) -> str:
    parts = _read_content(content)
    if not all(isinstance(part, Text) for part in parts):
        raise ConfigError("the content of a tool message is text")
    return "".join(part.text for part in parts if isinstance(part, Text))
