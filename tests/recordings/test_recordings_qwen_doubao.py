"""Real traffic of Qwen and Doubao: the same checks, and the two wires of DashScope.

The folder lies beside the project and is only read; without it these tests are skipped.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from purveyor.errors import NotFound
from purveyor.modules.embedding import OnlineEmbeddingModule
from purveyor.plugin import (
    Capability,
    ChatRequest,
    Endpoint,
    HttpReply,
    HttpRequest,
    Message,
    Opaque,
    RerankResponse,
    Sampling,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from purveyor.testing import load_supplier, serve_with

from .oracle import RECORDINGS, body_of, chunks_of, interactions, streamed, whole
from .test_recordings import facts_of, module
from .test_recordings import test_a_recorded_chat_arrives_whole as check_chat

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="../shared/recordings is not beside this checkout"
)

KEY = "sk-test-0123456789abcdef"
NATIVE = "https://dashscope.aliyuncs.com/api/v1"
SUPPLIERS = ("qwen", "doubao")


def is_native(interaction: dict[str, Any]) -> bool:
    return "/api/v1/services/" in interaction["request"]["url"]


def recorded(supplier: str, capability: str) -> list[tuple[str, dict[str, Any]]]:
    return list(interactions(supplier, capability)) if RECORDINGS.is_dir() else []


NATIVE_CHAT = pytest.mark.skip(reason="native DashScope chat: the plugin speaks the compatible one")
CHATS = [
    pytest.param(
        supplier,
        interaction,
        id=f"{supplier}-{name}",
        marks=NATIVE_CHAT if is_native(interaction) else (),
    )
    for supplier in SUPPLIERS
    for name, interaction in recorded(supplier, "chat")
]
EMBEDDINGS = [pytest.param(each, id=name) for name, each in recorded("qwen", "embedding")]
RERANKS = dict(recorded("qwen", "rerank"))


@pytest.mark.parametrize(("supplier", "interaction"), CHATS)
def test_a_recorded_chat_arrives_whole(supplier: str, interaction: dict[str, Any]) -> None:
    """Text, reasoning, tool calls, finish and usage equal what the recorded body says."""
    check_chat(supplier, interaction)


@pytest.mark.parametrize("interaction", EMBEDDINGS)
def test_a_recorded_embedding_arrives_whole(interaction: dict[str, Any]) -> None:
    """Every vector and the usage, by the wire it was recorded on; the request is the recorded one."""
    asked, response = interaction["request"]["json"], interaction["response"]
    said = asked["input"]["texts"] if is_native(interaction) else asked["input"]
    texts = [said] if isinstance(said, str) else said
    body = json.loads(body_of(response))
    sent: list[HttpRequest] = []

    def serve(request: HttpRequest) -> HttpReply:
        sent.append(request)
        return HttpReply(response["status"], {}, body_of(response))

    with serve_with(serve):
        got = embedder(asked, is_native(interaction)).embed(texts)
    assert got.tolist() == [pytest.approx(row, rel=1e-6) for row in rows_of(body)]
    assert got.usage is not None
    assert got.usage.raw == body["usage"]
    assert sent[0].url == interaction["request"]["url"]
    assert json.loads(sent[0].body)["model"] == asked["model"]
    if asked.get("encoding_format") == "base64":  # some callers ask for numbers; we do not
        assert json.loads(sent[0].body) == asked


def embedder(asked: dict[str, Any], native: bool) -> OnlineEmbeddingModule:
    address = {"base_url": NATIVE} if native else {}
    size = asked.get("dimensions")
    return OnlineEmbeddingModule(asked["model"], "qwen", api_key=KEY, dimensions=size, **address)


def rows_of(body: dict[str, Any]) -> list[list[float]]:
    """Read the vectors plainly."""
    rows = body["data"] if "data" in body else body["output"]["embeddings"]
    found = [row["embedding"] for row in rows]
    return [list(memoryview(base64.b64decode(v)).cast("f")) if type(v) is str else v for v in found]


def rerank(name: str) -> tuple[RerankResponse, HttpRequest]:
    """Ask what was asked in a recording, and answer as it was answered."""
    interaction = next(each for key, each in RERANKS.items() if name in key)
    asked, response = interaction["request"]["json"], interaction["response"]
    reply = HttpReply(response["status"], response["headers"], body_of(response))
    sent: list[HttpRequest] = []
    with serve_with(lambda request: sent.append(request) or reply):
        reranker = OnlineEmbeddingModule(asked["model"], "qwen", type="rerank", api_key=KEY)
        answer = reranker.rerank(asked["input"]["query"], asked["input"]["documents"])
    assert sent[0].url == interaction["request"]["url"]
    assert json.loads(sent[0].body) == {k: v for k, v in asked.items() if v}  # no empty parameters
    return answer, sent[0]


def test_a_recorded_rerank_arrives_whole() -> None:
    """`gte-rerank` goes by the native wire; every score is as it was recorded."""
    answer, _ = rerank("text-rerank-basic")
    assert [hit.index for hit in answer.hits] == [0, 2, 1]
    assert answer.hits[0].score == 0.7353844222560253
    assert answer.usage is not None
    assert answer.usage.total_tokens == 54
    assert answer.request_id == "1fe6281a-1b9f-47ce-b733-5f710de2deab"


def test_a_recorded_rerank_that_failed_says_why() -> None:
    """Qwen calls a model that is not there an invalid parameter; its words say what is wrong."""
    with pytest.raises(NotFound, match="Model not exist") as caught:
        rerank("text-rerank-error")
    assert caught.value.code == "InvalidParameter"


@pytest.mark.parametrize("supplier", SUPPLIERS)
def test_every_recording_is_exact(supplier: str) -> None:
    """The count, for the record; each one by itself, at many cuts, is tested above."""
    chats = [each for _, each in recorded(supplier, "chat") if not is_native(each)]
    answered = [each for each in chats if each["response"]["status"] == 200]
    exact = sum(is_exact(supplier, each["response"]) for each in answered)
    refused = len(chats) - len(answered)
    print(f"{supplier}: {len(answered)} recordings, {exact} exact; {refused} errors beside them")
    assert exact == len(answered) > 0


def is_exact(supplier: str, response: dict[str, Any]) -> bool:
    body, sse = body_of(response), response.get("sse")
    kind = "text/event-stream" if sse is not None else "application/json"
    with serve_with(lambda request: HttpReply(200, {"content-type": kind}, body)):
        if sse is None:
            return facts_of(module(supplier)("hi").response) == whole(json.loads(body))
        with module(supplier).stream("hi") as stream:
            list(stream)
        return facts_of(stream.response) == streamed(chunks_of(sse))


ASKED = [
    pytest.param(supplier, interaction["request"]["json"], id=f"{supplier}-{name}")
    for supplier in SUPPLIERS
    for name, interaction in recorded(supplier, "chat")
    if interaction["response"]["status"] == 200 and "inferred" not in interaction["request"]
    if not is_native(interaction)
]
OWN = ("store", "stop_sequences", "response_format", "thinking", "enable_thinking")
"""Fields handed through as they are: of other suppliers, or said in a form we would not choose."""


@pytest.mark.parametrize(("supplier", "asked"), ASKED)
def test_what_was_asked_can_be_said(supplier: str, asked: dict[str, Any]) -> None:
    """The recorded conversation, said by us, is the recorded request: same fields, same values."""
    dialect = load_supplier(supplier).chat(
        Endpoint(supplier=supplier, capability=Capability.CHAT, base_url="https://api.test/v1")
    )
    request = request_of(asked)
    said = dialect.encode_stream(request) if asked.get("stream") else dialect.encode(request)
    expected = {**asked, "messages": [plainly(message) for message in asked["messages"]]}
    if asked.get("stream"):  # we always ask for usage; not every caller did
        expected["stream_options"] = {"include_usage": True}
    if (
        "reasoning_effort" in asked
    ):  # we switch thinking on beside it, for models that do not by themselves
        expected["enable_thinking"] = True
    assert json.loads(said.body) == expected


def request_of(asked: dict[str, Any]) -> ChatRequest:
    """Read a recorded request as a caller's."""
    names = ("max_tokens", "temperature", "top_p", "seed", "frequency_penalty")
    sampling = {name: asked[name] for name in names if name in asked}
    if "stop" in asked:
        sampling["stop"] = tuple(asked["stop"])
    return ChatRequest(
        model=asked["model"],
        messages=tuple(message_of(message) for message in asked["messages"]),
        tools=tuple(Tool(name=of["name"], parameters={}, raw=raw) for raw, of in tools_of(asked)),
        tool_choice=asked.get("tool_choice"),
        sampling=Sampling(**sampling),
        thinking=Thinking(effort=asked["reasoning_effort"])
        if "reasoning_effort" in asked
        else None,
        extra_body={name: asked[name] for name in OWN if name in asked},
    )


def tools_of(asked: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(raw, raw["function"]) for raw in asked.get("tools", ())]


def message_of(raw: dict[str, Any]) -> Message:
    """Read a recorded message."""
    content = raw.get("content") or ""
    if raw["role"] == "tool":
        return Message("tool", (ToolResult(call_id=raw["tool_call_id"], content=content),))
    parts: list[Any] = [Text(content)] if isinstance(content, str) and content else []
    if isinstance(content, list):
        parts = [Text(p["text"]) if p["type"] == "text" else Opaque(p) for p in content]
    for call in raw.get("tool_calls") or ():
        function = call["function"]
        parts.append(ToolCall(call["id"], function["name"], function["arguments"]))
    return Message(raw["role"], tuple(parts), name=raw.get("name"))


def plainly(raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a recorded message what says nothing."""
    said = {key: value for key, value in raw.items() if value is not None or key == "content"}
    if said.get("tool_calls"):
        said["content"] = said.get("content") or None
        keep = ("id", "type", "function")
        said["tool_calls"] = [{key: call[key] for key in keep} for call in said["tool_calls"]]
    return said
