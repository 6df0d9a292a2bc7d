"""Messages and their parts on the wire."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from replies import encoded

from purveyor.errors import UnsupportedParameter
from purveyor.plugin import ChatTable
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
    assistant,
    tool_result,
    user,
)

PNG = b"\x89PNG\r\n\x1a\n...."
URL = "https://x.test/a.png"
CALL = ToolCall("c1", "f", '{"x": 1}')
WRITTEN_CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}


def written(*messages: Message, **table: Any) -> list[dict[str, Any]]:
    found = encoded(ChatTable(**table), list(messages))["messages"]
    assert isinstance(found, list)
    return found


def part(content: Part, **table: Any) -> Any:
    """Give what a part becomes beside a text."""
    return written(user("see", content), **table)[0]["content"][1]


def refusal(*messages: Message, **table: Any) -> str:
    with pytest.raises(UnsupportedParameter) as caught:
        written(*messages, **table)
    return caught.value.message


def test_roles_are_written_as_the_supplier_knows_them():
    """Developer becomes system where there is none."""
    messages = (Message("developer", (Text("a"),)), Message("user", (Text("b"),), name="ann"))
    assert written(*messages)[0] == {"role": "developer", "content": "a"}
    assert written(*messages, roles={"developer": "system"})[0]["role"] == "system"
    assert written(*messages)[1] == {"role": "user", "content": "b", "name": "ann"}


def test_system_messages_are_merged_where_only_one_is_taken():
    """At the front, in their order; developer messages are system messages there."""
    messages = (
        Message("system", (Text("a"),)),
        user("hi"),
        Message("developer", (Text("b"),)),
    )
    merged = written(*messages, merges_system=True, roles={"developer": "system"})
    assert merged == [{"role": "system", "content": "a\n\nb"}, {"role": "user", "content": "hi"}]
    assert len(written(*messages)) == 3
    unsaid = (user("a"), assistant("b"), user("c"))
    assert written(*unsaid, merges_system=True) == written(*unsaid)


def test_texts_and_parts_are_a_list():
    """Where a single text is a string."""
    assert written(user("a", "b"))[0]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]
    named = Message("user", (Text("a"), Text("b")), name="ann")
    assert written(named)[0]["name"] == "ann"


def test_a_list_of_texts_is_one_text_where_lists_are_not_taken():
    """Older models read strings alone; a picture among them is refused as ever."""
    assert written(user("a", "b"), flattens_text=True)[0]["content"] == "ab"
    message = refusal(user("a", Image(url=URL)), flattens_text=True, inputs=frozenset())
    assert "image url" in message


def test_a_message_without_parts_is_empty_text():
    """The wire wants the field."""
    assert written(Message("user"))[0]["content"] == ""
    assert written(assistant())[0] == {"role": "assistant", "content": ""}


def test_a_picture_is_an_address_or_its_data():
    """With its detail, if any."""
    assert part(Image(url=URL, detail="low")) == {
        "type": "image_url",
        "image_url": {"url": URL, "detail": "low"},
    }
    address = part(Image(data=PNG, media_type="image/webp"))["image_url"]["url"]
    assert address == "data:image/webp;base64," + base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
    ],
)
def test_a_pictures_kind_is_read_from_its_first_bytes(data, kind):
    """Where the caller does not say it."""
    assert part(Image(data=data))["image_url"]["url"].startswith(f"data:{kind};base64,")


def test_a_picture_of_unknown_kind_is_refused():
    """Nothing missing is replaced by a guess."""
    assert "media_type" in refusal(user(Image(data=b"????")))


@pytest.mark.parametrize("image", [Image(), Image(url=URL, data=PNG)])
def test_a_picture_has_exactly_one_source(image):
    """None, or two that may differ, is a mistake."""
    assert "exactly one" in refusal(user(image))


def test_a_picture_by_file_id_is_written_as_the_supplier_addresses_files():
    """Where it takes them; the address itself may be said too."""
    takes = {"inputs": frozenset({"image_file_id"}), "file_id_url": "ms://{}"}
    assert part(Image(file_id="f1"), **takes)["image_url"]["url"] == "ms://f1"
    assert part(Image(url="ms://f1"), **takes)["image_url"]["url"] == "ms://f1"
    assert "image file id" in refusal(user(Image(file_id="f1")))


def test_a_picture_may_be_bare_text_or_bare_base64():
    """Two more ways suppliers have."""
    assert part(Image(url=URL), image_form="text")["image_url"] == URL
    bare = part(Image(data=PNG), image_data_form="base64")["image_url"]["url"]
    assert bare == base64.b64encode(PNG).decode()
    pasted = part(Image(url="data:image/png;base64,QUJD"), image_data_form="base64")
    assert pasted["image_url"]["url"] == "QUJD"


@pytest.mark.parametrize(
    ("image", "named"),
    [
        (Image(url=URL), "image url"),
        (Image(data=PNG), "image data"),
        (Image(url="data:image/png;base64,QUJD"), "image data"),
    ],
)
def test_a_picture_that_is_not_taken_is_refused(image, named):
    """By address and by data are two things."""
    assert named in refusal(user(image), inputs=frozenset({"audio"}))
    assert "text only" in refusal(user(image), inputs=frozenset())


def test_a_sound_is_its_data_and_format():
    """Base64."""
    assert part(Audio(data=b"abc", format="wav")) == {
        "type": "input_audio",
        "input_audio": {"data": "YWJj", "format": "wav"},
    }
    assert "audio" in refusal(user(Audio(data=b"", format="wav")), inputs=frozenset())


def test_a_file_is_an_upload_or_its_data():
    """A file without a kind is bytes of unknown kind."""
    assert part(File(file_id="f1")) == {"type": "file", "file": {"file_id": "f1"}}
    sent = part(File(data=b"abc", name="a.pdf", media_type="application/pdf"))["file"]
    assert sent == {"filename": "a.pdf", "file_data": "data:application/pdf;base64,YWJj"}
    assert part(File(data=b"abc"))["file"]["file_data"].startswith("data:application/octet-stream")
    assert "data or file_id" in refusal(user(File()))
    assert "file" in refusal(user(File(file_id="f1")), inputs=frozenset())


def test_a_part_nobody_knows_is_sent_as_it_is():
    """A video, for a supplier that takes one."""
    video = {"type": "video_url", "video_url": {"url": "ms://f1"}}
    assert part(Opaque(video)) == video


def test_a_refusal_can_stand_in_a_list():
    """As OpenAI's own content parts have it."""
    assert part(Refusal("no")) == {"type": "refusal", "refusal": "no"}


