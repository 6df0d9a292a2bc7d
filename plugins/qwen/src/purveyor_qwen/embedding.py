"""Embedding on three wires: compatible, native for texts, native for pictures and films.

References: Model Studio, "Text embedding", "Multimodal embedding" (read 2026-11); recorded traffic.
"""

import re

from purveyor.plugin import (
    EmbeddingRequest,
    Embeddings,
    Endpoint,
    HttpReply,
    HttpRequest,
    OpenAICompatibleEmbedding,
    SupplierError,
)
from purveyor_qwen.errors import ERRORS
from purveyor_qwen.tables import EMBEDDING, NATIVE_EMBEDDING, NATIVE_MULTIMODAL

_SEES = re.compile(r"multimodal-embedding|tongyi-embedding-vision|qwen[\d.]*-vl-embedding")


class QwenEmbedding:
    """Sends each model where it is; `texts` is None where texts go by the native wire too.

    A model that sees takes one text a request, or what `extra_body={"input": {"contents": [...]}}`
    puts in its place: a picture, a film, or several of them for one vector.
    """

    def __init__(self, texts: Endpoint | None, native: Endpoint) -> None:
        table = NATIVE_EMBEDDING if texts is None else EMBEDDING
        self._texts = OpenAICompatibleEmbedding(texts or native, table, ERRORS)
        self._seen = OpenAICompatibleEmbedding(native, NATIVE_MULTIMODAL, ERRORS)

    def _of(self, model: str) -> OpenAICompatibleEmbedding:
        return self._seen if _SEES.match(model) else self._texts

    def batch_limit(self, model: str) -> int:
        """The most texts one request may carry."""
        return self._of(model).batch_limit(model)

    def encode(self, request: EmbeddingRequest) -> HttpRequest:
        """Say one request."""
        if _SEES.match(request.model):
            contents = {"contents": [{"text": text} for text in request.texts]}
            request = EmbeddingRequest(
                model=request.model,
                texts=request.texts,
                dimensions=request.dimensions,
                extra_body={"input": contents, **request.extra_body},
            )
        return self._of(request.model).encode(request)

    def decode(self, reply: HttpReply, request: EmbeddingRequest) -> Embeddings:
        """Read the answer."""
        return self._of(request.model).decode(reply, request)

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above; all wires fail alike."""
        return self._texts.explain(reply)
