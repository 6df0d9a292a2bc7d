"""OpenAI passes the conformance checks."""

from __future__ import annotations

from purveyor_testkit.conformance import ChatConformance, EmbeddingConformance


class TestChat(ChatConformance):
    """What OpenAI offers, and what it does not."""

    supplier = "openai"
    closed = {
        "vision_file": "a picture is an address or data; a file id is for documents",
        "prefix": "a last assistant message is not continued",
        "top_k": "the API has no such field",
        "reasoning_text": "what the models think is counted, and not shown",
        "reasoning_echo": "there is none to give back",
        "balance": "the API tells none",
        "token_count": "chat completions have none",
    }
    models = dict.fromkeys(
        (
            *("logprobs", "top_logprobs", "temperature", "top_p"),
            *("presence_penalty", "frequency_penalty", "logit_bias"),
        ),
        "gpt-4.1",
    )


class TestEmbedding(EmbeddingConformance):
    """Embedding has nothing closed."""

    supplier = "openai"
