"""A whole chat answer: what it holds, and when it is an error all the same."""

from __future__ import annotations

from typing import Any

import pytest
from replies import USAGE, completion, dialect, reply

from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.errors import MalformedResponse, Overloaded
from purveyor.plugin import ChatTable
from purveyor.types.chat import ChatResponse, Finish, FinishReason
from purveyor.types.messages import Message, Opaque, Reasoning, Refusal, Text, ToolCall
from purveyor.types.usage import Usage
from purveyor.types.wire import HttpReply


def decoded(body: Any, table: ChatTable | None = None, **headers: str) -> ChatResponse:
    return dialect(table).decode(reply(body, headers=headers))


def message(raw: Any, table: ChatTable | None = None) -> Message:
    return decoded(completion(message=raw), table).message


def test_an_answer_holds_all_that_was_said():
    """Text, finish, usage, model, id, and the body as it came."""
    body = completion("hello")
    response = decoded(body)
    assert response.message == Message("assistant", (Text("hello"),))
    assert response.finish == Finish(FinishReason.STOP, "stop")
    assert response.usage == read_usage(USAGE)
    assert (response.model, response.request_id, response.raw) == ("m-1", "c-1", body)


def test_the_id_for_support_comes_from_the_headers_first():
    """It is what the supplier's support asks for."""
    assert decoded(completion(), **{"x-request-id": "req-1"}).request_id == "req-1"
    assert decoded(completion(request_id="r-2")).request_id == "r-2"
    bare = completion()
    del bare["id"], bare["model"]
    assert (decoded(bare).request_id, decoded(bare).model) == (None, None)
    assert decoded(completion(model=7, id=7)).model is None


@pytest.mark.parametrize("content", [None, ""])
def test_no_content_is_no_part(content):
    """Not a part of empty text."""
    assert decoded(completion(content)).message == Message("assistant")


def test_content_may_be_a_list():
    """Texts are texts; what has no name here is kept as it is."""
    strange = {"type": "thinking", "thinking": []}
    got = message({"role": "assistant", "content": [{"type": "text", "text": "a"}, strange, 7]})
    assert got.parts == (Text("a"), Opaque(strange))


def test_a_message_may_be_a_text():
    """Some wires leave the object around it out, as they do around a delta."""
    assert message("hello") == Message("assistant", (Text("hello"),))


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_is_found_under_its_names(field):
    """Beside the text, with or without a role."""
    thought = (Reasoning(text="hm"), Text("a"))
    assert message({"role": "assistant", "content": "a", field: "hm"}).parts == thought
    assert message({"content": "a", field: "hm"}).parts == thought


def test_empty_reasoning_is_none():
    """As in a stream; a second field may hold it."""
    assert message({"role": "a", "content": "a", "reasoning_content": ""}).reasoning is None
    both = {"role": "a", "content": "a", "reasoning_content": "", "reasoning": "hm"}
    assert message(both).reasoning == "hm"


def test_a_tables_own_reasoning_field_counts():
    """And the others are unknown fields then."""
    table = ChatTable(reasoning_fields=("thoughts",))
    got = message({"role": "a", "content": "a", "thoughts": "hm", "reasoning": "x"}, table)
    assert got.reasoning == "hm"
    assert got.extra == {"reasoning": "x"}


TAGGED = ChatTable(reads_think_tags=True)


@pytest.mark.parametrize(
    ("content", "reasoning", "text"),
    [
        ("<think>hm</think>\n\na", "hm", "a"),
        ("\n<think>\nhm\n</think>a", "\nhm\n", "a"),
        ("<think>hm", "hm", ""),
        ("a <think>b</think>", None, "a <think>b</think>"),
        ("<think></think>a", None, "a"),
        ("<thin", None, "<thin"),
    ],
)
def test_think_tags_at_the_beginning_are_reasoning_where_the_table_says_so(
    content, reasoning, text
):
    """Engines without a reasoning parser leave them in."""
    got = decoded(completion(content), TAGGED).message
    assert (got.reasoning, got.text) == (reasoning, text)
    assert decoded(completion(content)).message.text == content


def test_a_refusal_is_a_part():
    """Not text."""
    got = message({"role": "assistant", "content": None, "refusal": "I won't"})
    assert got.parts == (Refusal("I won't"),)


CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}


def test_tool_calls_are_read_in_order():
    """Arguments untouched."""
    second = {"id": "c2", "function": {"name": "g", "arguments": '{"x'}}
    got = message({"role": "assistant", "content": None, "tool_calls": [CALL, second]})
    assert got.tool_calls == (ToolCall("c1", "f", '{"x": 1}'), ToolCall("c2", "g", '{"x'))


def test_tool_calls_are_read_without_a_role():
    """Two fields, and neither is the role."""
    assert message({"content": "a", "tool_calls": [CALL]}).tool_calls
    assert message({"content": "a", "refusal": "no"}).refusal == "no"


@pytest.mark.parametrize(
    ("raw", "call"),
    [
        (
            {"id": 7, "function": {"name": "f", "arguments": {"x": 1}}},
            ToolCall(None, "f", '{"x":1}'),
        ),
        ({"id": "c", "function": {"name": "f"}}, ToolCall("c", "f", "")),
        ({"id": "c", "function": "f"}, ToolCall("c", "", "")),
        ({"id": "c", "custom": {"name": "f", "input": "SELECT"}}, ToolCall("c", "f", "SELECT")),
        ({"id": "c", "function": {"name": 7, "arguments": None}}, ToolCall("c", "7", "")),
    ],
)
def test_odd_tool_calls_are_read(raw, call):
    """Arguments as an object, missing fields, custom tools."""
    assert message({"role": "a", "content": None, "tool_calls": [raw, "rubbish"]}).tool_calls == (
        call,
    )


