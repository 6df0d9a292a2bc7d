"""Embedding and rerank modules as a caller holds them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from replies import BASE, reply, served

from purveyor import OnlineEmbeddingModule
from purveyor.errors import CapabilityNotOffered, ConfigError
from purveyor.plugin import HttpReply


def answer(asked: Any) -> HttpReply:
    body = json.loads(asked.body)
    if "documents" in body:
        hits = [{"index": i, "relevance_score": len(d)} for i, d in enumerate(body["documents"])]
        return reply({"results": hits, "model": "m-1"})
    texts = body["input"]
    data = [{"index": i, "embedding": [float(len(text)), 0.5]} for i, text in enumerate(texts)]
    return reply({"data": data})


def module(**options: Any) -> OnlineEmbeddingModule:
    return OnlineEmbeddingModule("m", base_url=BASE, auth="none", **options)


def test_one_text_gives_one_list_of_floats():
    """A list of texts gives one vector each."""
    with served(answer):
        embed = module()
        assert embed("abc") == [3.0, 0.5]
        assert embed(["a", "bb"]).tolist() == [[1.0, 0.5], [2.0, 0.5]]
        assert asyncio.run(embed.acall("abc")) == [3.0, 0.5]
        assert asyncio.run(embed.acall(["a"])).count == 1
        assert repr(embed) == "OnlineEmbeddingModule(openai_compatible:m, type='embed')"
        assert (embed.supplier, embed.model) == ("openai_compatible", "m")


def test_options_are_sent_with_every_call():
    """Dimensions, and fields of the supplier's own."""
    with served(answer) as server:
        module(dimensions=2, extra_body={"x": 1})("abc")
        assert server.bodies[0] == {"model": "m", "input": ["abc"], "dimensions": 2, "x": 1}


def test_a_rerank_gives_hits_best_first():
    """As pairs; `rerank` gives the whole response."""
    with served(answer) as server:
        rank = module(type="rerank")
        assert rank("q", documents=["a", "bbb", "cc"], top_n=2) == [(1, 3.0), (2, 2.0)]
        assert rank.rerank("q", ("a", "bb")).model == "m-1"
        assert server.bodies[0]["top_n"] == 2
        assert server.requests[0].url == f"{BASE}/rerank"


@pytest.mark.parametrize("texts", [[], (), [7], ["a", None], 7, None])
def test_what_is_no_list_of_texts_is_refused(texts):
    """Before anything is sent."""
    with served(answer) as server:
        with pytest.raises(ConfigError, match="text"):
            module()(texts)
        with pytest.raises(ConfigError, match="text"):
            module().embed(texts)
        assert server.requests == []


def test_embed_wants_a_list():
    """A single text would be embedded letter by letter."""
    with served(answer), pytest.raises(ConfigError, match="list"):
        module().embed("abc")


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("q", {}),
        ("q", {"documents": []}),
        ("q", {"documents": "abc"}),
        ("q", {"documents": ["a", 7]}),
        (["q"], {"documents": ["a"]}),
        ("q", {"documents": ["a"], "top_n": 0}),
    ],
)
def test_a_rerank_of_the_wrong_shape_is_refused(query, options):
    """By either way in."""
    with served(answer) as server:
        rank = module(type="rerank")
        with pytest.raises(ConfigError):
            rank(query, **options)
        with pytest.raises(ConfigError):
            rank.rerank(query, options.get("documents"), top_n=options.get("top_n"))
        assert server.requests == []


def test_an_embedding_module_takes_no_documents():
    """And a rerank module embeds nothing."""
    with served(answer):
        for options in ({"documents": ["a"]}, {"top_n": 1}):
            with pytest.raises(ConfigError, match="rerank"):
                module()("q", **options)
            with pytest.raises(ConfigError, match="rerank"):
                asyncio.run(module().acall("q", **options))
        with pytest.raises(CapabilityNotOffered, match="embed"):
            module(type="rerank").embed(["a"])
        with pytest.raises(CapabilityNotOffered, match="rerank"):
            module().rerank("q", ["a"])
        with pytest.raises(ConfigError, match="embed or rerank"):
            module(type="both")


def test_dimensions_are_a_positive_number():
    """Anything else is a mistake."""
    with served(answer):
        for wrong in (0, -1, "many", 1.5, True):
            with pytest.raises(ConfigError, match="dimensions"):
                module(dimensions=wrong)


def test_a_module_explains_itself():
    """As a chat module does."""
    with served(answer):
        assert "openai_compatible:m (embedding)" in module().explain()
