"""Events to a response and back: deltas are always concatenated, never compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from purveyor.dialects.accumulate import Accumulator, events_of
from purveyor.types.chat import (
    ChatResponse,
    Choice,
    Event,
    Finish,
    Finished,
    FinishReason,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from purveyor.types.messages import Message, Reasoning, Refusal, Text, ToolCall
from purveyor.types.usage import Usage


def added(*events: Event) -> ChatResponse:
    accumulator = Accumulator()
    accumulator.add(events)
    return accumulator.response()


def test_two_identical_deltas_are_two_deltas():
    """A model that says "ha" twice has said "haha"."""
    assert added(TextDelta("ha"), TextDelta("ha")).message.text == "haha"


def test_nothing_makes_an_empty_response():
    """Nothing is known yet."""
    assert added() == ChatResponse(message=Message("assistant"))


def test_tool_calls_that_interleave_stay_apart():
    """Each fragment goes to its call; id and name replace, arguments add."""
    response = added(
        ToolCallDelta(1, "b", "two", ""),
        ToolCallDelta(0, "a", "one", '{"x"'),
        ToolCallDelta(1, None, None, "{"),
        ToolCallDelta(0, "a", "one", ": 1}"),
        ToolCallDelta(1, None, None, "}"),
    )
    assert response.message.tool_calls == (
        ToolCall("a", "one", '{"x": 1}'),
        ToolCall("b", "two", "{}"),
    )


def test_choices_stay_apart():
    """The first is the message, the rest are others."""
    response = added(
        TextDelta("b", 1), TextDelta("a"), Finished(Finish(FinishReason.STOP), 1), TextDelta("b", 1)
    )
    assert response.message.text == "a"
    assert response.others == (
        Choice(Message("assistant", (Text("bb"),)), Finish(FinishReason.STOP)),
    )


def test_reasoning_keeps_its_marks():
    """A signature or encrypted reasoning comes with some delta, often an empty one."""
    response = added(
        ReasoningDelta("h"), ReasoningDelta("m"), ReasoningDelta(signature="s", encrypted="e")
    )
    assert response.message.parts == (Reasoning(text="hm", signature="s", encrypted="e"),)


def test_refusals_are_joined():
    """They are a part of their own."""
    assert added(RefusalDelta("I "), RefusalDelta("won't")).message.parts == (Refusal("I won't"),)


def test_logprobs_are_joined_list_by_list():
    """Under the supplier's own names; null does not wipe out what has come."""
    response = added(
        LogprobsDelta({"content": [1], "refusal": None}),
        LogprobsDelta({"content": [2], "refusal": None, "note": "x"}),
        LogprobsDelta({"content": None, "note": None}),
    )
    assert response.logprobs == {"content": [1, 2], "refusal": None, "note": "x"}


def test_the_last_usage_counts():
    """It is reported while the stream runs, and at its end."""
    response = added(UsageReported(Usage(output_tokens=1)), UsageReported(Usage(output_tokens=2)))
    assert response.usage == Usage(output_tokens=2)


def test_a_second_start_adds_what_the_first_lacked():
    """What is known is not forgotten."""
    response = added(Started(None, "c-1"), Started("m", None))
    assert (response.model, response.request_id) == ("m", "c-1")


def test_the_response_may_be_asked_at_any_moment():
    """It does not change afterwards."""
    accumulator = Accumulator()
    accumulator.add([TextDelta("a")])
    before = accumulator.response(raw=[1])
    accumulator.add([TextDelta("b")])
    assert before.message.text == "a"
    assert before.raw == [1]
    assert accumulator.response().message.text == "ab"


TEXT = st.text(min_size=1, max_size=5)
MAYBE = st.none() | TEXT
PARTS = st.tuples(
    st.builds(Reasoning, text=st.text(max_size=5), signature=MAYBE, encrypted=MAYBE) | st.none(),
    st.builds(Text, TEXT) | st.none(),
    st.builds(Refusal, TEXT) | st.none(),
    st.lists(st.builds(ToolCall, MAYBE, TEXT, st.text(max_size=5)), max_size=3),
)
FINISH = st.builds(Finish, st.none() | st.sampled_from(FinishReason), MAYBE)
LOGPROBS = st.none() | st.just({"content": [1]})
CHOICE = st.builds(
    lambda parts, finish, logprobs: Choice(
        Message("assistant", (*(part for part in parts[:3] if part), *parts[3])), finish, logprobs
    ),
    PARTS,
    FINISH,
    LOGPROBS,
)


@given(
    st.lists(CHOICE, min_size=1, max_size=3),
    MAYBE,
    MAYBE,
    st.none() | st.just(Usage(input_tokens=1)),
)
def test_a_response_said_as_events_adds_up_to_itself(choices, model, identity, usage):
    """Whatever it holds."""
    first, *others = choices
    response = ChatResponse(
        message=first.message,
        finish=first.finish,
        logprobs=first.logprobs,
        others=tuple(others),
        model=model,
        request_id=identity,
        usage=usage,
    )
    assert added(*events_of(response)) == response
