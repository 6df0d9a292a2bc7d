"""Rerank on two wires: `gte-rerank` models have only the native one.

Reference: Model Studio, "Text rerank" (read 2026-11).
"""

import re

from purveyor.plugin import (
    HttpReply,
    HttpRequest,
    RerankDialect,
    RerankRequest,
    RerankResponse,
    SupplierError,
)

_HAS_COMPATIBLE = re.compile(r"qwen3-rerank")


class QwenRerank:
    """Sends each model where it is."""

    def __init__(self, compatible: RerankDialect, native: RerankDialect) -> None:
        self._compatible = compatible
        self._native = native

    def _of(self, model: str) -> RerankDialect:
        return self._compatible if _HAS_COMPATIBLE.match(model) else self._native

    def encode(self, request: RerankRequest) -> HttpRequest:
        """Say one request."""
        return self._of(request.model).encode(request)

    def decode(self, reply: HttpReply, request: RerankRequest) -> RerankResponse:
        """Read the answer."""
        return self._of(request.model).decode(reply, request)

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above; both wires fail alike."""
        return self._native.explain(reply)
