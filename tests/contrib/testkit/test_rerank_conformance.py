"""Rerank on the shared wire, as engines and gateways speak it, passes the conformance checks."""

from __future__ import annotations

from purveyor.plugin import Capability, OpenAICompatible, SupplierCard
from purveyor_testkit import simulators
from purveyor_testkit.conformance import EmbeddingConformance, RerankConformance

ENGINE = OpenAICompatible(
    SupplierCard(
        name="engine",
        title="An engine",
        docs="https://engine.test/docs",
        base_url="https://engine.test/v1",
        key_env=("ENGINE_API_KEY",),
        default_models={Capability.RERANK: "small", Capability.EMBEDDING: "small"},
    )
)


class TestRerank(RerankConformance):
    """A supplier that is an object, and a simulator that is given."""

    supplier = "engine"
    plugin = ENGINE
    simulator = simulators.address()


class TestEmbedding(EmbeddingConformance):
    """The same for embedding."""

    supplier = "engine"
    plugin = ENGINE
    simulator = simulators.address()
