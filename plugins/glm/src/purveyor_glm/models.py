"""GLM's models: windows, limits, what they read.

References: litellm 1.109.1 for windows, Z.ai's OpenAPI document for the most they write (read 2026-11).
"""

from purveyor.plugin import Capability, ModelCard


def _chat(
    context: int | None, output_kib: int, *names: str, sees: bool = False
) -> tuple[ModelCard, ...]:
    inputs = ("text", "image") if sees else ("text",)
    return tuple(
        ModelCard(
            name=name,
            context_tokens=context,
            output_tokens=output_kib * 1024,
            inputs=inputs,
            thinks=True,
        )
        for name in names
    )


def _vectors(name: str, dimensions: int, context: int) -> ModelCard:
    kind = Capability.EMBEDDING
    return ModelCard(name=name, capability=kind, dimensions=dimensions, context_tokens=context)


MODELS = (
    *_chat(1_000_000, 128, "glm-5.3", "glm-5.2"),
    *_chat(1_000_000, 128, "glm-5.3-flash", sees=True),
    *_chat(200_000, 128, "glm-5.1", "glm-5", "glm-5-code"),
    *_chat(200_000, 128, "glm-5v-turbo", sees=True),
    *_chat(200_000, 128, "glm-4.7", "glm-4.7-flash", "glm-4.6"),
    *_chat(None, 128, "glm-5-turbo", "glm-4.7-flashx"),
    *_chat(None, 32, "glm-4.6v", "glm-4.6v-flash", "glm-4.6v-flashx", sees=True),
    *_chat(128_000, 96, "glm-4.5", "glm-4.5-x", "glm-4.5-air", "glm-4.5-airx", "glm-4.5-flash"),
    *_chat(None, 16, "glm-4.5v", sees=True),
    ModelCard(name="glm-4-32b-0414-128k", context_tokens=128_000, thinks=False),
    ModelCard(name="glm-4", thinks=False),
    ModelCard(name="glm-4v", inputs=("text", "image"), thinks=False),
    _vectors("embedding-3", 2048, 3072),
    _vectors("embedding-2", 1024, 512),
    ModelCard(name="rerank", capability=Capability.RERANK),
)
