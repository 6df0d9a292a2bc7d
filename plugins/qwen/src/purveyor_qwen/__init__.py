"""Qwen (Alibaba Cloud Model Studio, DashScope): a compatible wire, and a native one beside it."""

from purveyor.plugin import Capability, SupplierCard
from purveyor_qwen.errors import ERRORS
from purveyor_qwen.supplier import Qwen
from purveyor_qwen.tables import ACCOUNT, CHAT, EMBEDDING, MODELS, RERANK

supplier = Qwen(
    SupplierCard(
        name="qwen",
        title="Alibaba Cloud Qwen",
        docs="https://help.aliyun.com/en/model-studio",
        base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
        regions={
            "cn": "https://dashscope.aliyuncs.com/compatible-mode/v1",
            "international": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "us": "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
        },
        base_url_env=("DASHSCOPE_COMPATIBLE_BASE_URL",),
        key_env=("DASHSCOPE_API_KEY",),
        aliases=("dashscope",),
        default_models={
            Capability.CHAT: "qwen-plus",
            Capability.EMBEDDING: "text-embedding-v4",
            Capability.RERANK: "qwen3-rerank",
        },
        models=MODELS,
    ),
    chat=CHAT,
    embedding=EMBEDDING,
    rerank=RERANK,
    account=ACCOUNT,
    errors=ERRORS,
)
