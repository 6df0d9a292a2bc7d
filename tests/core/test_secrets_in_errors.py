"""A secret that a supplier echoes is cut out wherever an error may show it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from purveyor import OnlineChatModule, RetryPolicy, errors
from purveyor.plugin import Capability, HttpReply, MemoryStream, OpenAICompatible, SupplierCard
from purveyor.testing import Handler, answer_with, fresh_runtime

KEY = "canary-0123456789"

CARD = SupplierCard(
    name="acme",
    title="Acme",
    docs="https://acme.test",
    base_url="https://acme.test/v1",
    key_env=("ACME_API_KEY",),
    default_models={Capability.CHAT: "small"},
)


@pytest.fixture
def module() -> Iterator[OnlineChatModule]:
    with fresh_runtime() as runtime:
        runtime.manager.register(OpenAICompatible(CARD))
        yield OnlineChatModule("acme", api_key=KEY, retries=RetryPolicy(attempts=1))


def failure(module: OnlineChatModule, answer: Handler) -> errors.SupplierError:
    answer_with(answer)
    with pytest.raises(errors.SupplierError) as caught, module.stream("hi") as stream:
        list(stream)
    return caught.value


@pytest.mark.parametrize("field", ["message", "code", "type", "param"])
@pytest.mark.parametrize("status", [200, 400])
def test_no_fact_of_an_error_holds_the_key(module, field, status):
    """The supplier may put it anywhere, and call that a success."""
    body = b'{"error": {"message": "no", "%b": "%b"}}' % (field.encode(), KEY.encode())
    error = failure(module, lambda _: HttpReply(status, {}, body))
    assert KEY not in repr(vars(error)) + str(error)


def test_no_request_id_holds_the_key(module):
    """A gateway may build it from the key."""
    error = failure(module, lambda _: HttpReply(400, {"x-request-id": KEY}, b"{}"))
    assert error.request_id is not None
    assert KEY not in error.request_id


def test_what_a_stream_received_before_it_failed_holds_no_key(module):
    """The error frame is among it."""
    parts = (
        b'data: {"choices": [{"delta": {"content": "one"}}]}\n\n',
        b'data: {"error": {"message": "bad key %b"}}\n\n' % KEY.encode(),
    )
    error = failure(module, lambda _: MemoryStream(200, {}, parts))
    assert isinstance(error, errors.StreamInterrupted)
    assert error.partial is not None
    assert error.partial.message.text == "one"
    assert KEY not in repr(error.partial)


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-16"])
def test_no_cause_holds_the_body(module, kind):
    """The parser's own errors keep all they were given, secrets included."""
    body = f"{{oops {KEY}".encode()
    answer_with(lambda _: HttpReply(200, {"content-type": kind}, body))
    with pytest.raises(errors.MalformedResponse) as caught:
        module("hi")
    links: list[BaseException | None] = [caught.value]
    while links[-1] is not None:
        links.append(links[-1].__cause__ or links[-1].__context__)
    assert all(KEY not in repr(vars(link)) for link in links if link is not None)
    assert not any(isinstance(link, UnicodeError) for link in links)
