"""The OpenAI-compatible stream: bytes, cut anywhere, to events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replies import USAGE, chunk, completion, cuts, decoded, dialect, events_bytes, hello_stream

from purveyor.dialects.accumulate import Accumulator
from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.errors import (
    MalformedResponse,
    Overloaded,
    RateLimited,
    ServerError,
    StreamInterrupted,
    SupplierError,
)
from purveyor.plugin import ChatTable, ErrorTable
from purveyor.types.chat import (
    ChatResponse,
    Event,
    Finish,
    Finished,
    FinishReason,
    LogprobsDelta,
    ReasoningDelta,
    RefusalDelta,
    Started,
    TextDelta,
    UsageReported,
)
from purveyor.types.messages import ToolCall
from purveyor.types.wire import HttpReply

STOP = Finished(Finish(FinishReason.STOP, "stop"))
HELLO = [
    Started("m-1", "c-1"),
    TextDelta("Hel"),
    TextDelta("lo"),
    STOP,
    UsageReported(read_usage(USAGE)),  # type: ignore[arg-type]
]


def response_of(body: bytes, table: ChatTable | None = None) -> ChatResponse:
    accumulator = Accumulator()
    accumulator.add(decoded(body, table))
    return accumulator.response()


def deltas(*chunks: Any, table: ChatTable | None = None) -> list[Event]:
    """Give the events of these chunks, between start and finish."""
    events = decoded(events_bytes(chunk({"role": "a"}), *chunks, chunk(finish="stop")), table)
    return [event for event in events[1:] if event != STOP]


def outcome(parts: list[bytes], table: ChatTable | None = None) -> tuple[list[Event], type | None]:
    """Give the events of a stream, and the class of the error it ends with."""
    decoder, events = dialect(table).stream_decoder(HttpReply(200)), []
    try:
        for part in parts:
            events.extend(decoder.feed(part))
            if decoder.is_complete:
                break
        events.extend(decoder.end())
    except SupplierError as error:
        return events, type(error)
    return events, None


def test_a_stream_is_read_event_by_event():
    """Start, text, finish, usage."""
    assert decoded(hello_stream()) == HELLO


def test_a_stream_adds_up_to_the_whole_answer():
    """The same values either way; only `raw` tells them apart."""
    whole = dialect().decode(HttpReply(200, {}, json.dumps(completion("Hello")).encode()))
    added = response_of(hello_stream())
    assert added.message == whole.message
    assert (added.finish, added.usage, added.model, added.request_id) == (
        whole.finish,
        whole.usage,
        whole.model,
        whole.request_id,
    )


def test_the_id_for_support_comes_from_the_headers_first():
    """As for a whole answer."""
    decoder = dialect().stream_decoder(HttpReply(200, {"x-request-id": "req-1"}))
    assert decoder.feed(hello_stream())[0] == Started("m-1", "req-1")


def test_all_that_was_received_is_kept():
    """For `ChatResponse.raw`; what is no JSON as text."""
    decoder = dialect().stream_decoder(HttpReply(200))
    with pytest.raises(MalformedResponse):
        decoder.feed(events_bytes(chunk("a"), b"{oops", done=False))
        decoder.end()
    assert decoder.raw() == [chunk("a"), "{oops"]


ODD_STREAM = events_bytes(
    chunk({"role": "assistant", "content": None}),
    chunk({"reasoning_content": "h\u00e9"}),
    chunk("\u4f60\U0001f600"),
    chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": ""}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}),
    chunk(finish="tool_calls"),
    {"choices": [], "usage": USAGE},
)
STREAMS = {
    "hello": hello_stream(),
    "odd": ODD_STREAM,
    "crlf": ODD_STREAM.replace(b"\n", b"\r\n"),
    "cr": ODD_STREAM.replace(b"\n", b"\r"),
    "bom": b"\xef\xbb\xbf" + ODD_STREAM,
    "blank": b"\n\r\n : x\n" + ODD_STREAM,
    "late": hello_stream() + events_bytes(chunk("late")),
    "cut": hello_stream()[:-40],
    "error": events_bytes(chunk("a"), {"error": {"message": "no", "code": "insufficient_quota"}}),
    "first error": events_bytes({"error": {"message": "busy", "type": "overloaded_error"}}),
    "role, error": events_bytes(chunk({"role": "a"}), {"error": {"message": "no"}}),
    "rubbish": events_bytes(chunk("a"), b"{oops", chunk("b")),
    "whole": b"\xef\xbb\xbf\n " + json.dumps(completion("\u00e9")).encode(),
    "html": b"\n<html>Log in</html>",
    "text": b"upstream connect error",
    "empty": b"",
    "halves": events_bytes(
        *(b'{"choices":[{"delta":{"content":"%b"}}]}' % half for half in (b"\\ud83d", b"\\ude00")),
        chunk(finish="stop"),
    ),
}


@given(st.sampled_from(sorted(STREAMS)), st.lists(st.integers(0, 5000), max_size=30))
def test_any_cut_of_the_bytes_gives_the_same(name, places):
    """The same events, and the same end, good or bad."""
    expected = outcome([STREAMS[name]])
    assert outcome(cuts(STREAMS[name], places)) == expected


@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_at_every_byte_gives_the_same(name):
    """One byte a part."""
    body = STREAMS[name]
    expected = outcome([body])
    assert outcome([body[place : place + 1] for place in range(len(body))]) == expected


TEXTS = st.sampled_from(["", "a", "\u4f60", " \n"])
ODD = st.sampled_from([None, "", "x", 0, 1, True, [], ["x"], {}, {"x": 1}, -1, 1.5])
CALLS = st.sampled_from([[{"index": 0, "function": {"arguments": "{"}}], [{}], [None]])


def dict_of(required: dict[str, Any], optional: dict[str, Any]) -> Any:
    return st.fixed_dictionaries(required, optional=optional)


DELTA = (
    dict_of(
        {"content": TEXTS | st.none()},
        {
            "role": st.just("assistant"),
            "reasoning_content": TEXTS | ODD,
            "reasoning": TEXTS | ODD,
            "refusal": TEXTS | ODD,
            "tool_calls": CALLS | ODD,
            "function_call": ODD,
            "audio": ODD | st.just({"expires_at": 1}),
            "more": ODD,
        },
    )
    | ODD
)
CHOICE = (
    dict_of(
        {"delta": DELTA},
        {
            "index": st.sampled_from([0, 1]) | ODD,
            "finish_reason": st.sampled_from([None, "", "null", "stop"]) | ODD,
            "logprobs": st.just({"content": [1]}) | ODD,
            "usage": st.just(USAGE) | ODD,
            "message": ODD,
        },
    )
    | ODD
)
CHUNK = (
    dict_of(
        {"choices": st.lists(CHOICE, max_size=2) | ODD},
        {
            "usage": st.just(USAGE) | ODD,
            "error": st.just({"message": "no"}) | ODD,
            "obfuscation": st.just("xyz"),
            "base_resp": st.just({"status_code": 7, "status_msg": "no"}) | ODD,
            "code": ODD,
            "message": ODD,
        },
    )
    | ODD
)


def slowly(parts: list[bytes]) -> tuple[list[Event], type | None]:
    """As `outcome`, without the typed fast path."""
    decoder, events = dialect().stream_decoder(HttpReply(200)), []
    decoder._takes_plain = False  # type: ignore[attr-defined]
    try:
        for part in parts:
            events.extend(decoder.feed(part))
        events.extend(decoder.end())
    except SupplierError as error:
        return events, type(error)
    return events, None


@given(st.lists(CHUNK, min_size=1, max_size=3))
def test_the_fast_path_reads_what_the_slow_one_does(chunks):
    """For chunks with any odd field; and whatever comes, no error is anybody's but ours."""
    parts = [events_bytes(chunk("a"), done=False)]
    parts += [events_bytes(each, done=False) for each in chunks]
    parts.append(events_bytes(chunk(finish="stop")))
    assert outcome(parts) == slowly(parts)


