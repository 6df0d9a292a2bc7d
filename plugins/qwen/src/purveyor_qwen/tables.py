"""What is Qwen's own: thinking with a budget, partial mode, two wires, its models.

References: dashscope 2.0.2 (read 2026-11), help.aliyun.com Model Studio pages on embedding and
rerank (read 2026-11), litellm 1.109.1 for model sizes, and the recorded traffic that the tests read.
"""

from purveyor.plugin import (
    AccountTable,
    Capability,
    ChatTable,
    EmbeddingTable,
    Family,
    ModelCard,
    RerankTable,
    ThinkingTable,
)

_SWITCH = {"enable_thinking": True}
_NO_SWITCH = {"enable_thinking": False}
_BUDGET = "thinking_budget"

_THINKING = ThinkingTable(on=_SWITCH, off=_NO_SWITCH, budget_field=_BUDGET)
_STREAMED = ThinkingTable(on=_SWITCH, off=_NO_SWITCH, budget_field=_BUDGET, needs_stream=True)
_ALWAYS_STREAMED = ThinkingTable(budget_field=_BUDGET, needs_stream=True)
_WITH_EFFORT = ThinkingTable(
    on=_SWITCH,
    off=_NO_SWITCH,
    budget_field=_BUDGET,
    effort_field="reasoning_effort",
    efforts={word: word for word in ("low", "medium", "high")},
)

CHAT = ChatTable(
    refused={"logit_bias": "the API has no such field"},
    refused_when_thinking={"n": "a model that thinks gives one answer; switch thinking off"},
    fixed={"n": 1},
    ranges={"temperature": (0, 2), "n": (1, 4)},
    open_bounds={"temperature": (2,)},
    roles={"developer": "system"},
    offers=frozenset({"tools", "parallel_tool_calls", "logprobs"}),
    outputs=frozenset({"json_object"}),
    needs_json_word=True,
    thinking=_THINKING,
    echo_reasoning="tool_calls",
    prefix_field="partial",
    inputs=frozenset({"image_url", "image_data"}),
    families=(
        # Names that are known to read text alone; any other may see, a deployment of one's own too.
        Family(
            r"qwen-(plus|max|flash|turbo|long|mt|coder|math)"
            r"|qwen3-(max|coder|next|\d)|qwen3\.7-max|qwen2(\.5)?-\d|qwq",
            {"inputs": frozenset()},
        ),
        # Open weights think unless told not to, and then only in a stream.
        Family(r"qwen3-(next-)?\d+b", {"thinking": _STREAMED, "thinks_by_default": True}),
        Family(r"qwq|qvq|.*-thinking", {"thinking": _ALWAYS_STREAMED, "thinks_by_default": True}),
        Family(
            r"qwen-(max|vl|long|mt|coder|math)|qwen3-coder|qwen2|.*-instruct",
            {"thinking": None, "thinks_by_default": False},
        ),
        Family(r"qwen3\.\d", {"outputs": frozenset({"json_object", "json_schema"})}),
        Family(r"qwen3\.8-(max|flash)", {"thinking": _WITH_EFFORT}),
    ),
)

EMBEDDING = EmbeddingTable(
    batch_limit=10,
    batch_limits={"text-embedding-v1": 25, "text-embedding-v2": 25},
    fixed_dimensions=frozenset({"text-embedding-v1", "text-embedding-v2"}),
)

NATIVE_EMBEDDING = EmbeddingTable(
    path="services/embeddings/text-embedding/text-embedding",
    batch_limit=EMBEDDING.batch_limit,
    batch_limits=EMBEDDING.batch_limits,
    fixed_dimensions=EMBEDDING.fixed_dimensions,
    input_field="input.texts",
    dimensions_field="parameters.dimension",
    encoding=None,
    rows=("output", "embeddings"),
    index_field="text_index",
)

NATIVE_MULTIMODAL = EmbeddingTable(
    path="services/embeddings/multimodal-embedding/multimodal-embedding",
    batch_limit=1,  # several contents may become one vector, so each text goes alone
    fixed_dimensions=frozenset({"multimodal-embedding-v1"}),
    dimensions_field="parameters.dimension",
    encoding=None,
    rows=("output", "embeddings"),
)

RERANK = RerankTable(path="reranks")

NATIVE_RERANK = RerankTable(
    path="services/rerank/text-rerank/text-rerank",
    query_field="input.query",
    documents_field="input.documents",
    top_n_field="parameters.top_n",
    hits=("output", "results"),
)

ACCOUNT = AccountTable(tokens_path="tokenizer", tokens_field=("usage", "input_tokens"))


def _chat(
    name: str, context: int | None, output: int | None, *inputs: str, thinks: bool | None = True
) -> ModelCard:
    return ModelCard(
        name=name,
        context_tokens=context,
        output_tokens=output,
        inputs=("text", *inputs),
        thinks=thinks,
    )


def _vectors(name: str, context: int | None, dimensions: int | None) -> ModelCard:
    return ModelCard(
        name=name,
        capability=Capability.EMBEDDING,
        context_tokens=context,
        dimensions=dimensions,
    )


MODELS = (
    _chat("qwen-plus", None, None),
    _chat("qwen-flash", 997_952, 32_768),
    _chat("qwen-turbo", None, None),
    _chat("qwen-max", None, None, thinks=False),
    _chat("qwen3.8-max", 991_808, 131_072, "image"),
    _chat("qwen3.8-flash", None, None, "image"),
    _chat("qwen3.7-max", None, None),
    _chat("qwen3.7-plus", None, None, "image"),
    _chat("qwen3-max", 258_048, 65_536),
    _chat("qwen3-coder-plus", 997_952, 65_536, thinks=False),
    _chat("qwen3-vl-plus", 260_096, 32_768, "image"),
    _chat("qwq-plus", None, None),
    _vectors("text-embedding-v4", 8_192, 1024),
    _vectors("text-embedding-v3", 8_192, 1024),
    _vectors("text-embedding-v2", 2_048, 1536),
    _vectors("text-embedding-v1", 2_048, 1536),
    _vectors("multimodal-embedding-v1", None, 1024),
    _vectors("qwen2.5-vl-embedding", None, None),
    *(
        ModelCard(name=name, capability=Capability.RERANK)
        for name in ("qwen3-rerank", "gte-rerank-v2", "gte-rerank")
    ),
)
