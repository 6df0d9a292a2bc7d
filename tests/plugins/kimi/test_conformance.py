"""Kimi passes the conformance checks."""

from __future__ import annotations

from purveyor_testkit.conformance import ChatConformance


class TestChat(ChatConformance):
    """What Kimi offers, and what it does not."""

    supplier = "kimi"
    closed = {
        "one_tool_at_a_time": "the API has no such field",
        "tool_choice_required": "only kimi-k2.7 and k3 take it",
        "tool_choice_named": "tool_choice is auto or none",
        "vision_url": "pictures are sent as data, or uploaded",
        "audio": "the models read text and pictures",
        "file": "files are extracted by another endpoint",
        "thinking_effort": "kimi-k2.6 thinks or does not",
        "logprobs": "the API has no such field",
        "top_logprobs": "the API has no such field",
        "temperature": "fixed by the platform for kimi-k2.6",
        "top_p": "fixed by the platform for kimi-k2.6",
        "top_k": "the API has no such field",
        "seed": "the API has no such field",
        "presence_penalty": "fixed by the platform for kimi-k2.6",
        "frequency_penalty": "fixed by the platform for kimi-k2.6",
        "logit_bias": "the API has no such field",
        "n": "fixed by the platform for kimi-k2.6",
        "reasoning_usage": "reasoning tokens are not told apart",
    }
