"""What a user may hand to a chat model, read as messages."""

from __future__ import annotations

from typing import Any

import pytest
from replies import completion, dialect, reply

from purveyor.errors import ConfigError
from purveyor.modules.reply import Reply
from purveyor.prompts.messages import to_messages
from purveyor.types.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    assistant,
    system,
    user,
)

PICTURE = Image(url="https://x.test/a.png")


def one(content: Any) -> Message:
    (message,) = to_messages(content)
    return message


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        ("hi", (user("hi"),)),
        ("", (user(""),)),
        (PICTURE, (user(PICTURE),)),
        (["see", PICTURE], (user("see", PICTURE),)),
        (("see", PICTURE), (user("see", PICTURE),)),
        (user("hi"), (user("hi"),)),
        ([system("s"), user("hi")], (system("s"), user("hi"))),
        ({"role": "user", "content": "hi"}, (user("hi"),)),
        ([{"role": "system", "content": "s"}, user("hi")], (system("s"), user("hi"))),
        ([{"type": "text", "text": "hi"}], (user("hi"),)),
        (
            ["see", {"type": "image_url", "image_url": "https://x.test/a.png"}],
            (user("see", PICTURE),),
        ),
    ],
)
def test_content_is_text_parts_or_messages(content, messages):
    """Or any of these as JSON."""
    assert to_messages(content) == messages


@pytest.mark.parametrize(
    "content", [None, 7, 1.5, b"bytes", object(), [], (), ["a", user("b")], [None], [["a"]]]
)
def test_anything_else_is_refused(content):
    """With what was got; nothing is sent without a message."""
    with pytest.raises(ConfigError, match="message"):
        to_messages(content)


def test_instruction_and_history_come_first():
    """In this order."""
    history = [("q", "a"), user("x"), {"role": "assistant", "content": "y"}]
    assert to_messages("now", history, "be brief") == (
        system("be brief"),
        user("q"),
        assistant("a"),
        user("x"),
        assistant("y"),
        user("now"),
    )
    assert to_messages("now", None, "") == (system(""), user("now"))


def reply_of(**message: Any) -> Reply:
    return Reply(dialect().decode(reply(completion(message={"role": "assistant", **message}))))


def test_a_reply_goes_into_the_history_as_the_message_it_was():
    """With its reasoning and its tool calls, which its text alone would lose."""
    call = {"id": "c", "function": {"name": "f", "arguments": "{}"}}
    said = reply_of(content="a", reasoning_content="hm", tool_calls=[call])
    expected = (user("q"), said.message, user("now"))
    assert to_messages("now", [("q", said)]) == expected
    assert to_messages("now", [user("q"), said]) == expected
    assert to_messages([user("q"), said, user("now")]) == expected


def test_history_is_a_list():
    """A text is none, though it could be gone through letter by letter."""
    for wrong in ("qa", 7):
        with pytest.raises(ConfigError, match="history"):
            to_messages("now", wrong)  # type: ignore[arg-type]


def test_an_answer_of_the_history_may_be_a_message():
    """As the model gave it."""
    said = assistant("a")
    assert to_messages("now", [("q", said)])[1] is said


def test_a_question_of_the_history_may_be_more_than_text():
    """A picture, say; a question may still be unanswered."""
    assert to_messages("now", [(["see", PICTURE], "a")])[0] == user("see", PICTURE)
    assert to_messages("now", [("q", None)]) == (user("q"), user("now"))


@pytest.mark.parametrize("turn", ["q", ("q",), ("q", "a", "b"), 7, (7, "a"), ("q", 7), None])
def test_a_turn_of_another_shape_is_refused(turn):
    """Nothing is made text that was none."""
    with pytest.raises(ConfigError, match="turn of history"):
        to_messages("now", [turn])


@pytest.mark.parametrize("role", [None, "function", "bot", 7])
def test_an_unknown_role_is_refused(role):
    """With those there are."""
    with pytest.raises(ConfigError, match="role"):
        to_messages({"role": role, "content": "hi"})


