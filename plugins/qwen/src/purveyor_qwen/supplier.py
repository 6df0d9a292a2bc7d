"""Which wire is spoken: most models have the compatible one, some only DashScope's native one.

Every address of DashScope ends in `/compatible-mode/v1` or `/api/v1`; the other wire, and the
compatible rerank, are found beside it on the same host, in every region. A base address that ends
in `/api/v1` speaks the native wire for all texts and scores; one that ends in neither, a gateway's,
is taken as a host that has both.
"""

from purveyor.plugin import (
    Endpoint,
    OpenAICompatible,
    OpenAICompatibleRerank,
    RerankDialect,
    hookimpl,
)
from purveyor_qwen.embedding import QwenEmbedding
from purveyor_qwen.errors import ERRORS
from purveyor_qwen.rerank import QwenRerank
from purveyor_qwen.tables import NATIVE_RERANK, RERANK
from purveyor_qwen.tokens import QwenAccount

_COMPATIBLE = "/compatible-mode/v1"
_NATIVE = "/api/v1"


def _beside(endpoint: Endpoint, path: str) -> Endpoint:
    """Give the address that a host has at `path`."""
    host = endpoint.base_url.rstrip("/").removesuffix(_COMPATIBLE).removesuffix(_NATIVE)
    return Endpoint(
        supplier=endpoint.supplier,
        capability=endpoint.capability,
        base_url=host + path,
        secret=endpoint.secret,
        settings=endpoint.settings,
    )


def _is_native(endpoint: Endpoint) -> bool:
    return endpoint.base_url.rstrip("/").endswith(_NATIVE)


class Qwen(OpenAICompatible):
    """A supplier with two wires."""

    @hookimpl
    def purveyor_embedding(self, endpoint: Endpoint) -> QwenEmbedding:
        """Return the embedding dialect: texts on the given wire, pictures on the native one."""
        native = _beside(endpoint, _NATIVE)
        return QwenEmbedding(None if _is_native(endpoint) else endpoint, native)

    @hookimpl
    def purveyor_rerank(self, endpoint: Endpoint) -> RerankDialect:
        """Return the rerank dialect: the compatible wire knows only the models of Qwen 3."""
        native = OpenAICompatibleRerank(_beside(endpoint, _NATIVE), NATIVE_RERANK, ERRORS)
        if _is_native(endpoint):
            return native
        compatible = _beside(endpoint, "/compatible-api/v1")
        return QwenRerank(OpenAICompatibleRerank(compatible, RERANK, ERRORS), native)

    @hookimpl
    def purveyor_account(self, endpoint: Endpoint) -> QwenAccount:
        """Return how models are listed, and tokens are counted."""
        return QwenAccount(
            _beside(endpoint, _COMPATIBLE) if _is_native(endpoint) else endpoint,
            _beside(endpoint, _NATIVE),
            self.card,
        )
