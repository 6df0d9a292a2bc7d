"""What is OpenAI's own: its models' requests and its errors. Facts: its sheet, read 2026-11."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from purveyor import (
    Audio,
    File,
    Image,
    OnlineChatModule,
    OnlineEmbeddingModule,
    RetryPolicy,
    errors,
)
from purveyor.plugin import HttpReply, HttpRequest, UnsupportedParameter
from purveyor.testing import answer_with, fresh_runtime

ANSWER = {
    "id": "chatcmpl-1",
    "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
}
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": {}}}


class OpenAI:
    """Stands in for the supplier."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.status, self.headers, self.answer = 200, {}, ANSWER

    def __call__(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        return HttpReply(self.status, self.headers, json.dumps(self.answer).encode())

    def fails(self, status: int, code: str | None, kind: str, message: str) -> None:
        error = {"message": message, "type": kind, "param": None, "code": code}
        self.status, self.answer = status, {"error": error}

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.requests[-1].body)
        return body


@pytest.fixture
def openai() -> Iterator[OpenAI]:
    with fresh_runtime():
        server = OpenAI()
        answer_with(server)
        yield server


KEY = {"api_key": "sk-test-0123456789"}


def module(model: str = "gpt-6-luna", **options: Any) -> OnlineChatModule:
    retries = RetryPolicy(first_wait=0)
    return OnlineChatModule(model, "openai", retries=retries, **KEY, **options)


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("gpt-6-luna", {"temperature": 0.5}),
        ("gpt-6-luna", {"top_p": 0.5}),
        ("gpt-6-luna", {"logprobs": 0}),
        ("gpt-6-luna", {"logit_bias": {"1": 1}}),
        ("gpt-6-luna", {"thinking": "minimal"}),
        ("gpt-5", {"thinking": "off"}),
        ("o3", {"thinking": "minimal"}),
        ("o4-mini", {"presence_penalty": 1.0}),
        ("gpt-4o", {"thinking": "on"}),
        ("gpt-4o", {"temperature": 2.5}),
        ("gpt-4o", {"n": 129}),
        ("gpt-4o", {"top_k": 5}),
        ("gpt-4o", {"logprobs": 21}),
        ("gpt-4o", {"stop": list("abcde")}),
        ("gpt-4o", {"tools": [TOOL] * 129}),
        ("gpt-4o", {"tools": [{"name": "a b"}]}),
        ("gpt-5-chat-latest", {"thinking": "high"}),
    ],
)
def test_what_a_model_does_not_take_is_refused(openai, model, options):
    """By name, and nothing is sent."""
    with pytest.raises(UnsupportedParameter, match=model):
        module(model)("hi", **options)
    assert openai.requests == []


@pytest.mark.parametrize(
    ("model", "options", "written"),
    [
        ("gpt-6-luna", {"max_tokens": 7}, {"max_completion_tokens": 7}),
        ("gpt-6-luna", {"temperature": 1}, {"temperature": 1}),
        ("gpt-6-luna", {"thinking": "high"}, {"reasoning_effort": "high"}),
        (
            "gpt-5.4-mini",
            {"thinking": "off", "temperature": 0.5},
            {"reasoning_effort": "none", "temperature": 0.5},
        ),
        ("gpt-5", {"thinking": "minimal"}, {"reasoning_effort": "minimal"}),
        ("gpt-4o", {"temperature": 0.5, "logprobs": 20}, {"temperature": 0.5, "top_logprobs": 20}),
        (
            "gpt-4o",
            {"seed": 1, "n": 128, "parallel_tool_calls": False},
            {"seed": 1, "n": 128, "parallel_tool_calls": False},
        ),
        ("gpt-5-chat-latest", {"temperature": 0.5}, {"temperature": 0.5}),
    ],
)
def test_what_a_model_takes_is_written_its_way(openai, model, options, written):
    """Effort is the one setting of thinking."""
    module(model)("hi", **options)
    assert {name: openai.body[name] for name in written} == written


@dataclass
class City:
    name: str


def test_an_output_is_a_strict_schema_and_its_value(openai):
    """Structured output."""
    openai.answer = {"choices": [{"message": {"content": '{"name": "Ulm"}'}}]}
    assert module()("Where?", output=City).parsed == City("Ulm")
    described = openai.body["response_format"]["json_schema"]
    assert (described["name"], described["strict"]) == ("City", True)


