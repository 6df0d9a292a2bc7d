"""Kimi (Moonshot AI): an OpenAI-compatible supplier, declared as data."""

from purveyor.plugin import Capability, OpenAICompatible, SupplierCard
from purveyor_kimi.tables import ACCOUNT, CHAT, ERRORS, MODELS

supplier = OpenAICompatible(
    SupplierCard(
        name="kimi",
        title="Moonshot AI Kimi",
        docs="https://platform.moonshot.cn/docs",
        base_url="https://api.moonshot.cn/v1",
        regions={
            "cn": "https://api.moonshot.cn/v1",
            "international": "https://api.moonshot.ai/v1",
            "coding": "https://api.kimi.com/coding/v1",
        },
        base_url_env=("MOONSHOT_API_BASE", "KIMI_BASE_URL"),
        key_env=("MOONSHOT_API_KEY", "KIMI_API_KEY"),
        aliases=("moonshot",),
        default_models={Capability.CHAT: "kimi-k2.6"},
        models=MODELS,
    ),
    chat=CHAT,
    account=ACCOUNT,
    errors=ERRORS,
)
