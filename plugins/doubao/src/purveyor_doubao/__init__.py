"""Doubao (Volcengine Ark): an OpenAI-compatible supplier, with fused vectors at another path."""

from purveyor.plugin import Capability, SupplierCard
from purveyor_doubao.embedding import Doubao
from purveyor_doubao.errors import ERRORS
from purveyor_doubao.tables import CHAT, EMBEDDING, MODELS

supplier = Doubao(
    SupplierCard(
        name="doubao",
        title="Volcengine Doubao",
        docs="https://www.volcengine.com/docs/82379",
        base_url="https://ark.cn-beijing.volces.com/api/v3",
        regions={
            "cn": "https://ark.cn-beijing.volces.com/api/v3",
            "international": "https://ark.ap-southeast.bytepluses.com/api/v3",
            "coding": "https://ark.cn-beijing.volces.com/api/coding/v3",
        },
        key_env=("ARK_API_KEY", "VOLCENGINE_API_KEY", "DOUBAO_API_KEY"),
        aliases=("ark",),
        default_models={
            Capability.CHAT: "doubao-seed-2-0-lite-260215",
            Capability.EMBEDDING: "doubao-embedding-large-text-250515",
        },
        models=MODELS,
    ),
    chat=CHAT,
    embedding=EMBEDDING,
    errors=ERRORS,
)
