"""The embedded supplier: models of our own that need no key, no network and no engine.

It is a stand-in that makes every command work offline, not an assistant. Its wire is the
OpenAI-compatible one, carried in memory: addresses of the scheme `embedded` are answered by a
function. Importing this package loads neither numpy nor any weights.
"""

from purveyor.plugin import (
    AsyncMemoryTransport,
    Capability,
    ChatTable,
    EmbeddingTable,
    HttpReply,
    HttpRequest,
    MemoryStream,
    MemoryTransport,
    ModelCard,
    OpenAICompatible,
    SupplierCard,
    Transports,
    hookimpl,
)


def answer(request: HttpRequest) -> HttpReply | MemoryStream:
    """Answer a request from the models; they are loaded at the first one."""
    from purveyor_embedded.server import answer as answer_from_models

    return answer_from_models(request)


class Extension:
    """Carries requests to `embedded://` addresses to the models in this process."""

    @hookimpl
    def purveyor_transport(self, scheme: str) -> Transports | None:
        """Offer to carry the scheme `embedded`, and no other."""
        if scheme != "embedded":
            return None
        return Transports(
            sync=lambda: MemoryTransport(answer), asynchronous=lambda: AsyncMemoryTransport(answer)
        )


_NEITHER = "the embedded model always answers the same"

supplier = OpenAICompatible(
    SupplierCard(
        name="embedded",
        title="purveyor's own 0.5 M-parameter model: a stand-in so that every command works offline,"
        " not an assistant",
        docs="contrib/embedded/README.md",
        base_url="embedded://local/v1",
        auth="none",
        default_models={
            Capability.CHAT: "purveyor-tiny",
            Capability.EMBEDDING: "all-minilm-l6-v2",
            Capability.RERANK: "all-minilm-l6-v2",
        },
        models=(
            ModelCard(name="purveyor-tiny", context_tokens=192, thinks=False),
            ModelCard(
                name="all-minilm-l6-v2",
                capability=Capability.EMBEDDING,
                context_tokens=256,
                dimensions=384,
            ),
            ModelCard(name="lexical", capability=Capability.EMBEDDING, dimensions=256),
        ),
    ),
    chat=ChatTable(
        refused=dict.fromkeys(
            ("temperature", "top_p", "top_k", "seed", "n", "stop", "logit_bias"), _NEITHER
        ),
        offers=frozenset(),
        outputs=frozenset(),
        inputs=frozenset(),
    ),
    embedding=EmbeddingTable(batch_limit=256, dimensions_field=None),
)

extension = Extension()
