"""What a stream and a call share: limits of the call, the supplier's request id, all inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from purveyor import Image, Message, OnlineChatModule, Text, Timeouts, assistant, errors, system
from purveyor.plugin import (
    Capability,
    HttpReply,
    HttpRequest,
    MemoryStream,
    OpenAICompatible,
    SupplierCard,
)
from purveyor.testing import answer_with, fresh_runtime

CARD = SupplierCard(
    name="acme",
    title="Acme",
    docs="https://acme.test",
    base_url="https://acme.test/v1",
    auth="none",
    default_models={Capability.CHAT: "small"},
)
CHUNK = b'data: {"id": "body-id", "choices": [{"delta": {"content": "x"}, "finish_reason": "stop"}]}\n\n'


@pytest.fixture
def module() -> Iterator[OnlineChatModule]:
    with fresh_runtime() as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        yield OnlineChatModule("acme")


def test_a_calls_own_limit_for_the_first_event_counts(module):
    """Keep-alives do not extend it, and it goes before the module's."""
    answer_with(lambda _: MemoryStream(200, {}, (b": keep-alive\n\n", CHUNK)))
    with (
        pytest.raises(errors.Timeout) as caught,
        module.stream("hi", timeouts=Timeouts(first_event=0.0)) as stream,
    ):
        list(stream)
    assert caught.value.phase == "first event"


def test_a_stream_has_the_request_id_that_a_call_has(module):
    """What the supplier's support asks for stands in a header, for streams too."""
    answer_with(lambda _: MemoryStream(200, {"x-request-id": "head-id"}, (CHUNK,)))
    with module.stream("hi") as stream:
        list(stream)
    assert stream.response.request_id == "head-id"


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        (Text("hi"), ["user"]),
        (["one", Image(url="https://a.test/b.png")], ["user"]),
        ([system("be kind"), Message("user", (Text("hi"),))], ["system", "user"]),
        ({"role": "user", "content": [{"type": "text", "text": "hi"}]}, ["user"]),
    ],
)
def test_whatever_a_caller_may_hand_over_is_read(module, content, roles):
    """Parts, lists of parts, messages, messages as JSON."""
    asked: list[HttpRequest] = []
    answer = b'{"choices": [{"message": {"role": "assistant", "content": "x"}}]}'
    answer_with(lambda request: (asked.append(request), HttpReply(200, {}, answer))[1])
    module(content)
    assert [each["role"] for each in json.loads(asked[0].body)["messages"]] == roles


def test_history_is_messages_or_pairs(module):
    """Both kinds of turn, in order."""
    history = [("one", "two"), assistant("three")]
    request = module.request("four", history=history)
    assert [message.text for message in request.messages] == ["one", "two", "three", "four"]
