"""A chat request on the wire: every option, and every refusal before a byte leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from replies import BASE, body_of, dialect, encoded, endpoint, request

from purveyor.errors import BadRequest, UnsupportedParameter
from purveyor.plugin import ChatTable, ErrorTable, Family, OpenAICompatibleChat, ThinkingTable
from purveyor.types.chat import Thinking
from purveyor.types.messages import assistant, user
from purveyor.types.output import Output
from purveyor.types.tools import Tool


def refusal(table: ChatTable, content: Any = "hi", **options: Any) -> UnsupportedParameter:
    with pytest.raises(UnsupportedParameter) as caught:
        encoded(table, content, **options)
    assert "'m'" in str(caught.value)  # the model is named
    return caught.value


def test_a_plain_question_is_model_and_messages():
    """Nothing that was not asked for."""
    asked = dialect().encode(request("hi"))
    assert (asked.method, asked.url) == ("POST", f"{BASE}/chat/completions")
    assert asked.header("content-type") == "application/json"
    assert body_of(asked) == {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def test_every_sampling_setting_has_its_field():
    """Under the reference dialect's names."""
    settings = {
        "max_tokens": 7,
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 40,
        "seed": 1,
        "n": 2,
        "presence_penalty": 0.1,
        "frequency_penalty": -0.1,
        "logit_bias": {"50256": -100},
    }
    body = encoded(None, **settings, stop="END")
    assert body == encoded(None) | settings | {"stop": ["END"]}


def test_a_stream_is_asked_for_with_its_usage():
    """Unless the supplier does not want to be asked."""
    asked = body_of(dialect().encode_stream(request()))
    assert asked["stream"] is True
    assert asked["stream_options"] == {"include_usage": True}
    silent = dialect(ChatTable(sends_stream_options=False))
    assert "stream_options" not in body_of(silent.encode_stream(request()))


def test_the_path_is_the_tables():
    """Below whatever address the endpoint has."""
    chat = OpenAICompatibleChat(
        endpoint(base_url="https://x.test/api/"), ChatTable(path="v1/chat"), ErrorTable()
    )
    assert chat.encode(request()).url == "https://x.test/api/v1/chat"


def test_extra_body_is_merged_last():
    """The caller has the last word, for fields we know too."""
    body = encoded(None, temperature=0.5, extra_body={"temperature": 1, "service_tier": "flex"})
    assert (body["temperature"], body["service_tier"]) == (1, "flex")


def test_an_extra_body_that_json_cannot_say_is_refused():
    """Before anything is sent."""
    with pytest.raises(BadRequest):
        encoded(None, extra_body={"x": object()})


def test_settings_take_the_suppliers_names():
    """The output limit, and any other."""
    table = ChatTable(token_limit_field="max_completion_tokens", renames={"top_k": "k"})
    body = encoded(table, max_tokens=5, top_k=3)
    assert (body["max_completion_tokens"], body["k"]) == (5, 3)
    assert "max_tokens" not in body


def test_a_refused_setting_names_itself_and_why():
    """What the supplier would ignore or reject is an error of ours."""
    table = ChatTable(refused={"seed": "the API has no such field"})
    error = refusal(table, seed=1)
    assert error.param == "seed"
    assert "the API has no such field" in error.message


def test_a_fixed_setting_may_be_said_with_its_value():
    """It changes nothing."""
    table = ChatTable(refused={"temperature": "fixed"}, fixed={"temperature": 1.0})
    assert encoded(table, temperature=1)["temperature"] == 1
    assert refusal(table, temperature=0.5).param == "temperature"


@pytest.mark.parametrize("value", [-0.1, 2.1])
def test_a_value_out_of_range_is_refused(value):
    """The message says the range."""
    error = refusal(ChatTable(ranges={"temperature": (0, 2)}), temperature=value)
    assert "0 to 2" in error.message


def test_a_range_includes_its_bounds_unless_it_is_open():
    """Some suppliers take less than two, but not two."""
    table = ChatTable(ranges={"temperature": (0, 2)})
    assert encoded(table, temperature=2)["temperature"] == 2
    open_above = ChatTable(ranges={"temperature": (0, 2)}, open_bounds={"temperature": (2,)})
    assert refusal(open_above, temperature=2).param == "temperature"
    assert encoded(open_above, temperature=1.9)["temperature"] == 1.9