@pytest.mark.parametrize(
    "odd",
    [
        {"content": None},
        {},
        None,
        {"role": "assistant"},
        {"content": ""},
    ],
)
def test_deltas_that_say_nothing_are_no_events(odd):
    """Nor are they errors."""
    assert deltas(chunk(odd), {"choices": []}, {"choices": None}) == []


def test_a_chunk_without_a_delta_is_borne():
    """Also one that has a message in its place."""
    bare = {"choices": [{"index": 0}]}
    said = {"choices": [{"message": {"content": "a"}}]}
    assert deltas(bare, said) == [TextDelta("a")]


def test_a_delta_may_be_text_itself():
    """Native wires have it so."""
    assert deltas({"choices": [{"delta": "a"}]}) == [TextDelta("a")]


@pytest.mark.parametrize(
    "broken",
    [
        [],
        "text",
        3,
        {"choices": 3},
        {"choices": ["x"]},
        {"choices": [{"delta": 3}]},
        {"choices": {"a": 1}},
    ],
)
def test_a_chunk_of_another_shape_is_malformed(broken):
    """Never a TypeError of ours."""
    with pytest.raises(MalformedResponse):
        deltas(broken)


def test_a_comment_or_another_event_says_nothing():
    """Pings and keep-alives, with or without data."""
    body = b": keep-alive\n\nevent: ping\ndata:\n\nevent: ping\ndata: {}\n\n" + hello_stream()
    assert decoded(body) == HELLO


