"""What DOOR 3 promises: calls answered by a function, and nothing left behind."""

from __future__ import annotations

import json
import os

import pytest

from purveyor import OnlineChatModule, config, errors
from purveyor.plugin import Capability, HttpReply, HttpRequest, OpenAICompatible, SupplierCard
from purveyor.testing import answer_with, fresh_runtime, load_supplier, use_transports

CARD = SupplierCard(
    name="acme",
    title="Acme",
    docs="https://acme.test",
    base_url="https://acme.test/v1",
    key_env=("ACME_API_KEY",),
    default_models={Capability.CHAT: "small"},
)


def say(text: str) -> HttpReply:
    message = {"role": "assistant", "content": text}
    return HttpReply(200, {}, json.dumps({"choices": [{"message": message}]}).encode())


def test_a_function_answers_calls():
    """No socket is opened, and the request is seen as it would travel."""
    asked: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpReply:
        asked.append(request)
        return say("hello")

    with fresh_runtime() as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        answer_with(answer)
        assert OnlineChatModule("acme", api_key="k")("hi") == "hello"
    assert asked[0].url == "https://acme.test/v1/chat/completions"


def test_nothing_is_left_behind():
    """Neither what was registered, nor the transports, nor the configuration."""
    before = config.current()
    with fresh_runtime() as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        assert load_supplier("acme").card is CARD
    assert config.current() is before
    with fresh_runtime(), pytest.raises(errors.SupplierNotFound):
        load_supplier("acme")


def test_the_environment_is_not_read(monkeypatch):
    """A developer's own key never gets into a test."""
    monkeypatch.setenv("ACME_API_KEY", "real")
    with fresh_runtime() as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        with pytest.raises(errors.ConfigError, match="ACME_API_KEY"):
            OnlineChatModule("acme")
    assert os.environ["ACME_API_KEY"] == "real"


def test_settings_and_environment_can_be_given():
    """They stand in for purveyor.toml and the process's environment."""
    settings = {"aliases": {"fast": "acme:small"}}
    with fresh_runtime(settings, {"ACME_API_KEY": "key"}) as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        answer_with(lambda _: say("hello"), "https")
        assert OnlineChatModule("fast")("hi") == "hello"


def test_transports_can_be_given_back():
    """None returns to what is installed."""
    with fresh_runtime() as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        answer_with(lambda _: say("hello"), "memory")
        module = OnlineChatModule("acme", api_key="k", base_url="memory://acme")
        assert module("hi") == "hello"
        use_transports("memory", None)
        with pytest.raises(errors.ConfigError, match="memory"):
            module("hi")
