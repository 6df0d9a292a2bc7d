"""The documented examples of Doubao, decoded to what they say.

The folders lie beside the project and are only read; without them these tests are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from purveyor import ChatResponse, OnlineChatModule, OnlineEmbeddingModule, Thinking, errors
from purveyor.plugin import HttpReply
from purveyor.testing import fresh_runtime, serve_with

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLES = SHARED / "suppliers" / "examples" / "doubao.json"
SAMPLES = SHARED / "doc-samples" / "doubao"

pytestmark = pytest.mark.skipif(
    not (EXAMPLES.is_file() and SAMPLES.is_dir()), reason="../shared is not beside this checkout"
)

MODEL = "doubao-seed-2-0-lite-260215"
KINDS = {
    "error.auth": errors.AuthenticationError,
    "error.rate": errors.RateLimited,
    "error.overloaded": errors.Overloaded,
    "error.balance": errors.InsufficientBalance,
    "error.notopen": errors.PermissionDenied,
    "error.filter": errors.ContentFiltered,
}
SAMPLE_KINDS = {
    "doc-400-invalid-parameter": errors.BadRequest,
    "doc-401-authentication": errors.AuthenticationError,
    "doc-403-overdue": errors.InsufficientBalance,
    "doc-404-model-not-found": errors.NotFound,
}
CONTROL_PLANE = (
    *("finetune.create", "finetune.retrieve", "finetune.cancel"),
    *("deploy.create", "deploy.retrieve", "error.control"),
)


def example(capability: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = json.loads(EXAMPLES.read_text())
    return next(row for row in rows if row["capability"] == capability)


def served(capability: str, sent: list[Any]) -> Any:
    """Make what answers with an example; what it is asked goes into `sent`."""
    row = example(capability)
    events = "".join(f"{line}\n\n" for line in row.get("sse_events", ()))
    body = events.encode() if events else json.dumps(row["response"]).encode()
    kind = "text/event-stream" if events else "application/json"

    def serve(request: Any) -> HttpReply:
        assert request.url == row["url"]
        sent.append(json.loads(request.body))
        headers = {"content-type": kind, "x-should-retry": "false"}
        return HttpReply(row["status"], headers, body)

    return serve


@pytest.fixture
def sent() -> Iterator[list[Any]]:
    """Take down what is asked, in a runtime of the test's own."""
    with fresh_runtime():
        yield []


def llm(model: str = MODEL) -> OnlineChatModule:
    return OnlineChatModule(model, "doubao", api_key="key-0123456789")


def embed(model: str, **options: Any) -> OnlineEmbeddingModule:
    return OnlineEmbeddingModule(model, "doubao", api_key="key-0123456789", **options)


def demand_hello(response: ChatResponse) -> None:
    said = response.message
    assert (said.reasoning, said.text, response.finish.raw) == ("greet", "Hello!", "stop")
    usage = response.usage
    assert usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (19, 5, 24)


def test_chat(sent: list[Any]) -> None:
    """Reasoning, text and what both used."""
    with serve_with(served("chat", sent)):
        response = llm()("hi", thinking=Thinking(mode="on", effort="low")).response
    demand_hello(response)
    assert response.usage
    assert (response.usage.cached_input_tokens, response.usage.reasoning_tokens) == (0, 2)
    assert response.raw["service_tier"] == "default"
    assert sent == [example("chat")["request"]]


def test_a_stream(sent: list[Any]) -> None:
    """The role stands in every delta; usage comes after the finish."""
    with serve_with(served("chat.stream", sent)), llm().stream("hi") as stream:
        list(stream)
    demand_hello(stream.response)
    assert sent == [example("chat.stream")["request"]]


def test_embedding(sent: list[Any]) -> None:
    """As the reference dialect; we ask for base64, and read numbers too."""
    with serve_with(served("embed", sent)):
        got = embed("doubao-embedding-large-text-250515").embed(["a"])
    assert got.tolist() == [pytest.approx([0.1, 0.2])]
    assert sent == [example("embed")["request"] | {"encoding_format": "base64"}]


def test_a_picture_and_its_words_are_one_vector(sent: list[Any]) -> None:
    """`data` is an object; what is to be fused goes into `extra_body`."""
    asked = example("embed.multimodal")["request"]
    model = embed("doubao-embedding-vision-250615", extra_body={"input": asked["input"]})
    with serve_with(served("embed.multimodal", sent)):
        got = model.embed(["cat"])
    assert got.tolist() == [pytest.approx([0.1, 0.2])]
    assert got.usage and got.usage.input_tokens == 528
    assert sent == [{name: value for name, value in asked.items() if name != "dimensions"}]


@pytest.mark.parametrize(("capability", "kind"), KINDS.items())
def test_an_error(sent: list[Any], capability: str, kind: type) -> None:
    """Its class, its code and its words."""
    with serve_with(served(capability, sent)), pytest.raises(errors.SupplierError) as caught:
        llm()("hi")
    told = example(capability)["response"]["error"]
    assert (type(caught.value), caught.value.code) == (kind, told["code"])
    assert (caught.value.type, told["message"] in str(caught.value)) == (told["type"], True)


@pytest.mark.parametrize("capability", CONTROL_PLANE)
def test_an_example_that_is_not_spoken(capability: str) -> None:
    """Listed, so that nobody takes it for decoded."""
    assert example(capability)["url"].startswith("https://ark.cn-beijing.volcengineapi.com/")
    pytest.skip("the control plane, signed with AK/SK: finetune and deploy are a later issue")


def sample(name: str) -> HttpReply:
    (interaction,) = json.loads((SAMPLES / name).read_text())["interactions"]
    response = interaction["response"]
    return HttpReply(response["status"], response["headers"], response["body"].encode())


@pytest.mark.parametrize(("name", "kind"), SAMPLE_KINDS.items())
def test_a_documented_error(sent: list[Any], name: str, kind: type) -> None:
    """The table of error codes, as it is printed."""
    reply = sample(f"chat/{name}.json")
    with serve_with(lambda request: reply), pytest.raises(errors.SupplierError) as caught:
        llm("doubao-x")("hi")
    assert type(caught.value) is kind


def test_a_documented_embedding(sent: list[Any]) -> None:
    """Two texts, two vectors, one count."""
    reply = sample("embedding/doc-text-embedding.json")
    with serve_with(lambda request: reply):
        got = embed("doubao-embedding-text-240515").embed(["天很蓝", "海很深"])
    row = json.loads(reply.body)["data"][0]["embedding"]
    assert got.tolist() == [pytest.approx(row)] * 2
    assert got.usage and got.usage.input_tokens == 130
