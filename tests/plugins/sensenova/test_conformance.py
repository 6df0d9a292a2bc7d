"""SenseNova passes the conformance checks. The reasons cite the fact sheet's sections."""

from __future__ import annotations

from purveyor_testkit.conformance import ChatConformance, EmbeddingConformance

_AUTO = "section 2a lists tool_choice, the matrix knows auto alone"
_STRICT = "section 2a: the strict schema refuses it"


class TestChat(ChatConformance):
    """What the token plan offers, and what it does not."""

    supplier = "sensenova"
    closed = {
        "tool_choice_none": _AUTO,
        "tool_choice_required": _AUTO,
        "tool_choice_named": _AUTO,
        "strict_tools": _STRICT,
        "structured_output": _STRICT,
        "json_output": _STRICT,
        "vision_file": "section 2a: a picture is an address or data on this wire",
        "audio": "section 3: the models read text and pictures",
        "file": "section 3: the models read text and pictures",
        "prefix": "section 2a: no such flag is listed",
        "logprobs": _STRICT,
        "top_logprobs": _STRICT,
        "logit_bias": _STRICT,
        "reasoning_usage": "section 9: usage does not tell reasoning tokens apart",
        "reasoning_echo": "section 2a: send back only content, never the reasoning text",
        "balance": "section 7: no balance endpoint",
        "token_count": "section 7: no token count",
    }


class TestEmbedding(EmbeddingConformance):
    """Embedding in its native shape."""

    supplier = "sensenova"
    closed = {"dimensions": "section 4: there is no such field"}
