"""The documented examples of Qwen, decoded to what they say.

The folder lies beside the project and is only read; without it these tests are skipped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from purveyor import OnlineChatModule, OnlineEmbeddingModule, errors
from purveyor.plugin import HttpReply, HttpRequest
from purveyor.testing import fresh_runtime, serve_with

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLES = SHARED / "suppliers" / "examples" / "qwen.json"
SAMPLES = SHARED / "doc-samples" / "qwen"

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_file(), reason="../shared/suppliers/examples is not beside this checkout"
)

KEY = "sk-test-0123456789"
ERRORS = {
    "error.auth": errors.AuthenticationError,
    "error.auth.native": errors.AuthenticationError,
    "error.balance": errors.InsufficientBalance,
    "error.rate": errors.RateLimited,
    "error.filter": errors.ContentFiltered,
    "error.context": errors.ContextLengthExceeded,
    "error.thinking": errors.BadRequest,
}
NOT_SPOKEN = {
    "chat.native": "native chat: the plugin speaks the compatible wire",
    "chat.native.stream": "native chat: the plugin speaks the compatible wire",
    **dict.fromkeys(
        (
            *("files.upload", "finetune.create", "finetune.retrieve", "finetune.list"),
            *("finetune.cancel", "finetune.logs"),
            *("deploy.create", "deploy.retrieve", "deploy.delete"),
        ),
        "finetune and deploy are a later issue",
    ),
}


def examples() -> dict[str, dict[str, Any]]:
    rows = json.loads(EXAMPLES.read_text()) if EXAMPLES.is_file() else []
    return {row["capability"]: row for row in rows}


class Served:
    """Answers with an example, and takes down what was asked."""

    def __init__(self, capability: str) -> None:
        self.example = examples()[capability]
        self.requests: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> HttpReply:
        self.requests.append(request)
        lines = self.example.get("sse_events")
        if lines is None:
            body = json.dumps(self.example["response"]).encode()
            return HttpReply(self.example["status"], {"x-should-retry": "false"}, body)
        text = "".join(f"{line}\n\n" for line in lines)
        return HttpReply(200, {"content-type": "text/event-stream"}, text.encode())

    def body(self) -> dict[str, Any]:
        """Give what was asked, and see that it was asked where the example asks."""
        (request,) = self.requests
        assert (request.method, request.url) == (self.example["method"], self.example["url"])
        said: dict[str, Any] = json.loads(request.body)
        return said


def test_every_example_is_decoded_or_has_its_reason() -> None:
    """A new example comes with its test."""
    decoded = {"chat", "chat.stream.thinking", "chat.stream.tools", "rerank", "rerank.native"}
    decoded |= {"embed", "embed.native", "embed.multimodal", *ERRORS}
    assert examples().keys() == decoded | NOT_SPOKEN.keys()


@pytest.mark.parametrize("capability", sorted(NOT_SPOKEN))
def test_an_example_that_is_not_spoken(capability: str) -> None:
    """Listed, so that nobody takes it for decoded."""
    pytest.skip(NOT_SPOKEN[capability])


def test_chat() -> None:
    """One answer, and what it used."""
    served = Served("chat")
    with fresh_runtime(), serve_with(served):
        response = OnlineChatModule("qwen-plus", "qwen", api_key=KEY)("hi").response
    assert served.body() == served.example["request"]
    assert (response.message.text, response.finish.raw) == ("Hello!", "stop")
    usage = response.usage
    assert usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (19, 5, 24)
    assert usage.cached_input_tokens == 0
    assert response.model == "qwen-plus"


def test_a_stream_that_thinks() -> None:
    """Reasoning and text come in fields of their own; usage comes after the finish."""
    served = Served("chat.stream.thinking")
    with fresh_runtime(), serve_with(served):
        llm = OnlineChatModule("qwen-plus", "qwen", api_key=KEY)
        with llm.stream("hi", thinking="on") as events:
            list(events)
    assert served.body() == served.example["request"]
    response = events.response
    assert (response.message.reasoning, response.message.text) == ("Greet", "Hello")
    assert response.finish.raw == "stop"
    assert response.usage
    assert response.usage.input_tokens == 19


def test_a_stream_of_a_tool_call() -> None:
    """Later chunks repeat an empty id, and are the same call."""
    served = Served("chat.stream.tools")
    with fresh_runtime(), serve_with(served):
        llm = OnlineChatModule("qwen-plus", "qwen", api_key=KEY)
        with llm.stream("Weather?") as events:
            list(events)
    (call,) = events.response.message.tool_calls
    assert (call.id, call.name, call.parse()) == ("call_1", "get_weather", {"city": "Paris"})
    assert events.response.finish.raw == "tool_calls"


@pytest.mark.parametrize(
    ("capability", "model", "texts", "vectors"),
    [
        ("embed", "text-embedding-v4", ["a"], [[0.1, 0.2]]),
        ("embed.native", "text-embedding-v4", ["a", "b"], [[0.1, 0.2], [0.2, 0.1]]),
        ("embed.multimodal", "qwen2.5-vl-embedding", ["cat"], [[0.1, 0.2]]),
    ],
)
def test_embedding(
    capability: str, model: str, texts: list[str], vectors: list[list[float]]
) -> None:
    """Each wire has names of its own for the same things."""
    served = Served(capability)
    native = {"base_url": "https://dashscope.aliyuncs.com/api/v1"}
    address = native if capability == "embed.native" else {}
    with fresh_runtime(), serve_with(served):
        got = OnlineEmbeddingModule(model, "qwen", api_key=KEY, **address).embed(texts)
    assert got.tolist() == [pytest.approx(vector) for vector in vectors]
    said, asked = served.body(), served.example["request"]
    assert said["model"] == asked["model"]
    if capability == "embed.multimodal":  # the example has a picture beside the text
        assert said["input"]["contents"] == asked["input"]["contents"][:1]
        assert got.usage and got.usage.input_tokens == 10
    else:
        assert said["input"] == asked["input"]


@pytest.mark.parametrize(
    ("capability", "model"), [("rerank", "qwen3-rerank"), ("rerank.native", "gte-rerank-v2")]
)
def test_rerank(capability: str, model: str) -> None:
    """Scores, best first, each with its place in the caller's list."""
    served = Served(capability)
    with fresh_runtime(), serve_with(served):
        ranker = OnlineEmbeddingModule(model, "qwen", type="rerank", api_key=KEY)
        answer = ranker.rerank("q", ["a", "b"], top_n=2)
    assert [tuple(hit) for hit in answer.hits] == [(1, 0.93), (0, 0.1)]
    assert answer.usage and answer.usage.total_tokens == 79
    asked = served.example["request"]
    asked.get("parameters", {}).pop("return_documents", None)  # callers have the documents
    assert served.body() == asked


