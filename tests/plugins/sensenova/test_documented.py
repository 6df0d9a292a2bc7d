"""What SenseNova's guides show, decoded to what it says: the token plan, the native wire, embedding.

The examples lie beside the project and are only read; without them these tests are skipped. What
their notes call uncertain (`status`, `status_code`, the usage of embeddings) is not asserted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from purveyor import ChatResponse, OnlineChatModule, OnlineEmbeddingModule, RetryPolicy, errors
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor.testing import answer_with, fresh_runtime

SHARED = Path(__file__).parents[4] / "shared"
EXAMPLES = SHARED / "suppliers" / "examples" / "sensenova.json"
SAMPLES = SHARED / "doc-samples" / "sensenova"

pytestmark = pytest.mark.skipif(
    not (EXAMPLES.is_file() and SAMPLES.is_dir()),
    reason="../shared/suppliers/examples and ../shared/doc-samples are not beside this checkout",
)

ERRORS = {
    "error.notfound": errors.NotFound,
    "error.schema": errors.BadRequest,
    "error.rate": errors.RateLimited,
    "error.native": errors.AuthenticationError,
    "chat/shape-error": errors.AuthenticationError,
}
CHATS = {
    "chat": ("Hi!", "Thinking", 37, 762),
    "chat.stream": ("Hi!", "Thinking", 38, 441),
    "chat.native": ("This is a test!", None, 8, 6),
    "chat.native.stream": ("This", None, 8, 2),
    "chat/shape-native": ("This is a test!", None, 9, 5),
    "chat/shape-native-stream": ("This is a test!", None, 9, 5),
}
VECTORS = {
    "embed": [[0.1, 0.2], [0.2, 0.1]],
    "embedding/shape-native": [[0.0123, -0.0456, 0.0789]],
}
LATER = ("files.", "dataset.", "finetune.", "deploy.")


class Documented:
    """One documented exchange, as a server that answers at its address alone."""

    def __init__(self, url: str, status: int, body: str) -> None:
        self.url, self.status, self.body = url, status, body

    def __call__(self, request: HttpRequest) -> HttpReply | MemoryStream:
        assert request.url == self.url
        if not self.body.startswith("data:"):
            return HttpReply(self.status, {}, self.body.encode())
        head = {"content-type": "text/event-stream"}
        return MemoryStream(self.status, head, (self.body.encode(),))

    @property
    def region(self) -> str:
        return "native" if "/v1/llm/" in self.url else "token-plan"


def read_all() -> Iterator[tuple[str, Documented]]:
    rows = json.loads(EXAMPLES.read_text(encoding="utf-8")) if EXAMPLES.is_file() else []
    for row in rows:
        lines = row.get("sse_events")
        said = "\n\n".join([*lines, ""]) if lines else json.dumps(row["response"])
        yield row["capability"], Documented(row["url"], row["status"], said)
    for path in SAMPLES.glob("*/*.json"):
        for exchange in json.loads(path.read_text(encoding="utf-8"))["interactions"]:
            reply = exchange["response"]
            said = reply.get("sse") or reply["body"]
            name = f"{path.parent.name}/{path.stem}"
            yield name, Documented(exchange["request"]["url"], reply["status"], said)


ALL = dict(read_all())


@pytest.fixture(name="chat")
def _chat() -> Iterator[Callable[[str], OnlineChatModule]]:
    """Make the chat module whose calls a documented exchange answers."""

    def make(name: str) -> OnlineChatModule:
        served = ALL[name]
        answer_with(served)
        once = RetryPolicy(attempts=1)
        return OnlineChatModule("sensenova", api_key="sk-k", region=served.region, retries=once)

    with fresh_runtime():
        yield make


def test_nothing_is_passed_over() -> None:
    """What is decoded nowhere below is finetuning and deployment, which come later."""
    left = ALL.keys() - ERRORS.keys() - CHATS.keys() - VECTORS.keys()
    assert [name for name in left if not name.startswith(LATER)] == []


def response_of(llm: OnlineChatModule, name: str) -> ChatResponse:
    if "stream" not in name:
        return llm("hi").response
    with llm.stream("hi") as stream:
        list(stream)
    return stream.response


@pytest.mark.parametrize(("name", "expected"), CHATS.items())
def test_a_documented_chat(name: str, expected: Any, chat: Any) -> None:
    """Text, reasoning, usage; an empty finish until there is one."""
    response = response_of(chat(name), name)
    usage = response.usage
    assert usage
    assert (
        *(response.message.text, response.message.reasoning),
        *(usage.input_tokens, usage.output_tokens),
    ) == expected
    assert response.finish.raw == "stop"


@pytest.mark.parametrize(("name", "expected"), ERRORS.items())
def test_a_documented_error(name: str, expected: type, chat: Any) -> None:
    """By its code, a text on one wire and a number on the other."""
    with pytest.raises(errors.SupplierError) as caught:
        chat(name)("hi")
    said = json.loads(ALL[name].body)["error"]
    assert type(caught.value) is expected
    assert (caught.value.code, caught.value.message) == (str(said["code"]), said["message"])


@pytest.mark.parametrize(("name", "expected"), VECTORS.items())
def test_a_documented_embedding(name: str, expected: list[list[float]]) -> None:
    """Rows stand under `embeddings`."""
    with fresh_runtime():
        answer_with(ALL[name])
        found = OnlineEmbeddingModule("sensenova", api_key="sk-k").embed(["a"] * len(expected))
    assert found.tolist() == [pytest.approx(vector) for vector in expected]
