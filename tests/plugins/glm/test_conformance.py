"""GLM passes the conformance checks. The reasons cite the fact sheet's sections."""

from __future__ import annotations

from purveyor_testkit.conformance import (
    ChatConformance,
    EmbeddingConformance,
    RerankConformance,
)

_SEES = "glm-4.6v"


class TestChat(ChatConformance):
    """What GLM offers, and what it does not."""

    supplier = "glm"
    closed = {
        "one_tool_at_a_time": "section 2: parallel_tool_calls is not in the signature",
        "tool_choice_none": "section 2: tool_choice is auto alone",
        "tool_choice_required": "section 2: tool_choice is auto alone",
        "tool_choice_named": "section 2: tool_choice is auto alone",
        "strict_tools": "section 2: a function has name, description and parameters",
        "vision_file": "section 2: a picture is an address or data",
        "file": "section 2: a document is an address, in a part of its own",
        "prefix": "section 2: a last assistant message is not continued",
        "logprobs": "section 2: not in the signature; recorded: taken and ignored",
        "top_logprobs": "section 2: not in the signature",
        "top_k": "section 2: not in the signature",
        "presence_penalty": "section 2: not in the signature",
        "frequency_penalty": "section 2: not in the signature",
        "logit_bias": "section 2: not in the signature",
        "n": "section 2: not in the signature",
        "balance": "section 7: no balance endpoint",
    }
    models = {
        "vision_url": _SEES,
        "vision_data": _SEES,
        "audio": "glm-4-voice",
        "thinking_effort": "glm-5.2",
        "structured_output": "glm-5.3",
    }


class TestEmbedding(EmbeddingConformance):
    """Embedding has nothing closed."""

    supplier = "glm"


class TestRerank(RerankConformance):
    """Rerank has nothing closed."""

    supplier = "glm"
