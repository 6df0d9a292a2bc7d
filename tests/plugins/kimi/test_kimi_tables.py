"""What is Kimi's own: its requests, its errors, its account. Facts: the sheet of kimi, read 2026-11."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from purveyor import Image, OnlineChatModule, RetryPolicy, assistant, errors, user
from purveyor.plugin import (
    HttpReply,
    HttpRequest,
    Message,
    Reasoning,
    ToolCall,
    UnsupportedParameter,
)
from purveyor.testing import answer_with, fresh_runtime

ANSWER = {
    "id": "chatcmpl-1",
    "model": "kimi-k2.6",
    "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 19, "completion_tokens": 5, "total_tokens": 24, "cached_tokens": 10},
}
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {}}}


class Kimi:
    """Stands in for the supplier."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.status, self.headers, self.answer = 200, {}, ANSWER

    def __call__(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return HttpReply(self.status, self.headers, json.dumps(self.answer).encode())

    def fails(self, status: int, kind: str, message: str) -> None:
        self.status, self.answer = status, {"error": {"message": message, "type": kind}}

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.requests[-1].body)
        return body


@pytest.fixture
def kimi() -> Iterator[Kimi]:
    with fresh_runtime():
        server = Kimi()
        answer_with(server)
        yield server


def module(model: str = "kimi-k2.6", **options: Any) -> OnlineChatModule:
    retries = RetryPolicy(first_wait=0, longest_hint=0.5)
    return OnlineChatModule(model, "kimi", api_key="sk-test-0123456789", retries=retries, **options)


def test_a_call_goes_to_china_unless_another_region_is_named(kimi):
    """Keys of the regions are not interchangeable."""
    module()("hi")
    module(region="international")("hi")
    assert [request.url for request in kimi.requests] == [
        "https://api.moonshot.cn/v1/chat/completions",
        "https://api.moonshot.ai/v1/chat/completions",
    ]


def test_the_output_limit_has_its_newer_name(kimi):
    """max_tokens is deprecated."""
    module()("hi", max_tokens=7, stop="END")
    assert (kimi.body["max_completion_tokens"], kimi.body["stop"]) == (7, ["END"])


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("kimi-k2.6", {"temperature": 0.5}),
        ("kimi-k2.6", {"n": 2}),
        ("kimi-k2.6", {"seed": 1}),
        ("kimi-k2.6", {"logit_bias": {"1": 1}}),
        ("kimi-k3", {"top_p": 0.5}),
        ("kimi-k3", {"seed": 1}),
        ("kimi-k2.7-code", {"presence_penalty": 0.5}),
        ("moonshot-v1-8k", {"temperature": 1.5}),
        ("moonshot-v1-8k", {"n": 6}),
        ("moonshot-v1-8k", {"top_k": 6}),
        ("moonshot-v1-8k", {"logprobs": 1}),
        ("moonshot-v1-8k", {"thinking": "on"}),
        ("moonshot-v1-8k", {"stop": list("abcdef")}),
        ("moonshot-v1-8k", {"stop": "x" * 33}),
        ("moonshot-v1-8k", {"parallel_tool_calls": True}),
        ("kimi-k2.6", {"tools": [TOOL], "tool_choice": "required"}),
        ("kimi-k2.6", {"tools": [{"name": "f"}]}),
        ("kimi-k2.6", {"tools": [TOOL] * 129}),
        ("kimi-k2.6", {"thinking": "high"}),
        ("kimi-k3", {"thinking": "off"}),
        ("kimi-k3", {"thinking": "medium"}),
        ("kimi-k2-thinking", {"thinking": "off"}),
    ],
)
def test_what_a_model_does_not_take_is_refused(kimi, model, options):
    """By name, and nothing is sent."""
    with pytest.raises(UnsupportedParameter, match=model):
        module(model)("hi", **options)
    assert kimi.requests == []


