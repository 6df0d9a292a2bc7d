"""Doubao passes the conformance checks."""

from __future__ import annotations

from purveyor_testkit.conformance import ChatConformance, EmbeddingConformance


class TestChat(ChatConformance):
    """What Doubao offers, and what it does not. Sheet: ../shared/suppliers/doubao.md."""

    supplier = "doubao"
    closed = {
        "strict_tools": "section 2 names no strict schemas of tools",
        "vision_file": "section 2: a picture is an address or data",
        "file": "section 2 names pictures, films and sounds as inputs, not documents",
        "prefix": "section 2: some models continue a last message, and no field asks for it",
        "top_k": "section 2: the API has no such field",
        "seed": "section 2: the API has no such field",
        "balance": "section 7: there is no balance endpoint",
        "token_count": "section 7: /tokenization counts texts, not messages",
    }
    models = {"audio": "doubao-seed-2-1-lite-260915"}


class TestEmbedding(EmbeddingConformance):
    """What Doubao's models of texts offer."""

    supplier = "doubao"
    closed = {"dimensions": "section 4: uncertain for large-text-250515, fixed for all others"}
