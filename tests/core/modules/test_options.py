"""What may be said with a call: read, checked, and laid over what was said before."""

from __future__ import annotations

from typing import Any

import pytest
from replies import BASE, completion, reply, request, served

from purveyor import OnlineChatModule, OnlineEmbeddingModule
from purveyor.errors import ConfigError
from purveyor.modules.options import read_thinking
from purveyor.types.chat import Sampling, Thinking


def module(**options: Any) -> OnlineChatModule:
    return OnlineChatModule("m", base_url=BASE, auth="none", **options)


def test_no_options_make_the_plainest_request():
    """As fast as can be."""
    assert request("hi") == request("hi", history=None)
    assert request("hi").sampling == Sampling()


@pytest.mark.parametrize(
    ("said", "thinking"),
    [
        (True, Thinking(mode="on")),
        (False, Thinking(mode="off")),
        ("on", Thinking(mode="on")),
        ("off", Thinking(mode="off")),
        ("auto", Thinking(mode="auto")),
        ("high", Thinking(mode="on", effort="high")),
        (Thinking(budget_tokens=5), Thinking(budget_tokens=5)),
    ],
)
def test_thinking_is_said_in_a_word_or_a_value(said, thinking):
    """A switch, a mode, an effort."""
    assert read_thinking(said) == thinking
    assert request(thinking=said).thinking == thinking


@pytest.mark.parametrize("said", ["none", "very", 7, ["on"]])
def test_another_word_for_thinking_is_refused(said):
    """With those there are."""
    with pytest.raises(ConfigError, match="minimal"):
        read_thinking(said)


@pytest.mark.parametrize(("stop", "read"), [("a", ("a",)), (["a", "b"], ("a", "b")), (None, None)])
def test_stop_is_one_text_or_many(stop, read):
    """Always a tuple afterwards."""
    assert request(stop=stop, n=1).sampling.stop == read


@pytest.mark.parametrize(("said", "asked"), [(True, 0), (False, None), (3, 3), (None, None)])
def test_logprobs_are_switched_or_counted(said, asked):
    """True: the chosen tokens' alone."""
    assert request(logprobs=said).logprobs == asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": "hot"},
        {"temperature": float("nan")},
        {"temperature": float("inf")},
        {"top_p": [1]},
        {"max_tokens": 1.5},
        {"max_tokens": "7"},
        {"stop": 7},
        {"stop": [7]},
        {"logit_bias": {"a": "b"}},
        {"seed": "x"},
        {"logprobs": "many"},
        {"parallel_tool_calls": "yes"},
        {"tool_choice": 7},
        {"tools": 7},
        {"tools": [7]},
        {"extra_body": [1]},
        {"output": complex},
    ],
)
def test_an_option_of_the_wrong_kind_is_refused(wrong):
    """By name, before anything is sent."""
    (name,) = wrong
    with served(reply(completion())) as server:
        with pytest.raises(ConfigError, match=rf"{name.rstrip('s')}|schema"):
            module()("hi", **wrong)
        assert server.requests == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: module(temprature=1),
        lambda: module()("hi", temprature=1),
        lambda: module().stream("hi", temprature=1),
        lambda: module().share(temprature=1),
        lambda: module().batch(["hi"], temprature=1),
    ],
)
def test_an_unknown_option_names_the_one_that_was_meant(call):
    """Wherever it is said."""
    with served(), pytest.raises(ConfigError, match="did you mean 'temperature'"):
        call()


def test_an_unknown_option_says_where_the_suppliers_own_go():
    """Into extra_body; of an embedding module too."""
    with served():
        with pytest.raises(ConfigError, match="extra_body") as caught:
            module(zzz=1)
        assert "did you mean" not in str(caught.value)
        with pytest.raises(ConfigError, match="did you mean 'dimensions'"):
            OnlineEmbeddingModule("m", base_url=BASE, auth="none", dimension=1)


def test_a_call_goes_before_its_module_before_the_file():
    """Option by option; None takes a default back."""
    from purveyor.testing import answer_with, fresh_runtime

    settings = {
        "suppliers": {"acme": {"base_url": BASE}},
        "models": {"acme:m": {"temperature": 0.1, "max_tokens": 5, "top_p": 0.5}},
    }
    with fresh_runtime(settings):
        answer_with(lambda _: reply(completion()))
        llm = OnlineChatModule("acme:m", auth="none", temperature=0.2, max_tokens=6)
        sampling = llm.request("hi", temperature=0.3, max_tokens=None).sampling
        assert (sampling.temperature, sampling.max_tokens, sampling.top_p) == (0.3, None, 0.5)
        assert llm.request("hi").sampling == Sampling(temperature=0.2, max_tokens=6, top_p=0.5)


def test_a_twin_shares_the_connection_and_nothing_else():
    """Settings of one do not show in the other."""
    with served() as server:
        llm = module(temperature=0.1, instruction="be brief")
        twin = llm.share(temperature=0.9, instruction="be long")
        same = llm.share()
        for each in (llm, twin, same):
            each("hi")
        assert [body["temperature"] for body in server.bodies] == [0.1, 0.9, 0.1]
        said = [body["messages"][0]["content"] for body in server.bodies]
        assert said == ["be brief", "be long", "be brief"]
        assert twin._line is llm._line


def test_history_belongs_to_one_call():
    """A module cannot be made with it."""
    with served() as server:
        module()("now", history=[("q", "a")])
        assert [m["content"] for m in server.bodies[0]["messages"]] == ["q", "a", "now"]
        with pytest.raises(ConfigError, match="history"):
            module(history=[])
