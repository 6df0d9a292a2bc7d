"""What Qwen says otherwise than others, as requests; nothing is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from purveyor import OnlineChatModule, OnlineEmbeddingModule, Thinking, assistant, user
from purveyor.errors import UnsupportedParameter
from purveyor.plugin import HttpReply, HttpRequest
from purveyor.testing import fresh_runtime, serve_with
from purveyor_testkit.simulators import make

KEY = "sk-test-0123456789"


def sent(content: Any = "hi", model: str = "qwen-plus", **options: Any) -> dict[str, Any]:
    """Give the body that a call sends."""
    return _ask(content, model, is_stream=False, **options)


def streamed(content: Any = "hi", model: str = "qwen-plus", **options: Any) -> dict[str, Any]:
    """Give the body that a stream sends."""
    return _ask(content, model, is_stream=True, **options)


def _ask(content: Any, model: str, *, is_stream: bool, **options: Any) -> dict[str, Any]:
    simulator, bodies = make("qwen"), []

    def serve(request: HttpRequest) -> Any:
        bodies.append(json.loads(request.body))
        return simulator(request)

    with fresh_runtime(), serve_with(serve):
        llm = OnlineChatModule(model, "qwen", api_key=KEY)
        if is_stream:
            with llm.stream(content, **options) as events:
                list(events)
        else:
            llm(content, **options)
    return bodies[0]


def test_thinking_is_a_switch_and_a_budget() -> None:
    """`enable_thinking`, with `thinking_budget` beside it."""
    said = sent(thinking=Thinking(mode="on", budget_tokens=512))
    assert (said["enable_thinking"], said["thinking_budget"]) == (True, 512)
    assert sent(thinking="off")["enable_thinking"] is False
    assert "enable_thinking" not in sent(thinking="auto")


def test_an_effort_is_taken_by_the_newest_models() -> None:
    """Recorded for qwen3.8-max; qwen-plus has a budget only."""
    assert sent(model="qwen3.8-max", thinking="low")["reasoning_effort"] == "low"
    with pytest.raises(UnsupportedParameter, match="effort"):
        sent(thinking="low")


def test_open_weights_think_only_in_a_stream() -> None:
    """Qwen answers 400 to anything else; here it is refused before it is sent."""
    with pytest.raises(UnsupportedParameter, match="streamed"):
        sent(model="qwen3-14b", thinking="on")
    assert streamed(model="qwen3-14b", thinking="on")["enable_thinking"] is True
    assert sent(model="qwen3-14b", thinking="off")["enable_thinking"] is False


def test_a_model_that_always_thinks_cannot_be_told_not_to() -> None:
    """QwQ, QvQ, and all that are called `-thinking`."""
    for model in ("qwq-plus", "qvq-max", "qwen3-next-80b-a3b-thinking"):
        with pytest.raises(UnsupportedParameter, match="switched off"):
            streamed(model=model, thinking="off")


def test_a_model_that_never_thinks_cannot_be_told_to() -> None:
    """Coders, and all that are called `-instruct`."""
    for model in ("qwen3-coder-plus", "qwen3-next-80b-a3b-instruct", "qwen-max"):
        with pytest.raises(UnsupportedParameter, match="cannot be set"):
            sent(model=model, thinking="on")


def test_a_prefix_is_marked_partial() -> None:
    """Qwen's word for it."""
    said = sent([user("a tale"), assistant("Once upon", is_prefix=True)])
    assert said["messages"][-1]["partial"] is True


def test_several_answers_come_only_without_thinking() -> None:
    """1 to 4 of them."""
    assert sent(n=4)["n"] == 4
    with pytest.raises(UnsupportedParameter, match="1 to 4"):
        sent(n=5)
    with pytest.raises(UnsupportedParameter, match="one answer"):
        sent(n=2, thinking="on")


def test_a_temperature_stays_below_two() -> None:
    """The range is open at its end."""
    assert sent(temperature=1.99)["temperature"] == 1.99
    with pytest.raises(UnsupportedParameter, match="without 2"):
        sent(temperature=2)


