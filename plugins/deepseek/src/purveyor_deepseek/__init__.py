"""DeepSeek: an OpenAI-compatible supplier, declared as data."""

from purveyor.plugin import Capability, OpenAICompatible, SupplierCard
from purveyor_deepseek.tables import ACCOUNT, CHAT, ERRORS, MODELS

supplier = OpenAICompatible(
    SupplierCard(
        name="deepseek",
        title="DeepSeek",
        docs="https://api-docs.deepseek.com",
        base_url="https://api.deepseek.com",
        base_url_env=("DEEPSEEK_API_BASE",),
        key_env=("DEEPSEEK_API_KEY",),
        default_models={Capability.CHAT: "deepseek-v4-flash"},
        models=MODELS,
    ),
    chat=CHAT,
    account=ACCOUNT,
    errors=ERRORS,
)