def test_a_value_may_be_said_by_other_fields():
    """Temperature zero is `do_sample: false` for some."""
    table = ChatTable(rewritten={"temperature": {0: {"do_sample": False}}})
    body = encoded(table, temperature=0)
    assert body["do_sample"] is False
    assert "temperature" not in body
    assert encoded(table, temperature=0.1)["temperature"] == 0.1


def test_stop_strings_are_counted_and_measured():
    """Too many, or too long in bytes."""
    table = ChatTable(stop_limit=2, stop_bytes=4)
    assert encoded(table, stop=["a", "b"])["stop"] == ["a", "b"]
    assert "at most 2" in refusal(table, stop=["a", "b", "c"]).message
    assert "4 bytes" in refusal(table, stop=["é" * 3]).message


WHILE_THINKING = ChatTable(
    refused_when_thinking={"temperature": "ignored while thinking", "logprobs": "not given"},
    thinking=ThinkingTable(on={"think": True}, off={"think": False}),
    thinks_by_default=True,
)


def test_a_setting_may_be_refused_while_the_model_thinks():
    """And taken when thinking is switched off."""
    assert refusal(WHILE_THINKING, temperature=0.5).param == "temperature"
    assert refusal(WHILE_THINKING, temperature=0.5, thinking="on").param == "temperature"
    body = encoded(WHILE_THINKING, temperature=0.5, thinking="off", logprobs=0)
    assert (body["temperature"], body["think"], body["logprobs"]) == (0.5, False, True)


def test_logprobs_are_checked_as_settings_are():
    """Against refusals, the offer and the range."""
    assert refusal(WHILE_THINKING, logprobs=0).param == "logprobs"
    assert refusal(ChatTable(offers=frozenset()), logprobs=0).param == "logprobs"
    ranged = ChatTable(ranges={"logprobs": (0, 5)})
    assert encoded(ranged, logprobs=5)["top_logprobs"] == 5
    assert refusal(ranged, logprobs=6).param == "logprobs"


def test_no_alternatives_are_asked_for_unless_wanted():
    """Zero: only the chosen token's."""
    body = encoded(None, logprobs=0)
    assert body["logprobs"] is True
    assert "top_logprobs" not in body


SWITCH = ThinkingTable(
    on={"thinking": {"type": "enabled"}},
    off={"thinking": {"type": "disabled"}},
    auto=None,
    effort_field="reasoning.effort",
    efforts={"low": "little", "high": "much"},
    budget_field="thinking.budget_tokens",
)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("on", {"thinking": {"type": "enabled"}}),
        (True, {"thinking": {"type": "enabled"}}),
        ("off", {"thinking": {"type": "disabled"}}),
        (False, {"thinking": {"type": "disabled"}}),
        ("low", {"thinking": {"type": "enabled"}, "reasoning": {"effort": "little"}}),
        (Thinking(budget_tokens=9), {"thinking": {"type": "enabled", "budget_tokens": 9}}),
    ],
)
def test_thinking_is_one_setting_written_the_suppliers_way(said, written):
    """Switch, effort and budget, into nested objects too; the table itself stays as it is."""
    body = encoded(ChatTable(thinking=SWITCH), thinking=said)
    assert {name: body[name] for name in written} == written
    assert SWITCH.on == {"thinking": {"type": "enabled"}}


@pytest.mark.parametrize(
    ("table", "said", "why"),
    [
        (None, "on", "cannot be set"),
        (SWITCH, "auto", "switched auto"),
        (SWITCH, "medium", "accepted: low, high"),
        (SWITCH, Thinking(mode="off", effort="low"), "not offered"),
        (ThinkingTable(), "low", "not offered"),
        (ThinkingTable(), Thinking(budget_tokens=5), "budget"),
        (ThinkingTable(off={}), Thinking(mode="off", budget_tokens=5), "budget"),
    ],
)
def test_thinking_that_is_not_offered_is_refused(table, said, why):
    """Off with an effort or a budget contradicts itself."""
    assert why in refusal(ChatTable(thinking=table), thinking=said).message


def test_thinking_may_be_for_streams_alone():
    """Some models think only where the answer is streamed."""
    table = ChatTable(
        thinking=ThinkingTable(on={"enable_thinking": True}, off={}, needs_stream=True)
    )
    assert "stream" in refusal(table, thinking="on").message
    assert encoded(table, thinking="off") == encoded(None)
    body = body_of(dialect(table).encode_stream(request(thinking="on")))
    assert body["enable_thinking"] is True


TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"default": 1}}}}


def test_a_tool_is_written_with_its_schema():
    """A description that is empty is left out."""
    body = encoded(None, tools=[TOOL, Tool(name="now", description="the time")])
    assert body["tools"][0] == {"type": "function", "function": TOOL}
    assert body["tools"][1]["function"]["description"] == "the time"


def test_a_strict_tool_is_closed_and_marked():
    """Where strict tools are offered, at the address where they are."""
    table = ChatTable(strict_tools_path="beta/chat/completions")
    asked = dialect(table).encode(request(tools=[{**TOOL, "strict": True}]))
    function = body_of(asked)["tools"][0]["function"]
    assert asked.url == f"{BASE}/beta/chat/completions"
    assert function["strict"] is True
    assert function["parameters"]["required"] == ["city"]
    assert dialect(table).encode(request(tools=[TOOL])).url == f"{BASE}/chat/completions"


def test_a_strict_tool_is_refused_where_strictness_is_not_offered():
    """And where its schema leaves an object open."""
    tool = {**TOOL, "strict": True}
    assert "strict" in refusal(ChatTable(offers=frozenset({"tools"})), tools=[tool]).message
    open_tool = {"name": "f", "parameters": {"type": "object"}, "strict": True}
    assert "open" in refusal(ChatTable(), tools=[open_tool]).message


def test_a_suppliers_own_tool_is_sent_as_it_is():
    """A built-in search has no schema of ours."""
    raw = {"type": "builtin_function", "function": {"name": "$web_search"}}
    assert encoded(None, tools=[raw])["tools"] == [raw]


def test_tools_are_refused_where_there_are_none():
    """Silently dropped they would be missed."""
    assert refusal(ChatTable(offers=frozenset()), tools=[TOOL]).param == "tools"


def test_tools_are_counted_and_their_names_checked():
    """Where the supplier limits them."""
    table = ChatTable(tools_limit=1, tool_name=r"[a-z]{3,64}")
    assert "at most 1" in refusal(table, tools=[TOOL, TOOL]).message
    assert "'a b'" in refusal(table, tools=[{"name": "a b"}]).message


def test_a_stream_of_tool_calls_may_have_to_be_asked_for():
    """By a flag of the supplier's."""
    table = ChatTable(tool_stream_body={"tool_stream": True})
    assert body_of(dialect(table).encode_stream(request(tools=[TOOL])))["tool_stream"] is True
    assert "tool_stream" not in body_of(dialect(table).encode_stream(request()))
    assert "tool_stream" not in encoded(table, tools=[TOOL])


@pytest.mark.parametrize(
    ("choice", "written"),
    [
        ("auto", "auto"),
        ("none", "none"),
        ("required", "required"),
        ("weather", {"type": "function", "function": {"name": "weather"}}),
    ],
)
def test_a_tool_choice_is_a_mode_or_a_name(choice, written):
    """A word that is no mode is a tool's name."""
    assert encoded(None, tools=[TOOL], tool_choice=choice)["tool_choice"] == written


@pytest.mark.parametrize("choice", ["required", "weather"])
def test_a_tool_choice_that_is_not_offered_is_refused(choice):
    """Instead of being weakened to auto."""
    table = ChatTable(tool_choices=frozenset({"auto", "none"}))
    assert "accepted: auto, none" in refusal(table, tools=[TOOL], tool_choice=choice).message


def test_parallel_calls_are_said_where_they_can_be():
    """False is not the same as nothing."""
    assert encoded(None, parallel_tool_calls=False)["parallel_tool_calls"] is False
    table = ChatTable(offers=frozenset({"tools"}))
    assert refusal(table, parallel_tool_calls=False).param == "parallel_tool_calls"


@dataclass
class City:
    name: str
    inhabitants: int = 0


def test_an_output_of_a_type_is_a_strict_schema():
    """Every property required, none beside them."""
    described = encoded(None, output=City)["response_format"]
    assert described["type"] == "json_schema"
    assert described["json_schema"]["name"] == "City"
    assert described["json_schema"]["strict"] is True
    assert described["json_schema"]["schema"]["required"] == ["name", "inhabitants"]