def test_a_schema_is_taken_by_newer_models() -> None:
    """qwen-plus gives JSON, of any form."""
    with pytest.raises(UnsupportedParameter, match="json_schema"):
        sent("json", output={"type": "object", "properties": {}})
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    said = sent("json", model="qwen3.8-max", output=schema)
    assert said["response_format"]["type"] == "json_schema"


def embedded(model: str, texts: list[str], **options: Any) -> tuple[str, dict[str, Any]]:
    """Embed texts; give the path of the last request, and its body."""
    simulator, requests = make("qwen"), []

    def serve(request: HttpRequest) -> Any:
        requests.append(request)
        return simulator(request)

    with fresh_runtime(), serve_with(serve):
        OnlineEmbeddingModule(model, "qwen", api_key=KEY, **options).embed(texts)
    return requests[-1].url, json.loads(requests[-1].body)


@pytest.mark.parametrize(
    ("model", "limit"),
    [("text-embedding-v4", 10), ("text-embedding-v3", 10), ("text-embedding-v1", 25)],
)
def test_a_list_is_split_to_what_the_model_takes(model: str, limit: int) -> None:
    """One text too many stands alone in the last request."""
    _, body = embedded(model, [f"text {place}" for place in range(limit + 1)])
    assert body["input"] == [f"text {limit}"]


def test_old_vectors_have_one_length() -> None:
    """`dimensions` came with v3."""
    with pytest.raises(UnsupportedParameter, match="fixed"):
        embedded("text-embedding-v2", ["a"], dimensions=64)


def test_a_native_address_speaks_the_native_wire() -> None:
    """Same host, other paths, other names of things."""
    base = "https://dashscope-intl.aliyuncs.com/api/v1"
    url, body = embedded("text-embedding-v4", ["a", "b"], base_url=base, dimensions=64)
    assert url == f"{base}/services/embeddings/text-embedding/text-embedding"
    assert body["input"] == {"texts": ["a", "b"]}
    assert body["parameters"] == {"dimension": 64}


def test_a_model_that_sees_is_found_on_the_native_wire() -> None:
    """One text a request; `extra_body` puts pictures in its place."""
    url, body = embedded("qwen2.5-vl-embedding", ["cat"])
    assert url.endswith("/multimodal-embedding/multimodal-embedding")
    assert body["input"] == {"contents": [{"text": "cat"}]}
    picture = {"contents": [{"text": "cat"}, {"image": "https://example.test/cat.png"}]}
    _, body = embedded("qwen2.5-vl-embedding", ["cat"], extra_body={"input": picture})
    assert body["input"] == picture


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("qwen3-rerank", "/compatible-api/v1/reranks"),
        ("gte-rerank-v2", "/api/v1/services/rerank/text-rerank/text-rerank"),
    ],
)
def test_each_rerank_model_is_asked_where_it_is(model: str, path: str) -> None:
    """On the host of the region that was chosen."""
    simulator, urls = make("qwen"), []

    def serve(request: HttpRequest) -> Any:
        urls.append(request.url)
        return simulator(request)

    with fresh_runtime(), serve_with(serve):
        ranker = OnlineEmbeddingModule(
            model, "qwen", type="rerank", api_key=KEY, region="international"
        )
        hits = ranker("red apple", documents=["a green pear", "a red apple"], top_n=1)
    assert urls == [f"https://dashscope-intl.aliyuncs.com{path}"]
    assert [hit.index for hit in hits] == [1]


def test_tokens_are_counted_on_the_native_wire() -> None:
    """The messages stand one object deeper there."""
    bodies: list[Any] = []

    def serve(request: HttpRequest) -> HttpReply:
        bodies.append((request.url, json.loads(request.body)))
        return HttpReply(200, {}, b'{"output": {}, "usage": {"input_tokens": 9}}')

    with fresh_runtime(), serve_with(serve):
        assert OnlineChatModule("qwen-plus", "qwen", api_key=KEY).count_tokens("hi") == 9
    ((url, body),) = bodies
    assert url == "https://dashscope.aliyuncs.com/api/v1/tokenizer"
    assert body["input"] == {"messages": [{"role": "user", "content": "hi"}]}
