"""What Doubao says otherwise than others, as requests; nothing is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from purveyor import Audio, Image, Message, OnlineChatModule, OnlineEmbeddingModule, Text, Thinking
from purveyor.errors import UnsupportedParameter
from purveyor.plugin import HttpRequest
from purveyor.testing import fresh_runtime, serve_with
from purveyor_testkit.simulators import make

SEED = "doubao-seed-2-0-lite-260215"
OLD = "doubao-1-5-pro-32k-250115"
LITE = "doubao-seed-2-1-lite-260915"
ENDPOINT = "ep-20250510145437-5sxhs"


def asked(model: str = SEED, content: Any = "hi", **options: Any) -> dict[str, Any]:
    """Give the body that a call sends."""
    simulator, bodies = make("doubao"), []

    def serve(request: HttpRequest) -> Any:
        bodies.append(json.loads(request.body))
        return simulator(request)

    with fresh_runtime(), serve_with(serve):
        OnlineChatModule(model, "doubao", api_key="key-0123456789")(content, **options)
    return bodies[0]


@pytest.mark.parametrize(
    ("thinking", "written"),
    [
        ("on", {"thinking": {"type": "enabled"}}),
        ("off", {"thinking": {"type": "disabled"}}),
        ("auto", {"thinking": {"type": "auto"}}),
        ("low", {"thinking": {"type": "enabled"}, "reasoning_effort": "low"}),
        ("high", {"thinking": {"type": "enabled"}, "reasoning_effort": "high"}),
    ],
)
def test_thinking_is_a_type_and_an_effort(thinking: str, written: dict[str, Any]) -> None:
    """A type, and an effort where one is wanted."""
    body = asked(thinking=thinking)
    assert {name: body[name] for name in written} == written
    assert ("reasoning_effort" in body) is ("reasoning_effort" in written)


@pytest.mark.parametrize(
    "thinking", [Thinking(mode="off", effort="high"), Thinking(mode="on", effort="minimal")]
)
def test_an_effort_that_contradicts_the_type_is_refused(thinking: Thinking) -> None:
    """Doubao: "Invalid combination of reasoning_effort and thinking type"."""
    with pytest.raises(UnsupportedParameter, match="effort"):
        asked(thinking=thinking)


def test_a_budget_of_thoughts_is_refused() -> None:
    """There is an effort, and no budget."""
    with pytest.raises(UnsupportedParameter, match="budget"):
        asked(thinking=Thinking(budget_tokens=100))


def test_an_old_model_neither_thinks_nor_sees() -> None:
    """The documented default of 2025 is still there by its name."""
    assert asked(OLD)["model"] == OLD
    with pytest.raises(UnsupportedParameter, match="thinking"):
        asked(OLD, thinking="on")
    with pytest.raises(UnsupportedParameter, match="image"):
        asked(OLD, [Message("user", (Image(url="https://example.test/cat.png"),))])


def test_an_endpoint_id_is_a_model_name() -> None:
    """Nothing is known of what stands behind it, so nothing is refused on its account."""
    picture = Message("user", (Text("look"), Image(url="https://example.test/cat.png")))
    body = asked(ENDPOINT, [picture], thinking="off", tool_choice="none")
    assert body["model"] == ENDPOINT
    assert body["messages"][0]["content"][1]["type"] == "image_url"


def test_only_the_lite_model_of_seed_2_1_hears() -> None:
    """Sounds go as `input_audio`."""
    sound = Message("user", (Text("listen"), Audio(data=b"RIFF", format="wav")))
    part = asked(LITE, [sound])["messages"][0]["content"][1]
    assert part["type"] == "input_audio"
    with pytest.raises(UnsupportedParameter, match="audio"):
        asked(SEED, [sound])


def test_stop_has_four_strings() -> None:
    """Not five."""
    assert asked(stop=["a", "b", "c", "d"])["stop"] == ["a", "b", "c", "d"]
    with pytest.raises(UnsupportedParameter, match="at most 4"):
        asked(stop=["a", "b", "c", "d", "e"])


def test_texts_of_a_vision_model_go_one_by_one() -> None:
    """Whatever is in a request becomes one vector, so each text has a request of its own."""
    simulator, sent = make("doubao"), []

    def serve(request: HttpRequest) -> Any:
        sent.append((request.url, json.loads(request.body)))
        return simulator(request)

    with fresh_runtime(), serve_with(serve):
        embed = OnlineEmbeddingModule(
            "doubao-embedding-vision-250615", "doubao", api_key="key-0123456789", dimensions=1024
        )
        vectors = embed.embed(["cat", "dog"])
    assert (len(vectors), vectors.dimensions) == (2, 1024)
    assert [url for url, _ in sent] == [
        "https://ark.cn-beijing.volces.com/api/v3/embeddings/multimodal"
    ] * 2
    assert [body["input"] for _, body in sent] == [
        [{"type": "text", "text": "cat"}],
        [{"type": "text", "text": "dog"}],
    ]
    assert {body["dimensions"] for _, body in sent} == {1024}