def test_an_output_may_be_loose():
    """By wish, or because its schema leaves an object open: closing that would empty it."""
    loose = encoded(None, output=Output(schema={"type": "object"}, is_strict=False))
    assert loose["response_format"]["json_schema"]["strict"] is False
    mapping = encoded(None, output=dict[str, int])["response_format"]["json_schema"]
    assert mapping["strict"] is False
    assert mapping["schema"]["additionalProperties"] == {"type": "integer"}


def test_a_schemas_name_is_made_of_letters_the_wire_takes():
    """A title may be any text."""
    body = encoded(None, output={"title": "Größe [cm]! " + "x" * 80, "type": "object"})
    name = body["response_format"]["json_schema"]["name"]
    assert name.startswith("Gr__e__cm__")
    assert len(name) == 64


def test_any_json_is_asked_for_as_an_object():
    """Without a schema."""
    assert encoded(None, output="json")["response_format"] == {"type": "json_object"}


def test_an_output_that_is_not_offered_is_refused():
    """A schema is not quietly dropped."""
    table = ChatTable(outputs=frozenset({"json_object"}))
    assert "accepted: json_object" in refusal(table, output=City).message
    assert "text only" in refusal(ChatTable(outputs=frozenset()), output="json").message


def test_a_schema_may_be_told_in_words_where_the_caller_agrees():
    """Weaker, so only by wish; where schemas are taken it goes there all the same."""
    wish = Output.of(City, in_words=True)
    table = ChatTable(outputs=frozenset({"json_object"}), needs_json_word=True)
    body = encoded(table, "Where am I?", output=wish)
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["role"] == "system"
    assert '"inhabitants"' in body["messages"][0]["content"]
    assert body["messages"][1]["content"] == "Where am I?"
    assert encoded(None, output=wish)["response_format"]["type"] == "json_schema"
    textual = encoded(ChatTable(outputs=frozenset()), output=wish)
    assert "response_format" not in textual


def test_json_may_need_its_word_in_a_message():
    """Some suppliers answer 400, or spaces without end, when it is missing."""
    table = ChatTable(needs_json_word=True)
    assert "word 'json'" in refusal(table, output="json").message
    assert encoded(table, "as JSON, please", output="json")["response_format"]


def test_a_family_changes_the_table_by_the_models_name():
    """Matched from its start; every one that matches counts, in order."""
    table = ChatTable(
        families=(
            Family(r"o\d", {"refused": {"seed": "no"}}),
            Family(r"o1", {"token_limit_field": "limit"}),
        )
    )
    chat = dialect(table)
    assert body_of(chat.encode(request(model="gpt-o1", seed=1)))["seed"] == 1
    assert body_of(chat.encode(request(model="o1-mini", max_tokens=1)))["limit"] == 1
    with pytest.raises(UnsupportedParameter, match="o1-mini"):
        chat.encode(request(model="o1-mini", seed=1))


def test_tables_of_models_are_kept_but_not_for_ever():
    """Names may come from outside."""
    chat = dialect()
    assert chat.table_of("m") is chat.table_of("m")
    for number in range(600):
        chat.table_of(f"m-{number}")
    assert len(chat._tables) <= 257


PREFIX = [user("Extract JSON"), assistant("{", is_prefix=True)]


def test_a_prefix_is_flagged_the_suppliers_way():
    """At another path, where it has one."""
    table = ChatTable(prefix_field="partial", prefix_path="beta/chat")
    asked = dialect(table).encode(request(PREFIX))
    assert asked.url == f"{BASE}/beta/chat"
    assert body_of(asked)["messages"][-1] == {
        "role": "assistant",
        "content": "{",
        "partial": True,
    }
    assert dialect(table).encode_stream(request(PREFIX)).url == f"{BASE}/beta/chat"
    assert dialect(ChatTable(prefix_field="p")).encode(request(PREFIX)).url.endswith("completions")


def test_a_prefix_that_is_not_offered_is_refused():
    """The model would answer it instead of going on."""
    assert refusal(ChatTable(), PREFIX).param == "is_prefix"


def test_only_the_last_message_can_be_a_prefix():
    """Anywhere else it means nothing."""
    table = ChatTable(prefix_field="partial")
    assert refusal(table, [assistant("{", is_prefix=True), user("hi")]).param == "is_prefix"
