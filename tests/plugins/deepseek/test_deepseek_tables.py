"""What is DeepSeek's own: its requests, its errors, its account. Facts: its sheet, read 2026-11."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from purveyor import Image, OnlineChatModule, Output, RetryPolicy, assistant, errors, user
from purveyor.plugin import (
    HttpReply,
    HttpRequest,
    MemoryStream,
    Message,
    ToolCall,
    UnsupportedParameter,
)
from purveyor.testing import answer_with, fresh_runtime

ANSWER = {
    "id": "1",
    "choices": [
        {
            "message": {"role": "assistant", "content": "hi", "reasoning_content": "Greet."},
            "finish_reason": "stop",
        }
    ],
    "usage": {
        "prompt_tokens": 16,
        "completion_tokens": 20,
        "total_tokens": 36,
        "completion_tokens_details": {"reasoning_tokens": 9},
        "prompt_cache_hit_tokens": 4,
        "prompt_cache_miss_tokens": 12,
    },
}
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {}}}


class DeepSeek:
    """Stands in for the supplier."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.status, self.before, self.answer = 200, b"", ANSWER

    def __call__(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return HttpReply(self.status, {}, self.before + json.dumps(self.answer).encode())

    def fails(self, status: int, message: str, kind: str = "invalid_request_error") -> None:
        error = {"message": message, "type": kind, "param": None, "code": "invalid_request_error"}
        self.status, self.answer = status, {"error": error}

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.requests[-1].body)
        return body


@pytest.fixture
def deepseek() -> Iterator[DeepSeek]:
    with fresh_runtime():
        server = DeepSeek()
        answer_with(server)
        yield server


def module(model: str = "deepseek-v4-flash", **options: Any) -> OnlineChatModule:
    retries = RetryPolicy(first_wait=0)
    return OnlineChatModule(
        model, "deepseek", api_key="sk-test-0123456789", retries=retries, **options
    )


@dataclass
class City:
    name: str


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("deepseek-v4-flash", {"temperature": 0.5}),
        ("deepseek-v4-flash", {"top_p": 0.5, "thinking": "on"}),
        ("deepseek-v4-flash", {"temperature": 2.5, "thinking": "off"}),
        ("deepseek-v4-flash", {"n": 2}),
        ("deepseek-v4-flash", {"seed": 1}),
        ("deepseek-v4-flash", {"logprobs": 21}),
        ("deepseek-v4-flash", {"stop": list("abcdefghijklmnopq")}),
        ("deepseek-v4-flash", {"parallel_tool_calls": False}),
        ("deepseek-v4-flash", {"tools": [TOOL] * 129}),
        ("deepseek-v4-flash", {"output": City}),
        ("deepseek-v4-flash", {"output": "json"}),
        ("deepseek-chat", {"thinking": "on"}),
    ],
)
def test_what_a_model_does_not_take_is_refused(deepseek, model, options):
    """It would be ignored without a word; nothing is sent."""
    with pytest.raises(UnsupportedParameter, match=model):
        module(model)("hi", **options)
    assert deepseek.requests == []


@pytest.mark.parametrize(
    ("model", "options", "written"),
    [
        ("deepseek-v4-flash", {"thinking": "on"}, {"thinking": {"type": "enabled"}}),
        ("deepseek-v4-flash", {"thinking": "off"}, {"thinking": {"type": "disabled"}}),
        ("deepseek-v4-flash", {"thinking": "minimal"}, {"reasoning_effort": "low"}),
        ("deepseek-v4-pro", {"thinking": "medium"}, {"reasoning_effort": "high"}),
        ("deepseek-v4-pro", {"thinking": "max"}, {"reasoning_effort": "max"}),
        (
            "deepseek-v4-flash",
            {"temperature": 0.5, "thinking": "off", "max_tokens": 7},
            {"temperature": 0.5, "max_tokens": 7},
        ),
        ("deepseek-chat", {"temperature": 0.5}, {"temperature": 0.5}),
        ("deepseek-v4-flash", {"n": 1, "logprobs": 20}, {"n": 1, "top_logprobs": 20}),
        (
            "deepseek-v4-flash",
            {"tools": [TOOL], "tool_choice": "weather"},
            {"tool_choice": {"type": "function", "function": {"name": "weather"}}},
        ),
    ],
)
def test_what_a_model_takes_is_written_its_way(deepseek, model, options, written):
    """Thinking is on unless it is switched off."""
    module(model)("hi", **options)
    assert {name: deepseek.body[name] for name in written} == written


def test_json_needs_its_word_and_a_schema_its_place_in_a_message(deepseek):
    """The API takes no schema; told in words it may be."""
    module()("as JSON", output="json")
    assert deepseek.body["response_format"] == {"type": "json_object"}
    deepseek.answer = {**ANSWER, "choices": [{"message": {"content": '{"name": "Ulm"}'}}]}
    said = module()("Where am I?", output=Output.of(City, in_words=True))
    assert deepseek.body["messages"][0]["role"] == "system"
    assert said.parsed == City("Ulm")


def test_prefix_mode_is_at_another_path(deepseek):
    """The beta address."""
    module()([user("Write"), assistant("```python\n", is_prefix=True)], stop="```", thinking="off")
    assert deepseek.requests[0].url == "https://api.deepseek.com/beta/chat/completions"
    assert deepseek.body["messages"][-1] == {
        "role": "assistant",
        "content": "```python\n",
        "prefix": True,
    }
    module()("hi")
    assert deepseek.requests[1].url == "https://api.deepseek.com/chat/completions"