@pytest.mark.parametrize(
    ("model", "options", "written"),
    [
        ("kimi-k2.6", {"thinking": "on"}, {"thinking": {"type": "enabled"}}),
        ("kimi-k2.5", {"thinking": "off"}, {"thinking": {"type": "disabled"}}),
        ("kimi-k3", {"thinking": "high"}, {"reasoning_effort": "high"}),
        ("kimi-k3", {"tools": [TOOL], "tool_choice": "required"}, {"tool_choice": "required"}),
        ("moonshot-v1-8k", {"temperature": 0.3, "n": 5}, {"temperature": 0.3, "n": 5}),
        ("kimi-k2-0905-preview", {"temperature": 0.6}, {"temperature": 0.6}),
        ("kimi-k2.6", {"output": "json"}, {"response_format": {"type": "json_object"}}),
    ],
)
def test_what_a_model_takes_is_written_its_way(kimi, model, options, written):
    """Thinking is a switch, or an effort."""
    module(model)("hi", **options)
    assert {name: kimi.body[name] for name in written} == written


def test_a_built_in_tool_is_sent_as_it_is(kimi):
    """The platform's web search."""
    search = {"type": "builtin_function", "function": {"name": "$web_search"}}
    module()("hi", tools=[search])
    assert kimi.body["tools"] == [search]


def test_partial_mode_goes_on_where_the_prefix_ends(kimi):
    """From a message of ours, or from JSON."""
    module()([user("Extract"), assistant("{", is_prefix=True)], thinking="off")
    assert kimi.body["messages"][-1] == {"role": "assistant", "content": "{", "partial": True}
    module()(
        [{"role": "user", "content": "x"}, {"role": "assistant", "content": "{", "partial": True}]
    )
    assert kimi.body["messages"][-1]["partial"] is True


def test_reasoning_goes_back_with_tool_calls(kimi):
    """A tool turn without any is refused by thinking models."""
    call = ToolCall("c", "weather", "{}")
    thought = Message("assistant", (Reasoning(text="hm"), call))
    module()([user("q"), thought, user("x")])
    assert kimi.body["messages"][1]["reasoning_content"] == "hm"
    for model in ("kimi-k2.6", "kimi-k3", "kimi-k2-thinking"):
        module(model)([user("q"), Message("assistant", (call,)), user("x")])
        assert kimi.body["messages"][1]["reasoning_content"] == " "
    module("moonshot-v1-8k")([user("q"), Message("assistant", (call,)), user("x")])
    assert "reasoning_content" not in kimi.body["messages"][1]


def test_pictures_are_data_or_uploads(kimi):
    """Public addresses are not taken; text models take none."""
    module()([user("see", Image(data=b"\x89PNG"), Image(file_id="f1"))])
    urls = [part["image_url"]["url"] for part in kimi.body["messages"][0]["content"][1:]]
    assert urls == ["data:image/png;base64,iVBORw==", "ms://f1"]
    module()([{"type": "image_url", "image_url": {"url": "ms://f1"}}])
    with pytest.raises(UnsupportedParameter, match="image url"):
        module()([Image(url="https://x.test/a.png")])
    with pytest.raises(UnsupportedParameter, match="text only"):
        module("moonshot-v1-8k")([Image(data=b"\x89PNG")])


def test_texts_are_one_string(kimi):
    """Older models take no list."""
    module("moonshot-v1-8k")(["a", "b"])
    assert kimi.body["messages"][0]["content"] == "ab"


