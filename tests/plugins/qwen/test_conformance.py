"""Qwen passes the conformance checks."""

from __future__ import annotations

from purveyor_testkit.conformance import (
    Bench,
    ChatConformance,
    EmbeddingConformance,
    RerankConformance,
)


class TestChat(ChatConformance):
    """What Qwen offers, and what it does not. Sheet: ../shared/suppliers/qwen.md, section 2a."""

    supplier = "qwen"
    closed = {
        "strict_tools": "section 2a names no strict schemas of tools",
        "vision_file": "section 2a: a picture is an address or data",
        "audio": "section 2a: only omni models hear, and these want fields that chat has not",
        "file": "section 2a: documents are named in a system message, by fileid://",
        "logit_bias": "section 2a: the API has no such field",
        "balance": "section 7: there is no balance endpoint",
    }
    models = {
        "structured_output": "qwen3.8-max",
        "thinking_effort": "qwen3.8-max",
        "vision_url": "qwen3.7-plus",
        "vision_data": "qwen3-vl-plus",
    }
    options = {
        "parallel_tools": {"parallel_tool_calls": True},  # one at a time is the default
        "reasoning_text": {"thinking": "on"},  # qwen-plus does not think unless told to
        "reasoning_usage": {"thinking": "on"},
    }


class TestEmbedding(EmbeddingConformance):
    """Embedding has nothing closed."""

    supplier = "qwen"


class TestRerank(RerankConformance):
    """Rerank has nothing closed."""

    supplier = "qwen"

    def test_usage_is_a_fact_or_unknown(self, bench: Bench) -> None:
        """Section 5: only the total is told; it is not said to be the input's."""
        usage = self.ask(bench, "call").usage
        assert (usage.total_tokens, usage.input_tokens) == (5, None)