@pytest.mark.parametrize(("capability", "kind"), ERRORS.items())
def test_an_error(capability: str, kind: type[errors.SupplierError]) -> None:
    """Its class, its code, its words and its id."""
    served = Served(capability)
    with fresh_runtime(), serve_with(served), pytest.raises(errors.SupplierError) as caught:
        OnlineChatModule("qwen-plus", "qwen", api_key=KEY)("hi")
    body = served.example["response"]
    told = body.get("error") or body
    assert type(caught.value) is kind
    assert caught.value.status == served.example["status"]
    assert (caught.value.code, caught.value.request_id) == (told["code"], body["request_id"])
    assert told["message"].strip() in str(caught.value)


def sample(path: str) -> HttpReply:
    (interaction,) = json.loads((SAMPLES / path).read_text())["interactions"]
    response = interaction["response"]
    headers = {**response["headers"], "x-should-retry": "false"}
    return HttpReply(response["status"], headers, response["body"].encode())


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/doc-samples is not beside this one")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("chat/observed-403-free-quota.json", errors.QuotaExhausted),
        ("chat/doc-native-429-throttling.json", errors.RateLimited),
    ],
)
def test_a_documented_error(path: str, kind: type[errors.SupplierError]) -> None:
    """Free quota comes as 403, and is a quota; throttling is a rate limit."""
    with (
        fresh_runtime(),
        serve_with(lambda request: sample(path)),
        pytest.raises(errors.SupplierError) as caught,
    ):
        OnlineChatModule("qwen3.7-plus", "qwen", api_key=KEY)("hi")
    assert type(caught.value) is kind


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/doc-samples is not beside this one")
def test_a_documented_rerank() -> None:
    """The documents that come back are kept under raw."""
    reply = sample("rerank/sdk-rerank-return-documents.json")
    with fresh_runtime(), serve_with(lambda request: reply):
        ranker = OnlineEmbeddingModule("gte-rerank", "qwen", type="rerank", api_key=KEY)
        answer = ranker.rerank("哈尔滨在哪？", ["黑龙江离俄罗斯很近", "哈尔滨是中国黑龙江省的省会"])
    assert [tuple(hit) for hit in answer.hits] == [(1, 0.987654), (0, 0.876543)]
    assert answer.usage and answer.usage.input_tokens == 1279
    assert answer.raw == json.loads(reply.body)


@pytest.mark.parametrize("path", ["deploy/sdk-deployments", "finetune/sdk-fine-tune-lifecycle"])
def test_a_documented_sample_that_is_not_spoken(path: str) -> None:
    """Listed, so that nobody takes it for decoded."""
    pytest.skip(f"{path}: finetune and deploy are a later issue")