def test_text_events_may_have_a_name():
    """It is read closely then."""
    assert decoded(hello_stream().replace(b"data: {", b"event: message\ndata: {")) == HELLO


def test_blanks_around_the_last_mark_are_borne():
    """And data that is nothing but blanks."""
    assert decoded(hello_stream().replace(b"data: [DONE]", b"data:   \n\ndata:  [DONE] ")) == HELLO


def test_reasoning_comes_under_either_name():
    """The first that holds text."""
    assert deltas(
        chunk({"reasoning_content": "h"}), chunk({"reasoning": "m", "content": None})
    ) == [
        ReasoningDelta("h"),
        ReasoningDelta("m"),
    ]
    both = chunk({"reasoning_content": "", "reasoning": "hm", "content": "a"})
    assert set(deltas(both)) == {ReasoningDelta("hm"), TextDelta("a")}


def test_a_tables_own_reasoning_field_counts():
    """The fast path steps aside for it."""
    table = ChatTable(reasoning_fields=("thoughts",))
    got = deltas(chunk({"content": "a", "thoughts": "hm"}), table=table)
    assert set(got) == {TextDelta("a"), ReasoningDelta("hm")}


def test_refusal_logprobs_and_lists_of_text_are_read():
    """Beside or in place of text."""
    listed = chunk({"content": [{"type": "text", "text": "a"}, {"x": 1}, "b"]})
    probable = chunk("a")
    probable["choices"][0]["logprobs"] = {"content": [1]}
    assert deltas(chunk({"refusal": "no"}), listed, probable) == [
        RefusalDelta("no"),
        TextDelta("a"),
        TextDelta("a"),
        LogprobsDelta({"content": [1]}),
    ]


def test_usage_counts_wherever_it_stands():
    """On the chunk, in the choice, in a tail of its own; null is nothing."""
    inside = chunk("a", usage=None)
    inside["choices"][0]["usage"] = {"prompt_tokens": 1}
    used = [UsageReported(read_usage({"prompt_tokens": n})) for n in (1, 2)]  # type: ignore[arg-type]
    assert deltas(inside, chunk("b", usage={"prompt_tokens": 2})) == [
        TextDelta("a"),
        used[0],
        TextDelta("b"),
        used[1],
    ]


