"""What the suppliers' documentation shows: every answer and error in it is read as it says.

The folder lies beside the project and is only read; without it these tests are skipped. An example
whose note says "uncertain" is only held to be an error of ours.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from purveyor import OnlineChatModule, OnlineEmbeddingModule, RetryPolicy, errors
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor.testing import answer_with, fresh_runtime
from purveyor.types.chat import ChatResponse

from .oracle import body_of, chunks_of, streamed, whole

SHARED = Path(__file__).parents[3] / "shared"
EXAMPLES = SHARED / "suppliers" / "examples"
SAMPLES = SHARED / "doc-samples" / "kimi"

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="../shared/suppliers/examples is not beside this checkout"
)

SUPPLIERS = ("openai", "kimi", "deepseek")
KINDS = {
    "error.auth": errors.AuthenticationError,
    "error.rate": errors.RateLimited,
    "error.balance": errors.InsufficientBalance,
    "error.context": errors.ContextLengthExceeded,
    "error.filter": errors.ContentFiltered,
    "error.overloaded": errors.Overloaded,
    "error.param": errors.BadRequest,
    "error.reasoning": errors.BadRequest,
}
OTHER_CALLS = ("files", "finetune", "model.delete", "fim")


def examples(*capabilities: str) -> list[Any]:
    """Give (supplier, example) of these capabilities, and of those below them."""
    params: list[Any] = []
    for supplier in SUPPLIERS:
        path = EXAMPLES / f"{supplier}.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
        for number, example in enumerate(found):
            name = example["capability"]
            if any(name == each or name.startswith(f"{each}.") for each in capabilities):
                params.append(pytest.param(supplier, example, id=f"{supplier}-{name}-{number}"))
    return params


def samples() -> list[Any]:
    params: list[Any] = []
    for path in sorted(SAMPLES.glob("*/*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        for number, interaction in enumerate(recorded["interactions"]):
            params.append(pytest.param(interaction, id=f"{path.stem}-{number}"))
    return params


def reply_of(example: dict[str, Any]) -> HttpReply | MemoryStream:
    headers = {"content-type": "application/json", **example.get("response_headers", {})}
    if "sse_events" in example:
        return MemoryStream(example["status"], {}, [sse_of(example).encode()])
    return HttpReply(example["status"], headers, json.dumps(example["response"]).encode())


def sse_of(example: dict[str, Any]) -> str:
    """Write the lines of a stream: each is an event, unless the list has blank lines of its own."""
    lines: list[str] = example["sse_events"]
    if "" in lines:
        lines = [line for line in lines if line]
    return "".join(f"{line}\n\n" for line in lines)


def facts_of(response: ChatResponse) -> dict[str, Any]:
    """Say what a response holds in the words of the tests' own reading."""
    message, usage = response.message, response.usage
    return {
        "text": message.text,
        "reasoning": message.reasoning or "",
        "refusal": message.refusal or "",
        "tools": [(call.id or "", call.name, call.arguments) for call in message.tool_calls],
        "finish": response.finish.raw,
        "input": usage and usage.input_tokens,
        "output": usage and usage.output_tokens,
        "total": usage and usage.total_tokens,
        "thought": usage and usage.reasoning_tokens,
    }


class Asked:
    """Answers with one example, and keeps what it was asked."""

    def __init__(self, answer: HttpReply | MemoryStream) -> None:
        self.answer = answer
        self.requests: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> HttpReply | MemoryStream:
        self.requests.append(request)
        return self.answer


@pytest.fixture(autouse=True)
def apart() -> Iterator[None]:
    with fresh_runtime():
        yield


def module(supplier: str, request: dict[str, Any] | None = None) -> OnlineChatModule:
    model = (request or {}).get("model", "documented")
    once = RetryPolicy(attempts=1)
    return OnlineChatModule(model, supplier, api_key="sk-test-0123456789", retries=once)


def response_of(llm: OnlineChatModule, example: dict[str, Any]) -> ChatResponse:
    """Give the response, of a stream or whole; both faces give the same."""
    if "sse_events" not in example:
        assert asyncio.run(llm.acall("hi")).response == llm("hi").response
        return llm("hi").response
    with llm.stream("hi") as stream:
        list(stream)

    async def read() -> ChatResponse:
        async with llm.astream("hi") as events:
            _ = [event async for event in events]
        return events.response

    assert asyncio.run(read()) == stream.response
    return stream.response


@pytest.mark.parametrize(("supplier", "example"), examples("chat"))
def test_a_documented_answer_is_read_whole(supplier: str, example: dict[str, Any]) -> None:
    """At the documented address; text, reasoning, tool calls, finish and usage."""
    server = Asked(reply_of(example))
    answer_with(server)
    response = response_of(module(supplier, example["request"]), example)
    if "sse_events" in example:
        expected = streamed(chunks_of(sse_of(example)))
    else:
        expected = whole(example["response"])
    assert facts_of(response) == expected
    if example["capability"] not in ("chat.prefix",):
        assert server.requests[0].url == example["url"]


