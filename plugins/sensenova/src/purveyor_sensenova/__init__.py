"""SenseNova (SenseTime): three wires of one supplier, and keys that sign tokens."""

from purveyor.plugin import (
    AccountDialect,
    Capability,
    ChatDialect,
    EmbeddingDialect,
    Endpoint,
    HttpRequest,
    OpenAICompatible,
    OpenAICompatibleAccount,
    Secret,
    SupplierCard,
    hookimpl,
)
from purveyor_sensenova.chat import (
    COMPATIBLE_URL,
    NATIVE_URL,
    TOKEN_PLAN_URL,
    Chat,
    DefaultChat,
    OlderChat,
    moved,
)
from purveyor_sensenova.embedding import Embedding
from purveyor_sensenova.errors import ERRORS
from purveyor_sensenova.keys import Tokens, is_pair
from purveyor_sensenova.models import MODELS
from purveyor_sensenova.tables import (
    COMPATIBLE,
    NATIVE,
    NO_MODELS,
    TOKEN_PLAN,
)


class SenseNova(OpenAICompatible):
    """The supplier: the wire is chosen by address, the kind of key by how it looks."""

    def __init__(self, card: SupplierCard) -> None:
        super().__init__(card, errors=ERRORS)
        self._tokens = Tokens()

    @hookimpl
    def purveyor_chat(self, endpoint: Endpoint) -> ChatDialect:
        """Return the chat dialect of the address; any that is not ours speaks the newest."""
        url = endpoint.base_url.rstrip("/")
        if url == TOKEN_PLAN_URL:
            return DefaultChat(endpoint, self._tokens)
        if _is_older(url):
            table = NATIVE if url.endswith("/llm") else COMPATIBLE
            return OlderChat(endpoint, table, self._tokens)
        return Chat(endpoint, TOKEN_PLAN, self._tokens)

    @hookimpl
    def purveyor_embedding(self, endpoint: Endpoint) -> EmbeddingDialect:
        """Return the embedding dialect; whatever the region, one address serves it."""
        is_ours = endpoint.base_url in self.card.regions.values()
        return Embedding(moved(endpoint, NATIVE_URL) if is_ours else endpoint, self._tokens)

    @hookimpl
    def purveyor_account(self, endpoint: Endpoint) -> AccountDialect:
        """Return how the address tells of its models."""
        if not _is_older(endpoint.base_url.rstrip("/")):
            return super().purveyor_account(endpoint)
        return OpenAICompatibleAccount(endpoint, self.card, NO_MODELS, COMPATIBLE, ERRORS)

    @hookimpl
    def purveyor_authorize(
        self, request: HttpRequest, secret: Secret | None, now: float
    ) -> HttpRequest:
        """Send an API key as it is, and for a pair the token that it signs."""
        if secret is not None and is_pair(secret):
            secret = self._tokens.token(secret, now)
        return super().purveyor_authorize(request, secret, now)


def _is_older(url: str) -> bool:
    return url.endswith("/v1/llm") or "/compatible-mode/" in url


supplier = SenseNova(
    SupplierCard(
        name="sensenova",
        title="SenseTime SenseNova",
        docs="https://platform.sensenova.cn/doc",
        base_url=TOKEN_PLAN_URL,
        regions={
            "token-plan": TOKEN_PLAN_URL,
            "compatible": COMPATIBLE_URL,
            "native": NATIVE_URL,
        },
        base_urls={Capability.EMBEDDING: NATIVE_URL},
        key_env=("SENSENOVA_API_KEY",),
        default_models={
            Capability.CHAT: "sensenova-6.7-flash-lite",
            Capability.EMBEDDING: "nova-embedding-stable",
        },
        models=MODELS,
    )
)