def fragment(arguments: Any = None, **call: Any) -> dict[str, Any]:
    function = call.pop("function", {"arguments": arguments})
    if "name" in call:
        function["name"] = call.pop("name")
    return chunk({"tool_calls": [{**call, "function": function}]})


def calls(*chunks: Any) -> tuple[ToolCall, ...]:
    return response_of(events_bytes(*chunks, chunk(finish="tool_calls"))).message.tool_calls


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        (
            [fragment("", index=0, id="a", name="f"), fragment("{}", index=0)],
            (ToolCall("a", "f", "{}"),),
        ),
        (
            [
                fragment("{", index=0, id="a", name="f"),
                fragment("[", index=1, id="b", name="g"),
                fragment("}", index=0),
                fragment("]", index=1),
            ],
            (ToolCall("a", "f", "{}"), ToolCall("b", "g", "[]")),
        ),
        (
            [fragment("{", id="a", name="f"), fragment("}"), fragment("{}", id="b", name="f")],
            (ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")),
        ),
        (
            [fragment("{", index=0, id="a", name="f"), fragment("}", index=0, id="a", name="f")],
            (ToolCall("a", "f", "{}"),),
        ),
        (
            [fragment("{", id="a", name="f"), fragment("}", id="a", name="f")],
            (ToolCall("a", "f", "{}"),),
        ),
        (
            [fragment("{", index=0, id="a", name="f"), fragment("}", index=0, id="", name="")],
            (ToolCall("a", "f", "{}"),),
        ),
        (
            [fragment("{}", index=0, id="a", name="f"), fragment("{}", index=0, id="b", name="g")],
            (ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}")),
        ),
        (
            [
                fragment("{", index=0, id="a", name="f"),
                fragment("{", index=0, id="b", name="f"),
                fragment("}", index=0, id="a"),
                fragment("}", index=0, id="b"),
            ],
            (ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")),
        ),
        (
            [fragment("{", index=0, id="a", name="f"), fragment("}", index=0, id="changing")],
            (ToolCall("changing", "f", "{}"),),
        ),
        ([fragment({"x": 1}, index=0, id="a", name="f")], (ToolCall("a", "f", '{"x":1}'),)),
        (
            [chunk({"tool_calls": [{"id": "a", "custom": {"name": "q", "input": "SEL"}}]})],
            (ToolCall("a", "q", "SEL"),),
        ),
        ([fragment("{}", index=3, id="a", name="f")], (ToolCall("a", "f", "{}"),)),
        ([fragment("{}", index="0", id=7, name=8)], (ToolCall(None, "", "{}"),)),
        (
            [
                chunk({"function_call": {"name": "f"}}),
                chunk({"function_call": {"arguments": "{}"}}),
            ],
            (ToolCall(None, "f", "{}"),),
        ),
        (
            [chunk({"tool_calls": [{"function": {"name": n, "arguments": "{}"}} for n in "fg"]})],
            (ToolCall(None, "f", "{}"), ToolCall(None, "g", "{}")),
        ),
    ],
    ids=[
        "by index",
        "interleaved",
        "no index, ids",
        "id and name repeated",
        "no index, id repeated",
        "id and name empty",
        "one index for all",
        "one index for all, interleaved",
        "an id that changes",
        "arguments as an object",
        "custom",
        "index from three",
        "odd types",
        "legacy",
        "names alone",
    ],
)
def test_fragments_find_their_call(chunks, expected):
    """Calls are never merged, and never torn apart."""
    assert calls(*chunks) == expected