@pytest.mark.parametrize("stray", [Reasoning(text="hm"), CALL])
def test_a_part_of_the_models_is_refused_in_a_users_message(stray):
    """It belongs into an assistant's."""
    assert type(stray).__name__ in refusal(user("a", stray))


def test_an_assistants_turn_goes_back_as_it_came():
    """Text, tool calls, refusal."""
    said = Message("assistant", (Text("a"), CALL, Refusal("no")), name="bot")
    assert written(said)[0] == {
        "role": "assistant",
        "content": "a",
        "name": "bot",
        "tool_calls": [WRITTEN_CALL],
        "refusal": "no",
    }


def test_tool_calls_alone_have_no_content():
    """Null, or what the supplier wants in its place."""
    said = Message("assistant", (CALL,))
    assert written(said)[0]["content"] is None
    assert written(said, empty_content="")[0]["content"] == ""


def test_a_call_without_arguments_is_an_empty_object():
    """An empty string is no JSON."""
    call = written(Message("assistant", (ToolCall("c", "now", ""),)))[0]["tool_calls"][0]
    assert call["function"]["arguments"] == "{}"


def test_other_parts_of_an_assistants_turn_are_not_lost():
    """They make a list of its content."""
    strange = {"type": "strange", "x": 1}
    said = Message("assistant", (Text("a"), Opaque(strange), Reasoning(text="hm")))
    assert written(said)[0]["content"] == [{"type": "text", "text": "a"}, strange]


def test_tool_results_are_a_message_each():
    """As the wire has them."""
    first = ToolResult(call_id="c1", content="1")
    second = ToolResult(call_id="c2", content="2")
    assert written(Message("tool", (first, second))) == [
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": "2"},
    ]
    assert written(tool_result(CALL, "42"))[0]["tool_call_id"] == "c1"


def test_what_a_user_says_beside_a_tool_result_is_not_lost():
    """It follows as a message of its own."""
    both = Message("user", (ToolResult(call_id="c1", content="1"), Text("go on")))
    assert written(both) == [
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "user", "content": "go on"},
    ]


def test_a_tool_message_needs_a_result():
    """Without the id of its call no supplier takes it."""
    assert "ToolResult" in refusal(Message("tool", (Text("42"),)))


THOUGHT = Message("assistant", (Reasoning(text="hm"), Text("a")))
THOUGHT_CALL = Message("assistant", (Reasoning(text="hm"), CALL))


@pytest.mark.parametrize(
    ("policy", "answer", "with_call"),
    [("never", None, None), ("tool_calls", None, "hm"), ("always", "hm", "hm")],
)
def test_reasoning_goes_back_where_the_supplier_wants_it(policy, answer, with_call):
    """Never, with tool calls, or always."""
    sent = written(THOUGHT, THOUGHT_CALL, echo_reasoning=policy)
    assert [each.get("reasoning_content") for each in sent] == [answer, with_call]


def test_missing_reasoning_has_a_placeholder_where_it_is_due():
    """Some answer 400 to a tool turn without any."""
    turn = Message("assistant", (CALL,))
    sent = written(turn, assistant("a"), echo_reasoning="tool_calls", echo_placeholder=" ")
    assert sent[0]["reasoning_content"] == " "
    assert "reasoning_content" not in sent[1]
    assert "reasoning_content" not in written(turn, echo_reasoning="tool_calls")[0]


def test_reasoning_goes_back_under_the_suppliers_name():
    """The first of the fields it uses."""
    sent = written(THOUGHT, echo_reasoning="always", reasoning_fields=("reasoning",))
    assert sent[0]["reasoning"] == "hm"