@pytest.mark.parametrize(("supplier", "example"), examples("chat.prefix", "chat.partial"))
def test_a_documented_prefix_is_sent_as_it_is_shown(supplier: str, example: dict[str, Any]) -> None:
    """The very request of the documentation, from its own messages."""
    server = Asked(reply_of(example))
    answer_with(server)
    asked = example["request"]
    llm = module(supplier, asked)
    llm(asked["messages"], thinking="off", stop=asked.get("stop"))
    assert server.requests[0].url == example["url"]
    assert json.loads(server.requests[0].body) == asked


@pytest.mark.parametrize(("supplier", "example"), examples("error"))
def test_a_documented_error_has_its_class(supplier: str, example: dict[str, Any]) -> None:
    """With its status, its message and what its headers say."""
    answer_with(Asked(reply_of(example)))
    with pytest.raises(errors.SupplierError) as caught:
        module(supplier)("hi")
    error = caught.value
    assert error.supplier == supplier
    if "uncertain" in example.get("note", ""):
        return
    assert type(error) is KINDS[example["capability"]]
    assert error.status == example["status"]
    assert error.message == example["response"]["error"]["message"]
    if "retry-after" in example.get("response_headers", {}):
        assert error.retry_after == float(example["response_headers"]["retry-after"])


@pytest.mark.parametrize(("supplier", "example"), examples("embed"))
def test_a_documented_embedding_is_read(supplier: str, example: dict[str, Any]) -> None:
    """Every vector, in order."""
    answer_with(Asked(reply_of(example)))
    asked = example["request"]
    embed = OnlineEmbeddingModule(
        asked["model"], supplier, api_key="sk-test-0123456789", dimensions=asked["dimensions"]
    )
    rows = [row["embedding"] for row in example["response"]["data"]]
    assert embed(asked["input"]).tolist() == [pytest.approx(row, rel=1e-6) for row in rows]


@pytest.mark.parametrize(("supplier", "example"), examples("models", "balance", "tokens"))
def test_a_documented_answer_about_the_account_is_read(
    supplier: str, example: dict[str, Any]
) -> None:
    """Asked at the documented address."""
    server = Asked(reply_of(example))
    answer_with(server)
    llm = module(supplier, example.get("request"))
    answer = example["response"]
    if example["capability"] == "models":
        assert [card.name for card in llm.models()] == [row["id"] for row in answer["data"]]
    elif example["capability"] == "tokens":
        assert llm.count_tokens("hi") == answer["data"]["total_tokens"]
        assert json.loads(server.requests[0].body) == example["request"]
    else:
        amounts = [str(balance.available) for balance in llm.balance()]
        rows = answer.get("balance_infos") or [answer["data"]]
        documented = [row.get("total_balance", row.get("available_balance")) for row in rows]
        assert [Decimal(amount) for amount in amounts] == [
            Decimal(str(each)) for each in documented
        ]
    request = server.requests[0]
    assert (request.method, request.url) == (example["method"], example["url"])


@pytest.mark.parametrize("interaction", samples())
def test_a_sample_of_kimis_documentation_is_read(interaction: dict[str, Any]) -> None:
    """Answers, a stream whose usage stands in its choice, an empty account, the filter."""
    response = interaction["response"]
    body = body_of(response)
    kimi = module("kimi", interaction["request"]["json"])
    if response["status"] >= 400:
        answer_with(Asked(HttpReply(response["status"], response["headers"], body)))
        filtered = "content_filter" in interaction["features"]
        expected = errors.ContentFiltered if filtered else errors.InsufficientBalance
        with pytest.raises(expected):
            kimi("hi")
    elif response.get("sse") is not None:
        answer_with(Asked(MemoryStream(200, response["headers"], [body])))
        got = response_of(kimi, {"sse_events": []})
        assert facts_of(got) == streamed(chunks_of(response["sse"]))
        assert got.usage is not None
        assert got.usage.cached_input_tokens == 8
    else:
        answer_with(Asked(HttpReply(200, response["headers"], body)))
        got = response_of(kimi, {})
        assert facts_of(got) == whole(json.loads(body))
        assert got.usage is not None
        assert got.usage.cached_input_tokens == 10


def test_every_example_is_looked_at() -> None:
    """A new one does not go unnoticed; those of later releases are named here."""
    read = examples("chat", "error", "embed", "models", "balance", "tokens")
    later = examples(*OTHER_CALLS)
    found = [json.loads((EXAMPLES / f"{name}.json").read_text()) for name in SUPPLIERS]
    assert len(read) + len(later) == sum(len(each) for each in found)
