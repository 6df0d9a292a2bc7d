"""What a caller writes, and what a type checker makes of it. Checked, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, assert_type

import purveyor
from purveyor import (
    AutoModel,
    ChatRequest,
    ChatResponse,
    Embeddings,
    Finish,
    FinishReason,
    Image,
    Message,
    ModelCard,
    OnlineChatModule,
    OnlineEmbeddingModule,
    Output,
    Reply,
    RerankHit,
    RetryPolicy,
    TextDelta,
    Thinking,
    Timeouts,
    Tool,
    ToolCall,
    ToolCallDelta,
    Usage,
    errors,
)


@dataclass
class Weather:
    """What an answer is read into."""

    degrees: float


def weather(city: str) -> str:
    """Tell the weather."""
    return f"sunny in {city}"


def ask() -> None:
    """One call, and everything that came with it."""
    llm = AutoModel("orchid:cattleya-2", temperature=0.2, timeouts=Timeouts(total=30))
    assert_type(llm, OnlineChatModule)
    reply = llm("hi")
    assert_type(reply, Reply)
    shout: str = reply.upper() + reply
    assert_type(reply.response, ChatResponse)
    assert_type(reply.finish, Finish)
    assert_type(reply.finish.reason, FinishReason | None)
    assert_type(reply.usage, Usage | None)
    assert_type(reply.reasoning, str | None)
    assert_type(reply.tool_calls, tuple[ToolCall, ...])
    assert_type(reply.message, Message)
    assert_type(llm.request("hi"), ChatRequest)
    assert_type(llm.models(), tuple[ModelCard, ...])
    assert_type(llm.explain(), str)
    llm(shout, history=[reply.message, purveyor.user("and", Image(url="https://x.example/i.png"))])


def ask_for_more() -> None:
    """Tools, structured output, thinking, and settings of every kind."""
    llm = OnlineChatModule("orchid", instruction="Be brief.", retries=RetryPolicy(attempts=1))
    reply = llm("weather?", tools=[weather, Tool.of(weather)], tool_choice="required")
    for call in reply.tool_calls:
        assert_type(call.parse(), dict[str, Any])
        assert_type(purveyor.tool_result(call, weather("Berlin")), Message)
    llm("weather?", output=Weather)
    llm("weather?", output=Output.of({"type": "object"}), thinking="high", max_tokens=5)
    llm("weather?", thinking=Thinking(budget_tokens=100), extra_body={"orchid": True})
    assert_type(llm.share(temperature=1.0), OnlineChatModule)
    assert_type(llm.batch(["a", "b"], concurrency=2), list[Reply | errors.PurveyorError])


def read_a_stream(llm: OnlineChatModule) -> None:
    """Events are values of a closed set of types."""
    with llm.stream("hi") as events:
        for event in events:
            match event:
                case TextDelta(text=text):
                    assert_type(text, str)
                case ToolCallDelta(index=index):
                    assert_type(index, int)
                case _:
                    pass
        assert_type(events.response, ChatResponse)
    with llm.stream("hi") as events:
        assert_type(events.text(), Iterator[str])


async def await_answers(llm: OnlineChatModule) -> None:
    """The same for a caller that awaits."""
    assert_type(await llm.acall("hi"), Reply)
    async with llm.astream("hi") as events:
        assert_type(events.text(), AsyncIterator[str])


def embed() -> None:
    """One text is a vector, many are `Embeddings`, documents are hits."""
    embedder = AutoModel("orchid", type="embed", dimensions=64)
    assert_type(embedder, OnlineEmbeddingModule)
    assert_type(embedder("one"), list[float])
    assert_type(embedder(["one", "two"]), Embeddings)
    assert_type(embedder.embed(["one"]).tolist(), list[list[float]])
    reranker = OnlineEmbeddingModule("orchid", type="rerank")
    assert_type(reranker("query", documents=["one", "two"], top_n=1), list[RerankHit])
    index, score = reranker("query", documents=["one"])[0]
    assert_type(index, int)
    assert_type(score, float)


def catch() -> None:
    """An error says what it knows."""
    try:
        AutoModel()("hi")
    except errors.StreamInterrupted as error:
        assert_type(error.partial, ChatResponse | None)
    except errors.SupplierError as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.retryable, bool)