def test_pictures_sounds_and_files_are_taken(openai):
    """A picture by its file id is not."""
    sound = Audio(data=b"a", format="wav")
    module()(["see", Image(url="https://x.test/a.png", detail="low"), sound, File(file_id="f")])
    kinds = [part["type"] for part in openai.body["messages"][0]["content"]]
    assert kinds == ["text", "image_url", "input_audio", "file"]
    with pytest.raises(UnsupportedParameter):
        module()([Image(file_id="f")])


@pytest.mark.parametrize(
    ("status", "code", "kind", "expected", "attempts"),
    [
        (400, "context_length_exceeded", "invalid_request_error", errors.ContextLengthExceeded, 1),
        (400, "unsupported_parameter", "invalid_request_error", errors.UnsupportedParameter, 1),
        (400, "unsupported_value", "invalid_request_error", errors.UnsupportedParameter, 1),
        (400, "string_above_max_length", "invalid_request_error", errors.BadRequest, 1),
        (400, "content_policy_violation", "invalid_request_error", errors.ContentFiltered, 1),
        (400, None, "invalid_request_error", errors.BadRequest, 1),
        (401, "invalid_api_key", "invalid_request_error", errors.AuthenticationError, 1),
        (401, "invalid_authentication", "invalid_request_error", errors.AuthenticationError, 1),
        (
            403,
            "unsupported_country_region_territory",
            "request_forbidden",
            errors.PermissionDenied,
            1,
        ),
        (404, "model_not_found", "invalid_request_error", errors.NotFound, 1),
        (409, None, "invalid_request_error", errors.BadRequest, 3),
        (429, "rate_limit_exceeded", "requests", errors.RateLimited, 3),
        (429, "rate_limit_exceeded", "tokens", errors.RateLimited, 3),
        (503, "slow_down", "server_error", errors.RateLimited, 3),
        (429, "insufficient_quota", "insufficient_quota", errors.QuotaExhausted, 1),
        (429, "credit_balance_exhausted", "insufficient_quota", errors.InsufficientBalance, 1),
        (429, "organization_spend_limit_exceeded", "insufficient_quota", errors.QuotaExhausted, 1),
        (429, None, "insufficient_quota", errors.QuotaExhausted, 1),
        (500, None, "server_error", errors.ServerError, 3),
        (503, None, "overloaded", errors.Overloaded, 3),
    ],
)
def test_errors_are_told_apart(openai, status, code, kind, expected, attempts):
    """429 is a limit, or an empty account: only the first is tried again."""
    openai.fails(status, code, kind, "no")
    openai.headers = {"x-request-id": "req_1"}
    with pytest.raises(errors.SupplierError) as caught:
        module()("hi")
    assert type(caught.value) is expected
    assert (caught.value.request_id, caught.value.code) == ("req_1", code)
    assert len(openai.requests) == attempts


def test_a_limit_that_is_renewed_soon_is_waited_for(openai):
    """The headers say when; a wait they ask for is kept for the caller."""
    openai.fails(429, "rate_limit_exceeded", "requests", "Please try again in 20s.")
    openai.headers = {"retry-after": "90", "retry-after-ms": "90000"}
    with pytest.raises(errors.RateLimited) as caught:
        module()("hi")
    assert (caught.value.retry_after, len(openai.requests)) == (90, 1)


def test_vectors_are_asked_for_in_base64(openai):
    """Of the default model; the first generation cannot be shortened."""
    openai.answer = {"data": [{"index": 0, "embedding": "AACAPw=="}]}
    assert OnlineEmbeddingModule("openai", **KEY)("a") == [1.0]
    assert openai.body == {
        "model": "text-embedding-3-small",
        "input": ["a"],
        "encoding_format": "base64",
    }
    with pytest.raises(UnsupportedParameter, match="ada-002"):
        OnlineEmbeddingModule("openai:text-embedding-ada-002", dimensions=5, **KEY)("a")


def test_models_tell_the_day_they_are_shut_down(openai):
    """So that a caller can be warned."""
    openai.answer = {
        "data": [
            {"id": "gpt-4o", "shutdown_date": "2027-01-14"},
            {"id": "new", "shutdown_date": "2028-02-03"},
        ]
    }
    first, second = module().models()
    assert (first.retired, first.successor) == (date(2027, 1, 14), "gpt-6-luna")
    assert second.retired == date(2028, 2, 3)
    with pytest.raises(errors.CapabilityNotOffered, match="balance"):
        module().balance()
