"""DeepSeek passes the conformance checks."""

from __future__ import annotations

from purveyor_testkit.conformance import ChatConformance


class TestChat(ChatConformance):
    """What DeepSeek offers, and what it does not."""

    supplier = "deepseek"
    closed = {
        "one_tool_at_a_time": "the API has no such field",
        "structured_output": "a JSON schema is taken and ignored",
        "vision_file": "a picture is an address or data",
        "audio": "the models read text and pictures",
        "file": "the models read text and pictures",
        "top_k": "the API has no such field",
        "seed": "the API has no such field",
        "logit_bias": "the API has no such field",
        "n": "the API always gives one choice",
        "token_count": "the API has none",
    }
    options = {
        name: {"thinking": "off"}
        for name in ("temperature", "top_p", "presence_penalty", "frequency_penalty")
    }
