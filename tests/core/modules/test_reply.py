"""A reply: text that also carries everything else the model said."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import dataclass
from typing import Any

import pytest
from replies import BASE, completion, dialect, reply, served

from purveyor import OnlineChatModule
from purveyor.errors import FormatError
from purveyor.modules.reply import Reply
from purveyor.types.chat import FinishReason
from purveyor.types.output import Output


@dataclass
class City:
    name: str
    inhabitants: int = 0


def reply_of(content: Any = "hello", output: Any = None, **more: Any) -> Reply:
    response = dialect().decode(reply(completion(content, **more)))
    return Reply(response, None if output is None else Output.of(output))


def test_a_reply_is_a_string():
    """Usable wherever one is."""
    said = reply_of("hello")
    assert said == "hello"
    assert isinstance(said, str)
    assert f"{said}!" == "hello!"
    assert json.dumps({"a": said}) == '{"a": "hello"}'
    assert {said: 1}["hello"] == 1
    assert said.upper() == "HELLO"


def test_a_reply_carries_all_that_was_said():
    """Message, tool calls, reasoning, finish, usage, the whole response."""
    call = {"id": "c", "function": {"name": "f", "arguments": '{"x": 1}'}}
    message = {"content": "a", "reasoning_content": "hm", "tool_calls": [call]}
    said = reply_of(message=message, finish="tool_calls")
    assert said.tool_calls[0].parse() == {"x": 1}
    assert said.reasoning == "hm"
    assert said.finish.reason is FinishReason.TOOL_CALLS
    assert said.usage is not None
    assert said.usage.total_tokens == 24
    assert said.message is said.response.message
    assert said.parsed is None
    assert reply_of().reasoning is None


def test_a_reply_gives_the_value_that_was_asked_for():
    """Read once, at first use."""
    said = reply_of('{"name": "Ulm"}', City)
    assert said.parsed == City("Ulm")
    assert said.parsed is said.parsed


def test_a_reply_of_another_form_is_a_format_error():
    """Where the value is wanted; the text is there all the same."""
    said = reply_of("Ulm", City)
    assert said == "Ulm"
    with pytest.raises(FormatError, match="not JSON"):
        _ = said.parsed


def pickled(value: object) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301


@pytest.mark.parametrize("copied", [pickled, copy.copy, copy.deepcopy])
def test_a_reply_survives_copies_and_pickle(copied):
    """With its response and its form."""
    said = copied(reply_of('{"name": "Ulm"}', City))
    assert said == '{"name": "Ulm"}'
    assert said.response == reply_of('{"name": "Ulm"}').response
    assert said.parsed == City("Ulm")


def test_a_call_gives_a_reply_with_its_value():
    """From the module's door."""
    with served(reply(completion('{"name": "Ulm", "inhabitants": 3}'))) as server:
        llm = OnlineChatModule("m", base_url=BASE, auth="none", output=City)
        assert llm("Where?").parsed == City("Ulm", 3)
        assert server.bodies[0]["response_format"]["json_schema"]["name"] == "City"
        assert llm.batch(["Where?"])[0].parsed == City("Ulm", 3)  # type: ignore[union-attr]