def test_choices_are_told_apart():
    """Each has its text, its tool calls and its finish."""
    body = events_bytes(
        chunk({"role": "a"}),
        chunk("b", index=1),
        chunk("a"),
        chunk(finish="stop"),
        chunk(finish="length", index=1),
    )
    response = response_of(body)
    assert response.message.text == "a"
    assert response.others[0].message.text == "b"
    assert response.others[0].finish.reason is FinishReason.LENGTH


def halves(*contents: bytes, field: bytes = b"content") -> list[bytes]:
    return [b'{"choices":[{"delta":{"%b":"%b"}}]}' % (field, content) for content in contents]


def test_a_surrogate_pair_in_two_deltas_is_one_letter():
    """Half of a letter cannot be shown: it waits for the other."""
    assert deltas(*halves(b"x\\ud83d", b"\\ude00y")) == [TextDelta("x"), TextDelta("\U0001f600y")]
    assert deltas(*halves(b"\\ud83d", b"\\ude00")) == [TextDelta("\U0001f600")]


def test_a_surrogate_pair_in_two_deltas_of_reasoning_is_one_letter():
    """And in the arguments of a tool call."""
    got = deltas(*halves(b"\\ud83d", b"\\ude00", field=b"reasoning_content"))
    assert got == [ReasoningDelta("\U0001f600")]
    pieces = [
        b'{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"%b"}}]}}]}' % half
        for half in (b"\\ud83d", b"\\ude00")
    ]
    assert calls(*pieces)[0].arguments == "\U0001f600"


def test_half_a_letter_of_reasoning_or_arguments_is_marked_at_the_end():
    """As one of text is."""
    thought = halves(b"\\ud83d", field=b"reasoning_content")
    assert response_of(events_bytes(*thought, chunk(finish="stop"))).message.reasoning == "\ufffd"
    piece = (
        b'{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\ud83d"}}]}}]}'
    )
    assert calls(piece)[0].arguments == "\ufffd"


def test_half_a_letter_that_stays_alone_is_marked():
    """It is not lost without a word, and can be shown."""
    assert response_of(events_bytes(*halves(b"a\\ud83d"), chunk(finish="stop"))).message.text == (
        "a\ufffd"
    )
    assert deltas(*halves(b"\\ud83d", b"b", b"c")) == [TextDelta("\ufffdb"), TextDelta("c")]
    assert deltas(*halves(b"\\ude00")) == [TextDelta("\ufffd")]


TAGGED = ChatTable(reads_think_tags=True)


@given(
    st.sampled_from(
        [
            "<think>hm</think>\n\nyes <think>",
            " <think>\nhm</thin",
            "<thin",
            "yes",
            "<think></think>",
            "a</think>",
        ]
    ),
    st.lists(st.integers(0, 40), max_size=8),
)
def test_think_tags_are_found_at_any_cut(text, places):
    """As in a whole answer."""
    pieces = [piece.decode() for piece in cuts(text.encode(), places)] or [text]
    body = events_bytes(*(chunk(piece) for piece in pieces), chunk(finish="stop"))
    whole = dialect(TAGGED).decode(HttpReply(200, {}, json.dumps(completion(text)).encode()))
    message = response_of(body, TAGGED).message
    assert (message.reasoning, message.text) == (whole.message.reasoning, whole.message.text)


def test_an_envelope_is_opened():
    """Chunk by chunk."""
    body = events_bytes({"data": chunk("a")}, {"data": chunk(finish="stop"), "usage": USAGE})
    table = ChatTable(envelope=("data",))
    assert decoded(body, table) == [
        Started("m-1", "c-1"),
        TextDelta("a"),
        STOP,
        UsageReported(read_usage(USAGE)),  # type: ignore[arg-type]
    ]
    with pytest.raises(ServerError):
        decoded(events_bytes({"error": {"message": "no", "type": "server_error"}}), table)


def test_an_end_after_the_finish_needs_no_last_mark():
    """Some suppliers leave it out, and the blank line before the end too."""
    body = events_bytes(chunk("a"), chunk(finish="stop"), done=False)
    assert decoded(body.rstrip()) == [Started("m-1", "c-1"), TextDelta("a"), STOP]


