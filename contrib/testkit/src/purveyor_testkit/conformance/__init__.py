"""Conformance: the checks that a supplier plugin passes; its author subclasses a class.

from purveyor_testkit.conformance import ChatConformance

class TestChat(ChatConformance):
    supplier = "kimi"
    closed = {"balance": "there is no such question"}
"""

from __future__ import annotations

from purveyor_testkit.conformance.bench import Bench
from purveyor_testkit.conformance.case import Conformance
from purveyor_testkit.conformance.chat_answers import ChatAnswers
from purveyor_testkit.conformance.chat_failures import ChatFailures
from purveyor_testkit.conformance.chat_features import ChatFeatures
from purveyor_testkit.conformance.chat_secrets import ChatSecrets
from purveyor_testkit.conformance.chat_streams import ChatStreams
from purveyor_testkit.conformance.embedding import EmbeddingConformance
from purveyor_testkit.conformance.features import CHAT_FEATURES
from purveyor_testkit.conformance.rerank import RerankConformance

__all__ = [
    "CHAT_FEATURES",
    "Bench",
    "ChatConformance",
    "Conformance",
    "EmbeddingConformance",
    "RerankConformance",
]


class ChatConformance(ChatFeatures, ChatAnswers, ChatStreams, ChatFailures, ChatSecrets):
    """Every check of a chat supplier."""
