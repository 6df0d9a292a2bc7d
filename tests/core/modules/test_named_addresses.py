"""Addresses with a name of the user's own: configured, or said with the call."""

from __future__ import annotations

import pytest

import purveyor
from purveyor.errors import ConfigError, SupplierNotFound
from purveyor.plugin import Capability, HttpReply, HttpRequest, OpenAICompatible, SupplierCard
from purveyor.testing import answer_with, fresh_runtime

ANSWER = b'{"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}]}'
LOCAL = {"suppliers": {"local": {"base_url": "http://127.0.0.1:8000/v1", "auth": "none"}}}


def asked_urls() -> list[str]:
    """Answer every request of the runtime, and give the list of addresses asked."""
    urls: list[str] = []

    def serve(request: HttpRequest) -> HttpReply:
        urls.append(request.url)
        return HttpReply(200, {}, ANSWER)

    answer_with(serve)
    return urls


def test_a_configured_address_is_called_by_its_name() -> None:
    """A table with a base_url needs no plugin of that name."""
    with fresh_runtime(LOCAL):
        urls = asked_urls()
        assert purveyor.AutoModel("local:small")("hi") == "hi"
    assert urls == ["http://127.0.0.1:8000/v1/chat/completions"]


def test_a_configured_address_alone_names_no_model() -> None:
    """An address has no default model; the error shows how to write one."""
    with fresh_runtime(LOCAL), pytest.raises(ConfigError, match="local:<model>"):
        purveyor.AutoModel(source="local")


def test_a_name_without_address_is_not_found() -> None:
    """Only a configured address stands for itself."""
    with fresh_runtime(LOCAL), pytest.raises(SupplierNotFound):
        purveyor.AutoModel("remote:small")


def test_an_address_takes_no_name_from_a_later_plugin() -> None:
    """What was once an address may become a supplier."""
    card = SupplierCard(
        name="spice",
        title="Spice",
        docs="",
        base_url="https://spice.test/v1",
        auth="none",
        default_models={Capability.CHAT: "m"},
    )
    with fresh_runtime():
        urls = asked_urls()
        purveyor.AutoModel("spice:m", base_url="http://127.0.0.1:1/v1", auth="none")("hi")
        purveyor.register(OpenAICompatible(card))
        purveyor.AutoModel("spice")("hi")
    assert urls[1] == "https://spice.test/v1/chat/completions"


def test_a_known_model_without_key_names_the_variable() -> None:
    """The supplier that has the model is installed; what lacks is its key."""
    with fresh_runtime(), pytest.raises(ConfigError, match="openai: set OPENAI_API_KEY"):
        purveyor.AutoModel("gpt-6-luna")


def test_settings_of_an_embedding_model_count() -> None:
    """Dimensions and further fields may be said once, in purveyor.toml."""
    settings = {
        "models": {"openai:text-embedding-3-small": {"dimensions": 2, "extra_body": {"user": "u"}}}
    }
    bodies: list[bytes] = []

    def serve(request: HttpRequest) -> HttpReply:
        bodies.append(request.body)
        return HttpReply(200, {}, b'{"data": [{"embedding": [1, 2]}]}')

    with fresh_runtime(settings):
        answer_with(serve)
        purveyor.AutoModel("openai", type="embed", api_key="sk-0123456789abcdef")("text")
    assert b'"dimensions":2' in bodies[0]
    assert b'"user":"u"' in bodies[0]
