"""Simulators: the same answer every time, as the supplier says it, by memory and by socket."""

from __future__ import annotations

import asyncio
import json

import pytest

from purveyor import OnlineChatModule, OnlineEmbeddingModule, errors
from purveyor.plugin import HttpReply, HttpRequest
from purveyor.testing import answer_with, fresh_runtime
from purveyor_testkit.simulators import Answer, Call, address, example_of, kimi, make, names, serve

SUPPLIERS = ["openai", "kimi", "deepseek"]


def post(body: object, path: str = "/v1/chat/completions", key: str = "key") -> HttpRequest:
    headers = (("Authorization", f"Bearer {key}"),) if key else ()
    return HttpRequest("POST", f"https://any.test{path}", headers, json.dumps(body).encode())


def chat(text: str, **fields: object) -> HttpRequest:
    return post({"model": "small", "messages": [{"role": "user", "content": text}], **fields})


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_socket_says_what_memory_says(supplier):
    """The same function, behind a server: whole, streamed, awaited."""
    simulator = make(supplier)
    with fresh_runtime(), serve(simulator) as served:
        module = OnlineChatModule(supplier, api_key="key", base_url=served.base_url)
        with module.stream("hi there") as stream:
            streamed = "".join(stream.text())
        awaited = asyncio.run(module.acall("hi there"))
        assert module("hi there") == streamed == awaited == "You said: hi there"
        assert len(served.requests) == 3


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_a_text_can_ask_for_an_error(supplier):
    """For trying out what a program does when things go wrong."""
    with fresh_runtime():
        answer_with(make(supplier))
        with pytest.raises(errors.InsufficientBalance):
            OnlineChatModule(supplier, api_key="key")("simulate balance")


@pytest.mark.parametrize("supplier", SUPPLIERS)
@pytest.mark.parametrize(
    ("key", "model", "text", "expected"),
    [
        ("wrong-key", None, "hi", errors.AuthenticationError),
        ("key", "no-such-model", "hi", errors.NotFound),
        ("key", None, "x" * 250_000, errors.ContextLengthExceeded),
    ],
    ids=["key", "model", "context"],
)
def test_a_mistake_is_answered_as_the_supplier_would(supplier, key, model, text, expected):
    """Wrong key, no such model, too long a question."""
    with fresh_runtime():
        answer_with(make(supplier))
        with pytest.raises(expected):
            OnlineChatModule(model, supplier, api_key=key)(text)


def test_answers_can_be_scripted():
    """One a call; then the rules count again."""
    simulator = kimi().answers(
        Answer(text=("ha", "ha")),
        Answer(calls=(Call("look", "{}", "call-9"),), finish="tool_calls"),
    )
    with fresh_runtime():
        answer_with(simulator)
        module = OnlineChatModule("kimi", api_key="key")
        assert module("a") == "haha"
        assert module("b").tool_calls[0].id == "call-9"
        assert module("c") == "You said: c"


def test_a_field_nobody_documented_is_refused():
    """A plugin that invents fields is found out."""
    reply = address()(chat("hi", invented=1))
    assert isinstance(reply, HttpReply)
    assert (reply.status, b"invented" in reply.body) == (400, True)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (HttpRequest("GET", "https://any.test/v1/nowhere"), 404),
        (post([]), 400),
        (post({"model": "small"}), 400),
        (post({"model": "small", "messages": []}), 400),
        (HttpRequest("POST", "https://any.test/v1/chat/completions", body=b"{"), 400),
        (post({"model": "small", "input": []}, "/v1/embeddings"), 400),
    ],
)
def test_nonsense_is_refused(request_, status):
    """As a server would: with a status, never with an exception."""
    assert address()(request_).status == status


def test_a_missing_key_is_refused():
    """Where the supplier needs one."""
    assert kimi()(post({}, key="")).status == 401


def test_vectors_depend_on_the_text_alone():
    """And are the same in base64 and as numbers."""
    with fresh_runtime():
        answer_with(make("openai"))
        base64 = OnlineEmbeddingModule("openai", api_key="key")
        floats = OnlineEmbeddingModule(
            "openai", api_key="key", extra_body={"encoding_format": "float"}
        )
        assert base64(["one", "two"]).tolist() == floats(["one", "two"]).tolist()


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        ({"type": "string"}, "example"),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": 3}, 3),
        ({"type": ["integer", "null"]}, 7),
        ({"type": "array", "items": {"type": "number"}}, [1.5]),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"type": "boolean"}}}, True),
        ({"properties": {"a": {"type": "integer"}}}, {"a": 7}),
    ],
)
def test_an_example_fits_its_schema(schema, example):
    """Deterministic: the first of every choice."""
    assert example_of(schema) == example


def test_there_is_no_simulator_of_that_name():
    """The error says which there are."""
    with pytest.raises(errors.SupplierNotFound, match="openai"):
        make("nope")
    assert set(SUPPLIERS) < set(names())
