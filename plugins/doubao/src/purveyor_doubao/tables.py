"""What is Doubao's own: thinking with an effort, its sampling fields, its models.

References: volcengine-ark-runtime 5.0.54 (read 2026-11), litellm 1.109.1 for model sizes (read
2026-11), and the recorded traffic that the tests read.
"""

from purveyor.plugin import Capability, ChatTable, EmbeddingTable, Family, ModelCard, ThinkingTable

_PICTURES = frozenset({"image_url", "image_data"})

CHAT = ChatTable(
    refused={"seed": "the API has no such field", "top_k": "the API has no such field"},
    ranges={"temperature": (0, 2)},
    stop_limit=4,
    roles={"developer": "system"},
    offers=frozenset({"tools", "parallel_tool_calls", "logprobs"}),
    # `minimal` is not among the efforts: beside thinking that is enabled it is refused, and it
    # means what thinking="off" says.
    thinking=ThinkingTable(
        on={"thinking": {"type": "enabled"}},
        off={"thinking": {"type": "disabled"}},
        auto={"thinking": {"type": "auto"}},
        effort_field="reasoning_effort",
        efforts={"low": "low", "medium": "medium", "high": "high"},
    ),
    thinks_by_default=True,
    echo_reasoning="tool_calls",
    inputs=_PICTURES,
    families=(
        Family(
            r"doubao-1-5-(pro|lite)",
            {"thinking": None, "thinks_by_default": False, "inputs": frozenset()},
        ),
        Family(r"doubao-seed-2-1-lite", {"inputs": _PICTURES | {"audio"}}),
    ),
)

EMBEDDING = EmbeddingTable(batch_limit=256, dimensions_field=None)

FUSED = EmbeddingTable(path="embeddings/multimodal", batch_limit=1, encoding="float")


def _chat(
    name: str, context: int | None, output: int | None, *inputs: str, thinks: bool = True
) -> ModelCard:
    """Describe a model; window and output are given in units of 1,024 tokens."""
    return ModelCard(
        name=name,
        context_tokens=context and context * 1024,
        output_tokens=output and output * 1024,
        inputs=("text", *inputs),
        thinks=thinks,
    )


def _vectors(name: str, dimensions: int | None = None) -> ModelCard:
    return ModelCard(name=name, capability=Capability.EMBEDDING, dimensions=dimensions)


MODELS = (
    _chat("doubao-seed-2-0-lite-260215", 256, 128, "image"),
    _chat("doubao-seed-2-0-pro-260215", 256, 128, "image"),
    _chat("doubao-seed-2-0-mini-260215", 256, 128, "image"),
    _chat("doubao-seed-2-0-code-preview-260215", 256, 128, "image"),
    _chat("doubao-seed-2-1-pro-260915", 1024, 256, "image"),
    _chat("doubao-seed-2-1-lite-260915", None, None, "image", "audio"),
    _chat("doubao-seed-2-1-pro-260628", 256, None, "image"),
    _chat("doubao-seed-2-1-turbo-260628", 256, None, "image"),
    _chat("doubao-seed-1-6-vision-250815", None, None, "image"),
    _chat("doubao-1-5-pro-32k-250115", 32, None, thinks=False),
    _vectors("doubao-embedding-large-text-250515", 2048),
    _vectors("doubao-embedding-large-text-240915", 4096),
    _vectors("doubao-embedding-text-240715", 2560),
    _vectors("doubao-embedding-text-240515", 2560),
    _vectors("doubao-embedding-vision-250615"),
    _vectors("doubao-embedding-vision-241215"),
)
