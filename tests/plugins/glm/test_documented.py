"""What GLM's documentation shows, decoded to what it says.

The examples lie beside the project and are only read; without them these tests are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from purveyor import OnlineChatModule, OnlineEmbeddingModule, RerankHit, RetryPolicy, errors
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor.testing import answer_with, fresh_runtime

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLES = SHARED / "suppliers" / "examples" / "glm.json"
SAMPLES = SHARED / "doc-samples" / "glm"

pytestmark = pytest.mark.skipif(
    not (EXAMPLES.is_file() and SAMPLES.is_dir()),
    reason="../shared/suppliers/examples and ../shared/doc-samples are not beside this checkout",
)

FAILURES = {
    "error.auth": errors.AuthenticationError,
    "error.balance": errors.InsufficientBalance,
    "error.rate": errors.RateLimited,
    "error.filter": errors.ContentFiltered,
    "error.context": errors.ContextLengthExceeded,
    "observed-400-1214-tools": errors.BadRequest,
    "observed-429-1113-no-balance": errors.InsufficientBalance,
    "observed-429-1305-overloaded": errors.Overloaded,
}
ANSWERS = {
    *("chat", "chat.stream", "chat.stream.tools", "embed", "rerank", "tokens"),
    *("shape-embedding-3", "shape-rerank"),
}
LATER = {"files.upload", "shape-fine-tuning-job"}


def documented() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each example and each sample, by its name, as {url, status, response or sse}."""
    if EXAMPLES.is_file():
        for row in json.loads(EXAMPLES.read_text(encoding="utf-8")):
            events = "".join(f"{line}\n\n" for line in row.get("sse_events", ()))
            yield row["capability"], {**row, "body": events or json.dumps(row.get("response"))}
    for path in sorted(SAMPLES.glob("*/*.json")):
        (exchange,) = json.loads(path.read_text(encoding="utf-8"))["interactions"]
        yield path.stem, {**exchange["request"], **exchange["response"]}


SAID = dict(documented())


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    with fresh_runtime():
        yield


def answers(name: str) -> dict[str, Any]:
    """Let the documented reply answer, at the documented address alone."""
    row = SAID[name]
    body = row["body"].encode()

    def answer(request: HttpRequest) -> HttpReply | MemoryStream:
        assert request.url.partition("/api/")[2] == row["url"].partition("/api/")[2]
        if body.startswith(b"data:"):
            return MemoryStream(200, {"content-type": "text/event-stream"}, (body,))
        return HttpReply(row["status"], {}, body)

    answer_with(answer)
    return row


def llm() -> OnlineChatModule:
    return OnlineChatModule("glm", api_key="key", retries=RetryPolicy(attempts=1))


def embedding(kind: Any = "embed") -> OnlineEmbeddingModule:
    return OnlineEmbeddingModule(None, "glm", type=kind, api_key="key")


def test_nothing_is_passed_over() -> None:
    """What is not decoded below belongs to finetuning, which comes later."""
    left = SAID.keys() - FAILURES.keys() - ANSWERS - LATER
    assert {name for name in left if not name.startswith("finetune.")} == set()


@pytest.mark.parametrize(("name", "expected"), FAILURES.items())
def test_a_documented_error_is_what_it_says(
    name: str, expected: type[errors.SupplierError]
) -> None:
    """Class, status, code and words."""
    row = answers(name)
    with pytest.raises(errors.SupplierError) as caught:
        llm()("hi")
    error, said = caught.value, json.loads(row["body"])
    assert (type(error), error.status) == (expected, row["status"])
    assert (error.code, error.message) == (said["error"]["code"], said["error"]["message"])
    assert error.raw == said


def test_the_documented_chat() -> None:
    """Text, reasoning, usage with its details, id."""
    answers("chat")
    response = llm()("hi", thinking="on").response
    assert (response.message.text, response.message.reasoning) == ("Hello!", "Greet.")
    assert (response.model, response.finish.raw) == ("glm-4.7", "stop")
    assert response.request_id == "r-000001"
    usage = response.usage
    assert usage
    assert (usage.input_tokens, usage.output_tokens, usage.total_tokens) == (19, 5, 24)
    assert (usage.cached_input_tokens, usage.reasoning_tokens) == (0, 3)


def test_the_documented_stream() -> None:
    """The same, with usage on the chunk that finishes."""
    answers("chat.stream")
    with llm().stream("hi") as stream:
        list(stream)
    message, usage = stream.response.message, stream.response.usage
    assert (message.text, message.reasoning) == ("Hello!", "Greet.")
    assert usage and (usage.input_tokens, usage.cached_input_tokens) == (19, 0)


def test_the_documented_tool_call() -> None:
    """It arrives whole, in one chunk, with the finish."""
    answers("chat.stream.tools")
    with llm().stream("Weather in Paris?") as stream:
        list(stream)
    (call,) = stream.response.message.tool_calls
    assert (call.id, call.name, call.parse()) == ("call_-8112", "get_weather", {"city": "Paris"})
    assert stream.response.finish.raw == "tool_calls"


@pytest.mark.parametrize(
    ("name", "vector", "tokens"),
    [("embed", [0.1, 0.2], 1), ("shape-embedding-3", [-0.0267, 0.0144, 0.0061], 4)],
)
def test_a_documented_embedding(name: str, vector: list[float], tokens: int) -> None:
    """Its usage counts completion tokens too: none."""
    answers(name)
    found = embedding().embed(["a"])
    assert found.tolist() == [pytest.approx(vector)]
    assert (found.model, found.usage and found.usage.input_tokens) == ("embedding-3", tokens)


@pytest.mark.parametrize(
    ("name", "hits"),
    [
        ("rerank", [RerankHit(1, 0.99866986)]),
        ("shape-rerank", [RerankHit(0, 0.99), RerankHit(1, 0.01)]),
    ],
)
def test_a_documented_rerank(name: str, hits: list[RerankHit]) -> None:
    """Hits with their places, the documents' texts only under raw."""
    answers(name)
    found = embedding("rerank").rerank("q", ["a", "b"])
    assert list(found.hits) == hits
    assert (found.usage and found.usage.total_tokens, found.request_id is None) == (72, False)


def test_the_documented_token_count() -> None:
    """It stands in usage."""
    answers("tokens")
    assert llm().count_tokens("hi") == 7
