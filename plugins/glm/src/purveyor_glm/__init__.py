"""GLM (Zhipu AI, Z.ai): an OpenAI-compatible supplier, declared as data."""

from purveyor.plugin import Capability, OpenAICompatible, SupplierCard
from purveyor_glm.errors import ERRORS
from purveyor_glm.models import MODELS
from purveyor_glm.tables import ACCOUNT, CHAT, EMBEDDING

supplier = OpenAICompatible(
    SupplierCard(
        name="glm",
        title="Zhipu AI GLM",
        docs="https://docs.bigmodel.cn",
        base_url="https://open.bigmodel.cn/api/paas/v4",
        # What api.z.ai documents is chat and the token count: no embedding, no rerank.
        regions={
            "cn": "https://open.bigmodel.cn/api/paas/v4",
            "international": "https://api.z.ai/api/paas/v4",
            "coding": "https://open.bigmodel.cn/api/coding/paas/v4",
            "coding-international": "https://api.z.ai/api/coding/paas/v4",
        },
        base_url_env=("ZAI_BASE_URL", "ZHIPUAI_BASE_URL"),
        key_env=("ZAI_API_KEY", "ZHIPUAI_API_KEY"),
        aliases=("zhipu",),
        default_models={
            Capability.CHAT: "glm-4.7",
            Capability.EMBEDDING: "embedding-3",
            Capability.RERANK: "rerank",
        },
        models=MODELS,
    ),
    chat=CHAT,
    embedding=EMBEDDING,
    account=ACCOUNT,
    errors=ERRORS,
)