def test_a_legacy_function_call_is_a_tool_call_without_id():
    """Old models and gateways."""
    raw = {"role": "a", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    assert message(raw).tool_calls == (ToolCall(None, "f", "{}"),)


def test_fields_without_a_name_here_are_kept():
    """Empty ones are not."""
    got = message({"role": "a", "content": "x", "annotations": [], "audio": {"id": "a1"}})
    assert got.extra == {"audio": {"id": "a1"}}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("tool_calls", FinishReason.TOOL_CALLS),
        ("function_call", FinishReason.TOOL_CALLS),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("sensitive", FinishReason.CONTENT_FILTER),
        ("eos_token", FinishReason.OTHER),
    ],
)
def test_a_finish_reason_is_said_in_our_word_and_theirs(raw, reason):
    """One that is not known is kept."""
    assert decoded(completion(finish=raw)).finish == Finish(reason, raw)


@pytest.mark.parametrize("raw", [None, "", "null"])
def test_no_finish_reason_is_none(raw):
    """Suppliers say so in three ways."""
    assert decoded(completion(finish=raw)).finish == Finish()


def test_a_table_adds_finish_reasons_and_failures():
    """Some are errors that may pass."""
    table = ChatTable(
        finish_reasons={"eos": FinishReason.STOP}, finish_errors={"no_capacity": Overloaded}
    )
    assert decoded(completion(finish="eos"), table).finish.reason is FinishReason.STOP
    with pytest.raises(Overloaded, match="no_capacity"):
        decoded(completion(finish="no_capacity"), table)


def test_further_choices_are_others_in_the_order_of_their_index():
    """Whatever order they came in."""
    choices = [
        {"index": 1, "message": {"role": "a", "content": "b"}, "finish_reason": "length"},
        {"index": 0, "message": {"role": "a", "content": "a"}, "finish_reason": "stop"},
    ]
    response = decoded(completion(choices=choices))
    assert response.message.text == "a"
    assert [other.message.text for other in response.others] == ["b"]
    assert response.others[0].finish.reason is FinishReason.LENGTH


def test_logprobs_are_given_as_they_came():
    """Their own shape is the supplier's."""
    choice = {"message": {"role": "a", "content": "a"}, "logprobs": {"content": [{"token": "a"}]}}
    assert decoded(completion(choices=[choice])).logprobs == {"content": [{"token": "a"}]}


@pytest.mark.parametrize("choices", [None, [], {}, "none", [None], ["x"]])
def test_an_answer_without_choices_is_malformed(choices):
    """Not an empty answer."""
    with pytest.raises(MalformedResponse, match="no choices") as caught:
        decoded(completion(choices=choices))
    assert caught.value.raw["id"] == "c-1"


def test_a_message_may_be_text_itself():
    """Native wires have it so."""
    assert message("hello").text == "hello"


@pytest.mark.parametrize("raw", [None, 7, []])
def test_a_choice_without_a_message_is_malformed(raw):
    """Nothing was said, and nothing is made up."""
    with pytest.raises(MalformedResponse, match="no message"):
        decoded(completion(message=raw))


def test_an_empty_reply_is_malformed():
    """204, or a proxy that ate the body."""
    with pytest.raises(MalformedResponse, match="empty body"):
        dialect().decode(HttpReply(204))


def test_an_envelope_is_opened():
    """Some native wires wrap their answer; the usage may be inside or beside."""
    table = ChatTable(envelope=("data",))
    inside = decoded({"data": completion(), "request_id": "r-1"}, table)
    assert (inside.message.text, inside.usage, inside.request_id) == (
        "hello",
        read_usage(USAGE),
        "r-1",
    )
    beside = {"output": {"choices": completion()["choices"]}, "usage": USAGE}
    assert decoded(beside, ChatTable(envelope=("output",))).usage == read_usage(USAGE)
    with pytest.raises(MalformedResponse, match="no choices"):
        decoded(completion(), table)


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        (
            {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
            Usage(input_tokens=1, output_tokens=2, total_tokens=3),
        ),
        ({"input_tokens": 1, "output_tokens": 2}, Usage(input_tokens=1, output_tokens=2)),
        ({"prompt_tokens": 0}, Usage(input_tokens=0)),
        ({"prompt_tokens": 3.0}, Usage(input_tokens=3)),
        ({"prompt_tokens": float("nan"), "total_tokens": True}, Usage()),
        ({"prompt_tokens": "7", "completion_tokens": None}, Usage()),
        ({"prompt_tokens_details": {"cached_tokens": 4}}, Usage(cached_input_tokens=4)),
        ({"cached_tokens": 5, "prompt_tokens_details": None}, Usage(cached_input_tokens=5)),
        ({"prompt_cache_hit_tokens": 6}, Usage(cached_input_tokens=6)),
        ({"input_tokens_details": {"cached_tokens": 7}}, Usage(cached_input_tokens=7)),
        ({"completion_tokens_details": {"reasoning_tokens": 8}}, Usage(reasoning_tokens=8)),
        ({"output_tokens_details": {"reasoning_tokens": 9}}, Usage(reasoning_tokens=9)),
    ],
)
def test_usage_is_found_wherever_it_is_put(raw, usage):
    """Unknown is None, never zero; zero is zero."""
    got = read_usage(raw)
    assert got is not None
    assert got.raw == raw
    facts = ("input_tokens", "output_tokens", "total_tokens")
    more = ("cached_input_tokens", "reasoning_tokens", "is_estimate")
    assert [getattr(got, name) for name in facts + more] == [
        getattr(usage, name) for name in facts + more
    ]


@pytest.mark.parametrize("raw", [None, {}, [], "12", 3])
def test_no_usage_is_none(raw):
    """Not a usage of zero."""
    assert read_usage(raw) is None
