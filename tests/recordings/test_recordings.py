"""Real traffic, recorded by others: everything in it arrives, at any cut of the bytes.

The folder lies beside the project and is only read; without it these tests are skipped.
"""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest

from purveyor.errors import PurveyorError, SupplierError
from purveyor.modules.chat import OnlineChatModule
from purveyor.modules.embedding import OnlineEmbeddingModule
from purveyor.plugin import HttpReply, HttpRequest, MemoryStream
from purveyor.testing import serve_with
from purveyor.types.chat import ChatResponse

from .oracle import RECORDINGS, body_of, chunks_of, interactions, streamed, whole

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="../shared/recordings is not beside this checkout"
)

SUPPLIERS = ("openai", "deepseek", "kimi")
CHATS = [
    pytest.param(supplier, interaction, id=f"{supplier}-{name}")
    for supplier in SUPPLIERS
    for name, interaction in interactions(supplier, "chat")
    if RECORDINGS.is_dir()
]
EMBEDDINGS = [
    pytest.param(interaction, id=name)
    for name, interaction in interactions("openai", "embedding")
    if RECORDINGS.is_dir()
]


def facts_of(response: ChatResponse) -> dict[str, Any]:
    usage = response.usage
    return {
        "text": response.message.text,
        "reasoning": response.message.reasoning or "",
        "refusal": response.message.refusal or "",
        "tools": [
            (call.id or "", call.name, call.arguments) for call in response.message.tool_calls
        ],
        "finish": response.finish.raw,
        "input": usage and usage.input_tokens,
        "output": usage and usage.output_tokens,
        "total": usage and usage.total_tokens,
        "thought": usage and usage.reasoning_tokens,
    }


def module(supplier: str) -> OnlineChatModule:
    return OnlineChatModule("recorded", source=supplier, api_key="sk-test-0123456789abcdef")


def pieces(body: bytes, seed: int) -> list[bytes]:
    """Cut bytes at places that chance chooses."""
    chance = random.Random(seed)
    places = sorted({0, len(body), *(chance.randrange(len(body) + 1) for _ in range(50))})
    return [body[left:right] for left, right in zip(places, places[1:], strict=False)]


@pytest.mark.parametrize(("supplier", "interaction"), CHATS)
def test_a_recorded_chat_arrives_whole(supplier: str, interaction: dict[str, Any]) -> None:
    """Text, reasoning, tool calls, finish and usage equal what the recorded body says."""
    response = interaction["response"]
    body = body_of(response)
    headers = {"content-type": response["headers"].get("content-type", "")}
    if response["status"] >= 300 or interaction["request"]["method"].upper() != "POST":
        if response["status"] < 300:
            pytest.skip("no chat call: a list or a stored completion")
        reply = HttpReply(response["status"], {**headers, "x-should-retry": "false"}, body)
        with serve_with(lambda request: reply), pytest.raises(SupplierError) as caught:
            module(supplier)("hi")
        assert caught.value.status == response["status"]
        return
    if response.get("sse") is not None:
        expected = streamed(chunks_of(response["sse"]))
        check_stream(supplier, body, headers, expected)
    else:
        parsed = json.loads(body)
        if not parsed.get("choices"):
            pytest.skip("no completion in this reply")
        with serve_with(lambda request: HttpReply(200, headers, body)):
            llm = module(supplier)
            assert facts_of(llm("hi").response) == whole(parsed)
            assert asyncio.run(llm.acall("hi")).response == llm("hi").response
            assert llm("hi").response.raw == parsed


def check_stream(
    supplier: str, body: bytes, headers: dict[str, str], expected: dict[str, Any]
) -> None:
    single_bytes = [body[place : place + 1] for place in range(len(body))]
    for cut in (single_bytes, *(pieces(body, seed) for seed in range(3))):

        def serve(request: HttpRequest, cut: list[bytes] = cut) -> MemoryStream:
            return MemoryStream(200, headers, cut)

        with serve_with(serve):
            llm = module(supplier)
            with llm.stream("hi") as stream:
                events = list(stream)
            assert facts_of(stream.response) == expected
            assert stream.response.raw == chunks_of(body.decode())
            assert asyncio.run(events_async(llm)) == events


async def events_async(llm: OnlineChatModule) -> list[Any]:
    async with llm.astream("hi") as stream:
        return [event async for event in stream]


@pytest.mark.parametrize("interaction", EMBEDDINGS)
def test_a_recorded_embedding_arrives_whole(interaction: dict[str, Any]) -> None:
    """Every vector, in the order of the inputs, and the usage."""
    response, asked = interaction["response"], interaction["request"].get("json") or {}
    body = body_of(response)
    texts = asked.get("input", "")
    texts = [texts] if isinstance(texts, str) else [str(text) for text in texts]
    if interaction["request"].get("inferred"):  # only the answer was recorded
        texts = ["?"] * len(json.loads(body)["data"])
    with serve_with(
        lambda request: HttpReply(response["status"], {"x-should-retry": "false"}, body)
    ):
        embed = OnlineEmbeddingModule("recorded", source="openai", api_key="sk-test-0123456789")
        if response["status"] >= 300:
            with pytest.raises(PurveyorError):
                embed.embed(texts)
            return
        rows = sorted(json.loads(body)["data"], key=lambda row: row["index"])
        got = embed.embed(texts)
        assert got.usage is not None
        assert got.usage.input_tokens == json.loads(body)["usage"]["prompt_tokens"]
        for row, vector in zip(rows, got, strict=True):
            if isinstance(row["embedding"], list):
                assert vector.tolist() == pytest.approx(row["embedding"], rel=1e-6)
            else:
                import base64

                assert vector.tobytes() == base64.b64decode(row["embedding"])
