"""OpenAI: the reference dialect, declared as data."""

from purveyor.plugin import Capability, OpenAICompatible, SupplierCard
from purveyor_openai.tables import ACCOUNT, CHAT, EMBEDDING, ERRORS, MODELS

supplier = OpenAICompatible(
    SupplierCard(
        name="openai",
        title="OpenAI",
        docs="https://platform.openai.com/docs/api-reference",
        base_url="https://api.openai.com/v1",
        base_url_env=("OPENAI_BASE_URL",),
        key_env=("OPENAI_API_KEY",),
        default_models={
            Capability.CHAT: "gpt-6-luna",
            Capability.EMBEDDING: "text-embedding-3-small",
        },
        models=MODELS,
    ),
    chat=CHAT,
    embedding=EMBEDDING,
    account=ACCOUNT,
    errors=ERRORS,
)
