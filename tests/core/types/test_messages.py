"""Messages, their parts, and what a tool call's arguments say."""

from __future__ import annotations

import pickle

import msgspec
import pytest

from purveyor.errors import FormatError
from purveyor.types.messages import (
    Image,
    Message,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    assistant,
    system,
    tool_result,
    user,
)


def test_arguments_are_read_as_an_object():
    """The text stays as the model wrote it; `parse` reads it."""
    call = ToolCall("c1", "weather", '{"city": "Paris"}')
    assert call.parse() == {"city": "Paris"}
    assert call.arguments == '{"city": "Paris"}'


@pytest.mark.parametrize("arguments", ["", "  \n"])
def test_no_arguments_are_an_empty_object(arguments):
    """Models leave them out for a tool without parameters."""
    assert ToolCall(None, "now", arguments).parse() == {}


@pytest.mark.parametrize(
    "arguments",
    ['{"city": "Pa', "[1]", '"text"', "null", "[" * 100_000, '{"city": "\ud83d"}'],
    ids=["cut", "list", "text", "null", "deep", "half a surrogate"],
)
def test_unreadable_arguments_are_a_format_error_that_keeps_them(arguments):
    """Nothing unreadable becomes an empty object."""
    with pytest.raises(FormatError, match="weather") as caught:
        ToolCall(None, "weather", arguments).parse()
    assert caught.value.text == arguments


def test_a_message_gives_its_parts_by_kind():
    """Texts are joined; what is absent is None, not empty."""
    call = ToolCall("c1", "f", "{}")
    message = Message(
        "assistant", (Reasoning(text="hm"), Text("a"), Text("b"), Refusal("no"), call)
    )
    assert (message.text, message.reasoning, message.refusal) == ("ab", "hm", "no")
    assert message.tool_calls == (call,)
    assert (user("hi").reasoning, user("hi").refusal, user("hi").tool_calls) == (None, None, ())


def test_messages_are_made_of_texts_and_parts():
    """Strings become text parts, in order."""
    picture = Image(url="https://x.test/a.png")
    assert user("see", picture).parts == (Text("see"), picture)
    assert system("be brief") == Message("system", (Text("be brief"),))
    assert assistant("{", is_prefix=True).is_prefix


def test_a_tool_result_answers_its_call():
    """Id and name are the call's."""
    message = tool_result(ToolCall("c1", "f", "{}"), "42", is_error=True)
    assert message.role == "tool"
    assert message.parts == (ToolResult(call_id="c1", content="42", name="f", is_error=True),)


def test_a_message_survives_pickle_and_json():
    """A conversation can be kept and sent to another process."""
    message = Message("user", (Text("a"), Image(data=b"\x89PNG", media_type="image/png")))
    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301
    assert msgspec.json.decode(msgspec.json.encode(message), type=Message) == message
