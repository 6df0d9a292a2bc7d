"""SenseNova's models: its own, those of other makers on its host, and the older ones.

References: OpenSenseNova's API.md for 6.7 and models.dev for 6.8; LazyLLM 1.4.0 for the older
(read 2026-11).
"""

from purveyor.plugin import Capability, ModelCard


def _chat(
    name: str, context: int | None = None, output: int | None = None, *, sees: bool = False
) -> ModelCard:
    inputs = ("text", "image") if sees else ("text",)
    return ModelCard(name=name, context_tokens=context, output_tokens=output, inputs=inputs)


MODELS = (
    _chat("sensenova-6.7-flash-lite", 256_000, 65_536, sees=True),
    _chat("sensenova-6.8-flash-lite", 262_000, sees=True),
    _chat("deepseek-v4-flash", 1_000_000),
    _chat("glm-5.2", 1_000_000),
    _chat("SenseChat-5", 128_000),
    _chat("SenseChat-Turbo", 32_000),
    _chat("SenseChat-5-Cantonese", 32_000),
    _chat("SenseChat-Vision", 16_000, sees=True),
    *(_chat(f"SenseNova-V6-{kind}", 32_000, sees=True) for kind in ("Pro", "Turbo", "Reasoner")),
    *(_chat(f"SenseNova-V6-5-{kind}", sees=True) for kind in ("Pro", "Turbo")),
    ModelCard(name="nova-embedding-stable", capability=Capability.EMBEDDING, context_tokens=512),
)