def test_strict_tools_are_at_that_path_too(deepseek):
    """They are beta as well."""
    module()("hi", tools=[{**TOOL, "strict": True}])
    assert deepseek.requests[0].url == "https://api.deepseek.com/beta/chat/completions"


def test_reasoning_goes_back_with_tool_calls(deepseek):
    """Without it the API answers 400; the retired reasoner wants none."""
    said = Message("assistant", (ToolCall("c", "f", "{}"),))
    module()([user("q"), said, user("x")])
    assert deepseek.body["messages"][1]["reasoning_content"] == " "
    module("deepseek-reasoner")([user("q"), said, user("x")])
    assert "reasoning_content" not in deepseek.body["messages"][1]


def test_pictures_go_to_models_that_see(deepseek):
    """The others read text alone, as a string."""
    module("deepseek-v4-flash-vision-exp")([Image(url="https://x.test/a.png")])
    with pytest.raises(UnsupportedParameter, match="text only"):
        module("deepseek-v4-pro")([Image(url="https://x.test/a.png")])
    module("deepseek-v4-pro")(["a", "b"])
    assert deepseek.body["messages"][0]["content"] == "ab"


def test_blank_lines_before_the_answer_are_borne(deepseek):
    """They keep the connection alive while the call waits its turn."""
    deepseek.before = b"\n\n\n"
    said = module()("hi")
    assert (said, said.reasoning) == ("hi", "Greet.")
    assert said.usage is not None
    assert (said.usage.cached_input_tokens, said.usage.reasoning_tokens) == (4, 9)


@pytest.mark.parametrize(
    ("status", "message", "kind", "expected", "attempts"),
    [
        (
            400,
            "This model's maximum context length is 1048576 tokens",
            None,
            errors.ContextLengthExceeded,
            1,
        ),
        (400, "Content Exists Risk", None, errors.ContentFiltered, 1),
        (
            400,
            "The `reasoning_content` in the thinking mode must be passed back to the API.",
            None,
            errors.BadRequest,
            1,
        ),
        (401, "Authentication Fails", "authentication_error", errors.AuthenticationError, 1),
        (402, "Insufficient Balance", "unknown_error", errors.InsufficientBalance, 1),
        (403, "no", None, errors.PermissionDenied, 1),
        (404, "no", None, errors.NotFound, 1),
        (422, "Invalid parameter", None, errors.BadRequest, 1),
        (429, "Rate limit reached", None, errors.RateLimited, 3),
        (500, "no", None, errors.ServerError, 3),
        (503, "Service is too busy", None, errors.Overloaded, 3),
    ],
)
def test_errors_are_told_apart(deepseek, status, message, kind, expected, attempts):
    """The code is the same for all of them."""
    deepseek.fails(status, message, kind or "invalid_request_error")
    with pytest.raises(errors.SupplierError) as caught:
        module()("hi")
    assert type(caught.value) is expected
    assert len(deepseek.requests) == attempts


def test_a_lack_of_resources_is_tried_again(deepseek):
    """It is a finish reason here, of a whole answer or of a stream before its first word."""
    lacking = {
        "choices": [{"message": {"content": ""}, "finish_reason": "insufficient_system_resource"}]
    }
    deepseek.answer = lacking
    with pytest.raises(errors.Overloaded):
        module()("hi")
    assert len(deepseek.requests) == 3
    chunk = {"choices": [{"delta": {}, "finish_reason": "insufficient_system_resource"}]}
    body = b"data: %b\n\ndata: [DONE]\n\n" % json.dumps(chunk).encode()
    sent: list[HttpRequest] = []

    def stream(request: HttpRequest) -> MemoryStream:
        sent.append(request)
        return MemoryStream(200, {}, [body])

    answer_with(stream)
    with pytest.raises(errors.Overloaded), module().stream("hi") as events:
        list(events)
    assert len(sent) == 3


def test_the_balance_is_told_per_currency(deepseek):
    """Amounts are text."""
    infos = [
        {"currency": "CNY", "total_balance": "110.00"},
        {"currency": "USD", "total_balance": "0.00"},
    ]
    deepseek.answer = {"is_available": True, "balance_infos": infos}
    first, second = module().balance()
    assert deepseek.requests[0].url == "https://api.deepseek.com/user/balance"
    assert (first.available, first.currency, first.is_usable) == (Decimal("110.00"), "CNY", True)
    assert second.available == Decimal("0.00")


def test_models_are_listed_and_tokens_not_counted(deepseek):
    """There is no such question here."""
    deepseek.answer = {"data": [{"id": "deepseek-v4-flash", "object": "model"}]}
    assert [card.name for card in module().models()] == ["deepseek-v4-flash"]
    with pytest.raises(errors.CapabilityNotOffered, match="token count"):
        module().count_tokens("hi")


def test_retired_models_name_their_successor(deepseek):
    """And the day."""
    from purveyor.testing import load_supplier

    card = load_supplier("deepseek").card.model("deepseek-chat")
    assert card is not None
    assert str(card.retired) == "2026-07-24"
    assert card.successor == "deepseek-v4-flash"
