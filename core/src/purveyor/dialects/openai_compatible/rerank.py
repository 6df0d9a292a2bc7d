"""The rerank dialect that OpenAI-compatible gateways and engines share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from purveyor.dialects.json_body import JSON_HEADERS, decode_object, encode_json
from purveyor.dialects.openai_compatible import errors as error_reading
from purveyor.dialects.openai_compatible.fields import at, put
from purveyor.dialects.openai_compatible.tables import ErrorTable, RerankTable
from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.dialects.rerank_common import checked_hits
from purveyor.errors import MalformedResponse, SupplierError
from purveyor.types.rerank import RerankHit, RerankRequest, RerankResponse
from purveyor.types.supplier import Endpoint
from purveyor.types.wire import HttpReply, HttpRequest


class OpenAICompatibleRerank:
    """Says rerank: `{model, query, documents, top_n}` to `{results: [{index, relevance_score}]}`."""

    def __init__(self, endpoint: Endpoint, table: RerankTable, errors: ErrorTable) -> None:
        self._url = endpoint.url(table.path)
        self._table = table
        self._errors = errors

    def encode(self, request: RerankRequest) -> HttpRequest:
        """Say one request."""
        table = self._table
        documents: list[Any] = list(request.documents)
        if table.document_field is not None:
            documents = [{table.document_field: document} for document in documents]
        body: dict[str, Any] = {"model": request.model}
        put(body, table.query_field, request.query)
        put(body, table.documents_field, documents)
        if request.top_n is not None:
            put(body, table.top_n_field, request.top_n)
        body.update(request.extra_body)
        return HttpRequest("POST", self._url, JSON_HEADERS, encode_json(body))

    def decode(self, reply: HttpReply, request: RerankRequest) -> RerankResponse:
        """Read the answer."""
        body = decode_object(reply)
        facts = error_reading.error_in(body)
        if facts is not None:
            raise error_reading.error_from(facts, reply.status, reply.headers, body, self._errors)
        rows = at(body, self._table.hits)
        if not isinstance(rows, list):
            raise MalformedResponse(
                f"the reply has no list of {'.'.join(self._table.hits)}",
                status=reply.status,
                raw=body,
            )
        model = body.get("model")
        return RerankResponse(
            hits=checked_hits([self._hit(row) for row in rows], request),
            model=model if isinstance(model, str) else None,
            request_id=error_reading.request_id(reply.headers, body, self._errors),
            usage=read_usage(body.get("usage")),
            raw=body,
        )

    def _hit(self, row: Any) -> RerankHit:
        index = row.get(self._table.index_field) if isinstance(row, Mapping) else None
        scores = [row.get(name) for name in self._table.score_fields] if index is not None else []
        score = next((value for value in scores if isinstance(value, int | float)), None)
        if index.__class__ is not int or score is None:
            raise MalformedResponse(f"a hit has no index or no score: {row!r:.100}")
        return RerankHit(index, float(score))

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above."""
        return error_reading.explain(reply, self._errors)