def test_a_finish_does_not_end_the_stream():
    """Usage comes after it."""
    decoder = dialect().stream_decoder(HttpReply(200))
    decoder.feed(events_bytes(chunk("a"), chunk(finish="stop"), done=False))
    assert not decoder.is_complete
    decoder.feed(b"data: [DONE]\n\n")
    assert decoder.is_complete


def test_what_follows_the_last_mark_is_not_read():
    """In the same part or a later one."""
    decoder = dialect().stream_decoder(HttpReply(200))
    decoder.feed(hello_stream())
    assert decoder.feed(events_bytes(chunk("late"))) == []
    assert decoder.end() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b": keep-alive\n\n",
        events_bytes(chunk("a"), done=False),
        events_bytes(chunk("a")),
        events_bytes(chunk("a"), chunk(finish="stop"), chunk("b", index=1)),
        b"upstream connect error",
    ],
    ids=["nothing", "comments", "no finish", "mark without finish", "one of two", "text"],
)
def test_an_end_without_a_finish_is_an_interruption(body):
    """Nothing is silently cut short."""
    with pytest.raises(StreamInterrupted):
        decoded(body)


def test_a_spoken_answer_ends_without_a_finish_reason():
    """Its last piece says how long it is kept."""
    body = events_bytes(chunk({"audio": {"data": "x"}}), chunk({"audio": {"expires_at": 1}}))
    assert decoded(body)[-1] == Finished(Finish())


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ({"error": {"message": "no", "type": "server_error"}}, ServerError),
        ({"error": "no"}, SupplierError),
        ({"error": {"message": "no", "code": 429}, "choices": [{"delta": {}}]}, RateLimited),
        ({"code": "Throttling", "message": "no"}, RateLimited),
        ({"choices": None, "base_resp": {"status_code": 7, "status_msg": "no"}}, SupplierError),
    ],
)
def test_an_error_frame_is_an_error(frame, kind):
    """At once, or after what came before it."""
    table = ErrorTable(codes={"Throttling": RateLimited})
    for body in (events_bytes(frame), events_bytes(chunk("a"), frame)):
        with pytest.raises(kind):
            decoded(body, errors=table)


def test_an_error_event_is_an_error_whatever_it_holds():
    """Its name says so."""
    for data in (b'{"a": 1}', b"overloaded", b'{"message": "overloaded"}'):
        with pytest.raises(SupplierError, match=r"a|overloaded"):
            decoded(b"event: error\ndata: " + data + b"\n\n")


def test_a_finish_that_is_a_failure_is_an_error():
    """After the text before it."""
    table = ChatTable(finish_errors={"no_capacity": Overloaded})
    decoder = dialect(table).stream_decoder(HttpReply(200))
    events = decoder.feed(events_bytes(chunk("a"), chunk(finish="no_capacity")))
    assert events == [Started("m-1", "c-1"), TextDelta("a")]
    assert decoder.is_complete
    with pytest.raises(Overloaded):
        decoder.end()


def test_a_whole_answer_in_place_of_a_stream_is_used():
    """The supplier passed over `stream: true`."""
    body = json.dumps(completion("Hello")).encode()
    assert decoded(b"\n" + body) == [
        Started("m-1", "c-1"),
        TextDelta("Hello"),
        STOP,
        UsageReported(read_usage(USAGE)),  # type: ignore[arg-type]
    ]


def test_a_json_error_in_place_of_a_stream_is_an_error():
    """With status 200."""
    with pytest.raises(SupplierError, match="busy"):
        decoded(b'{"error": {"message": "busy", "type": "overloaded_error"}}')


def test_a_page_in_place_of_a_stream_is_malformed():
    """A login page, say."""
    with pytest.raises(MalformedResponse, match="Log in"):
        decoded(b"<html>Log in</html>")
