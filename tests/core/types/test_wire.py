"""Requests, replies and addresses as values."""

import pytest

from purveyor.types.secret import Secret
from purveyor.types.supplier import Capability, Endpoint, ModelCard, SupplierCard
from purveyor.types.wire import HttpReply, HttpRequest


def test_a_header_replaces_one_of_the_same_name():
    """Whatever its case."""
    request = HttpRequest("POST", "https://x.test", (("X-Key", "a"), ("B", "b")))
    changed = request.with_header("x-key", "c")
    assert changed.headers == (("B", "b"), ("x-key", "c"))
    assert request.header("X-KEY") == "a"
    assert request.header("missing") is None


def test_a_request_names_its_secrets():
    """So that a transport can cut them out of errors; its repr shows none."""
    request = HttpRequest("GET", "https://x.test").with_header("K", Secret("sk-0123456789abc"))
    assert list(request.secrets()) == [Secret("sk-0123456789abc")]
    assert "0123456789" not in repr(request)


def test_a_replys_text_shows_bytes_that_are_no_utf8():
    """As replacement marks: it is for messages."""
    assert HttpReply(200, {}, b"a\xff").text() == "a\ufffd"


@pytest.mark.parametrize(
    ("base", "path", "joined"),
    [
        ("https://x.test/v1", "chat/completions", "https://x.test/v1/chat/completions"),
        ("https://x.test/v1/", "/chat", "https://x.test/v1/chat"),
        ("https://x.test", "models", "https://x.test/models"),
        ("https://x.test/a/b/v4", "rerank", "https://x.test/a/b/v4/rerank"),
    ],
)
def test_no_segment_of_an_address_is_lost(base, path, joined):
    """As urljoin would."""
    endpoint = Endpoint(supplier="x", capability=Capability.CHAT, base_url=base)
    assert endpoint.url(path) == joined


def test_a_card_knows_its_models():
    """And says None of others."""
    card = SupplierCard(
        name="x", title="X", docs="d", base_url="https://x.test", models=(ModelCard(name="m"),)
    )
    assert card.model("m") == ModelCard(name="m")
    assert card.model("n") is None


def test_capabilities_stand_in_their_order():
    """Everywhere the same."""
    assert list(Capability) == ["chat", "embedding", "rerank", "finetune", "deploy"]
