"""Messages and their parts: what a conversation is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from purveyor.errors import FormatError

Role = Literal["system", "developer", "user", "assistant", "tool"]


class Text(Struct, frozen=True, tag="text"):
    """Plain text."""

    text: str


class Image(Struct, frozen=True, tag="image", kw_only=True):
    """A picture: exactly one of `url`, `data` and `file_id`.

    `data` is the file's bytes and needs `media_type`; `detail` is `low`, `high` or `auto`.
    """

    url: str | None = None
    data: bytes | None = None
    file_id: str | None = None
    media_type: str | None = None
    detail: str | None = None


class Audio(Struct, frozen=True, tag="audio", kw_only=True):
    """A sound: the file's bytes and its `format` (`wav`, `mp3`)."""

    data: bytes
    format: str


class File(Struct, frozen=True, tag="file", kw_only=True):
    """A document: `data` with `name` and `media_type`, or the `file_id` of an earlier upload."""

    data: bytes | None = None
    file_id: str | None = None
    name: str | None = None
    media_type: str | None = None


class ToolCall(Struct, frozen=True, tag="tool_call"):
    """The model asks for a tool. `arguments` is its text, untouched."""

    id: str | None
    name: str
    arguments: str

    def parse(self) -> dict[str, Any]:
        """Read the arguments as a JSON object; no arguments at all is an empty one.

        Raises:
            FormatError: the text is no JSON object.
        """
        if not self.arguments.strip():
            return {}
        try:
            value = msgspec.json.decode(self.arguments)
        except (ValueError, RecursionError) as error:  # cut, half a surrogate pair, far too deep
            raise FormatError(
                f"arguments of tool {self.name!r} are not JSON: {error}", self.arguments
            ) from error
        if not isinstance(value, dict):
            raise FormatError(f"arguments of tool {self.name!r} are no JSON object", self.arguments)
        return value


class ToolResult(Struct, frozen=True, tag="tool_result", kw_only=True):
    """What a tool answered to the call `call_id`; `is_error` when it failed."""

    call_id: str | None
    content: str
    name: str | None = None
    is_error: bool = False


class Reasoning(Struct, frozen=True, tag="reasoning", kw_only=True):
    """The model's own thinking, with the marks some suppliers want back untouched."""

    text: str = ""
    signature: str | None = None
    encrypted: str | None = None


class Refusal(Struct, frozen=True, tag="refusal"):
    """The model declined, in its own words."""

    text: str


class Opaque(Struct, frozen=True, tag="opaque"):
    """A part this version does not know, kept as it came."""

    raw: Mapping[str, Any]


Part = Text | Image | Audio | File | ToolCall | ToolResult | Reasoning | Refusal | Opaque


class Message(Struct, frozen=True):
    """One turn of a conversation.

    `is_prefix` marks a last assistant message that the model is to continue. `extra` keeps the
    fields of a supplier's message that have no name here.
    """

    role: Role
    parts: tuple[Part, ...] = ()
    name: str | None = None
    is_prefix: bool = False
    extra: Mapping[str, Any] = {}

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join([part.text for part in self.parts if type(part) is Text])

    @property
    def reasoning(self) -> str | None:
        """The reasoning parts, joined; None where there are none."""
        texts = [part.text for part in self.parts if type(part) is Reasoning]
        return "".join(texts) if texts else None

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, in the model's order."""
        return tuple([part for part in self.parts if type(part) is ToolCall])

    @property
    def refusal(self) -> str | None:
        """The model's refusal; None where there is none."""
        texts = [part.text for part in self.parts if type(part) is Refusal]
        return "".join(texts) if texts else None


def system(text: str) -> Message:
    """Make a system message."""
    return Message("system", (Text(text),))


def user(*content: str | Part) -> Message:
    """Make a user message of texts and other parts, in order."""
    return Message("user", as_parts(content))


def assistant(*content: str | Part, is_prefix: bool = False) -> Message:
    """Make an assistant message; with `is_prefix`, one that the model continues."""
    return Message("assistant", as_parts(content), is_prefix=is_prefix)


def tool_result(call: ToolCall, content: str, *, is_error: bool = False) -> Message:
    """Make the message that answers a tool call."""
    answer = ToolResult(call_id=call.id, content=content, name=call.name, is_error=is_error)
    return Message("tool", (answer,))


def as_parts(content: Sequence[str | Part]) -> tuple[Part, ...]:
    """Read strings as text parts, leave parts as they are."""
    return tuple(Text(item) if isinstance(item, str) else item for item in content)
