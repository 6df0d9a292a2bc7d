"""Embedding at two paths: texts at one; whatever the vision models see, as one vector, at the other.

Reference: volcengine-ark-runtime 5.0.54, `multimodal_embeddings` (read 2026-11).
"""

from purveyor.plugin import (
    EmbeddingRequest,
    Embeddings,
    Endpoint,
    HttpReply,
    HttpRequest,
    OpenAICompatible,
    OpenAICompatibleEmbedding,
    hookimpl,
)
from purveyor_doubao.errors import ERRORS
from purveyor_doubao.tables import EMBEDDING, FUSED

_VISION = "doubao-embedding-vision"


class DoubaoEmbedding(OpenAICompatibleEmbedding):
    """Says texts in the shared way, and hands the vision models to a dialect of their own.

    A vision model takes one text a request, or what `extra_body={"input": [...]}` puts in its
    place: texts, pictures and films, for one vector. An endpoint id is taken as a model of texts.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint, EMBEDDING, ERRORS)
        self._fused = OpenAICompatibleEmbedding(endpoint, FUSED, ERRORS)

    def batch_limit(self, model: str) -> int:
        """The most texts one request may carry."""
        if model.startswith(_VISION):
            return self._fused.batch_limit(model)
        return super().batch_limit(model)

    def encode(self, request: EmbeddingRequest) -> HttpRequest:
        """Say one request; a text of a vision model is an object that says it is one."""
        if not request.model.startswith(_VISION):
            return super().encode(request)
        parts = [{"type": "text", "text": text} for text in request.texts]
        body = {"input": parts, **request.extra_body}
        fused = EmbeddingRequest(
            model=request.model, texts=(), dimensions=request.dimensions, extra_body=body
        )
        return self._fused.encode(fused)

    def decode(self, reply: HttpReply, request: EmbeddingRequest) -> Embeddings:
        """Read the answer; that of a vision model is an object, not a list of one."""
        if request.model.startswith(_VISION):
            return self._fused.decode(reply, request)
        return super().decode(reply, request)


class Doubao(OpenAICompatible):
    """A supplier whose embedding has two paths."""

    @hookimpl
    def purveyor_embedding(self, endpoint: Endpoint) -> DoubaoEmbedding:
        """Return the embedding dialect."""
        return DoubaoEmbedding(endpoint)