def test_usage_tells_cached_tokens(kimi):
    """At the top level of usage."""
    usage = module()("hi").usage
    assert usage is not None
    assert (usage.input_tokens, usage.cached_input_tokens) == (19, 10)


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected", "attempts"),
    [
        (
            400,
            "content_filter",
            "rejected because it was considered high risk",
            errors.ContentFiltered,
            1,
        ),
        (400, "invalid_request_error", "Invalid request: x", errors.BadRequest, 1),
        (
            400,
            "invalid_request_error",
            "Input token length too long",
            errors.ContextLengthExceeded,
            1,
        ),
        (
            400,
            "invalid_request_error",
            "Your request exceeded model token limit : 8192",
            errors.ContextLengthExceeded,
            1,
        ),
        (400, "invalid_request_error", "File size is too large", errors.BadRequest, 1),
        (
            401,
            "invalid_authentication_error",
            "Invalid Authentication",
            errors.AuthenticationError,
            1,
        ),
        (
            401,
            "incorrect_api_key_error",
            "Incorrect API key provided",
            errors.AuthenticationError,
            1,
        ),
        (403, "permission_denied_error", "no", errors.PermissionDenied, 1),
        (
            404,
            "resource_not_found_error",
            "Not found the model or Permission denied",
            errors.NotFound,
            1,
        ),
        (
            429,
            "engine_overloaded_error",
            "The engine is currently overloaded",
            errors.Overloaded,
            3,
        ),
        (429, "rate_limit_error", "The engine is currently overloaded", errors.Overloaded, 3),
        (
            429,
            "exceeded_current_quota_error",
            "You exceeded your current token quota, please check your account balance",
            errors.InsufficientBalance,
            1,
        ),
        (
            429,
            "exceeded_current_quota_error",
            "Your account is suspended due to insufficient balance, please recharge your account or check your plan and billing details",
            errors.InsufficientBalance,
            1,
        ),
        (
            429,
            "exceeded_current_quota_error",
            "You exceeded your current token quota, please check your plan",
            errors.QuotaExhausted,
            1,
        ),
        (
            429,
            "rate_limit_reached_error",
            "reached project TPM rate limit, current: 1410, limit: 100",
            errors.RateLimited,
            3,
        ),
        (500, "server_error", "Failed to extract file", errors.ServerError, 3),
        (500, "unexpected_output", "invalid state transition", errors.ServerError, 3),
        (503, "server_unavailable", "no", errors.Overloaded, 3),
    ],
)
def test_errors_are_told_apart(kimi, status, kind, message, expected, attempts):
    """429 is overload, a limit or an empty account: only the first two are tried again."""
    kimi.fails(status, kind, message)
    kimi.headers = {"Msh-Request-Id": "msh-1"}
    with pytest.raises(errors.SupplierError) as caught:
        module()("hi")
    assert type(caught.value) is expected
    assert (caught.value.request_id, caught.value.attempts) == ("msh-1", attempts)
    assert len(kimi.requests) == attempts


def test_a_spoken_wait_is_kept(kimi):
    """There is no Retry-After; and this one is more than we grant here."""
    kimi.fails(
        429,
        "rate_limit_reached_error",
        "Your account org-x<ak-y> request reached organization max RPM: 3, please try again after 1 seconds",
    )
    with pytest.raises(errors.RateLimited) as caught:
        module()("hi")
    assert (caught.value.retry_after, len(kimi.requests)) == (1, 1)


@pytest.mark.parametrize(("amount", "usable"), [(49.58894, True), (0, False), (-3.5, False)])
def test_the_balance_says_whether_calls_are_served(kimi, amount, usable):
    """`status` is of the question, not of the account."""
    kimi.answer = {"code": 0, "data": {"available_balance": amount}, "scode": "0x0", "status": True}
    (balance,) = module().balance()
    assert kimi.requests[0].url == "https://api.moonshot.cn/v1/users/me/balance"
    assert (balance.available, balance.is_usable) == (Decimal(str(amount)), usable)


def test_models_tell_what_they_can(kimi):
    """More than the card knows."""
    row = {
        "id": "kimi-new",
        "context_length": 5,
        "supports_image_in": True,
        "supports_reasoning": False,
    }
    kimi.answer = {"data": [row]}
    (card,) = module().models()
    assert (card.context_tokens, card.inputs, card.thinks) == (5, ("text", "image"), False)


def test_tokens_are_counted(kimi):
    """Of the messages alone."""
    kimi.answer = {"data": {"total_tokens": 80}}
    assert module().count_tokens("hi") == 80
    assert kimi.requests[0].url.endswith("/tokenizers/estimate-token-count")
    assert kimi.body == {"model": "kimi-k2.6", "messages": [{"role": "user", "content": "hi"}]}