@pytest.mark.parametrize(
    ("part", "read"),
    [
        ("hi", Text("hi")),
        (PICTURE, PICTURE),
        ({"type": "text", "text": "hi"}, Text("hi")),
        (
            {"type": "image_url", "image_url": {"url": "u", "detail": "low"}},
            Image(url="u", detail="low"),
        ),
        ({"type": "image_url", "image_url": "u"}, Image(url="u")),
        (
            {"type": "input_audio", "input_audio": {"data": "YWJj", "format": "wav"}},
            Audio(data=b"abc", format="wav"),
        ),
        ({"type": "file", "file": {"file_id": "f"}}, File(file_id="f")),
        ({"type": "refusal", "refusal": "no"}, Refusal("no")),
        ({"type": "video_url", "video_url": {"url": "u"}}, None),
        ({"type": "input_audio", "input_audio": {"data": "!", "format": "wav"}}, None),
        ({"type": "file", "file": {"file_data": "data:x;base64,YQ=="}}, None),
        ({"type": "text"}, None),
    ],
)
def test_parts_are_read_from_json(part, read):
    """What has no class here, or cannot be read, is kept as it is."""
    assert one({"role": "user", "content": [part]}).parts == (read or Opaque(part),)


@pytest.mark.parametrize("content", [7, {"text": "hi"}, [7]])
def test_content_of_another_shape_is_refused(content):
    """With what it should be."""
    with pytest.raises(ConfigError, match="text"):
        to_messages({"role": "user", "content": content})


def test_an_assistants_turn_is_read_whole():
    """Reasoning, refusal, tool calls; also as older wires have them."""
    raw = {
        "role": "assistant",
        "content": None,
        "reasoning_content": "hm",
        "refusal": "no",
        "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
        "name": "bot",
    }
    assert one(raw) == Message(
        "assistant", (Reasoning(text="hm"), Refusal("no"), ToolCall("c", "f", "{}")), name="bot"
    )
    legacy = {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}}
    assert one(legacy).tool_calls == (ToolCall(None, "f", "{}"),)


def test_arguments_may_be_an_object():
    """They become JSON, not Python."""
    raw = {
        "role": "assistant",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"x": None}}}],
    }
    assert one(raw).tool_calls[0].arguments == '{"x":null}'


@pytest.mark.parametrize("calls", [["f"], "f", [{"function": "f"}]])
def test_tool_calls_of_another_shape_are_refused(calls):
    """Instead of being passed over."""
    with pytest.raises(ConfigError, match="tool call"):
        to_messages({"role": "assistant", "tool_calls": calls})


@pytest.mark.parametrize("flag", ["partial", "prefix"])
def test_a_prefix_is_read_under_the_names_suppliers_give_it(flag):
    """The flag is not lost."""
    message = one({"role": "assistant", "content": "{", flag: True})
    assert message.is_prefix
    assert message.text == "{"


def test_fields_without_a_name_here_are_kept():
    """Empty ones are not."""
    assert one({"role": "user", "content": "hi", "weight": 1, "audio": None}).extra == {"weight": 1}


def test_a_tool_message_is_a_result():
    """Of text, or of a list of texts."""
    raw = {"role": "tool", "tool_call_id": "c", "content": "42", "name": "f"}
    assert one(raw).parts == (ToolResult(call_id="c", content="42", name="f"),)
    listed = {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "4"}, "2"]}
    assert one(listed).parts[0].content == "42"
    assert one({"role": "tool", "tool_call_id": "c", "content": None}).parts[0].content == ""


def test_a_tool_message_of_more_than_text_is_refused():
    """A picture in it would be lost."""
    raw = {
        "role": "tool",
        "tool_call_id": "c",
        "content": [{"type": "image_url", "image_url": "u"}],
    }
    with pytest.raises(ConfigError, match="text"):
        to_messages(raw)
