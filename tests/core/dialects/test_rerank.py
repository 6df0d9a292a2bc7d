"""Rerank on the wire: hits best first, each a place in the caller's list."""

from __future__ import annotations

from typing import Any

import pytest
from replies import BASE, body_of, endpoint, reply

from purveyor import errors
from purveyor.errors import MalformedResponse
from purveyor.plugin import (
    Capability,
    ErrorTable,
    OpenAICompatibleRerank,
    RerankRequest,
    RerankResponse,
    RerankTable,
)
from purveyor.types.wire import HttpReply


def dialect(**table: Any) -> OpenAICompatibleRerank:
    return OpenAICompatibleRerank(endpoint(Capability.RERANK), RerankTable(**table), ErrorTable())


def asked(top_n: int | None = None, **more: Any) -> RerankRequest:
    return RerankRequest(model="m", query="q", documents=("a", "b", "c"), top_n=top_n, **more)


def hits(*pairs: tuple[Any, Any]) -> dict[str, Any]:
    found = [{"index": index, "relevance_score": score} for index, score in pairs]
    return {"id": "r-1", "model": "m-1", "results": found, "usage": {"total_tokens": 3}}


def decoded(body: Any, top_n: int | None = None, **table: Any) -> RerankResponse:
    return dialect(**table).decode(reply(body), asked(top_n))


def test_a_rerank_is_query_and_documents():
    """`top_n` only where it is wanted; extra fields last."""
    request = dialect().encode(asked())
    assert request.url == f"{BASE}/rerank"
    assert body_of(request) == {"model": "m", "query": "q", "documents": ["a", "b", "c"]}
    assert body_of(dialect().encode(asked(2, extra_body={"x": 1})))["top_n"] == 2
    assert body_of(dialect().encode(asked(extra_body={"query": "z"})))["query"] == "z"


def test_the_table_says_where_things_go():
    """Native wires nest them, or want documents as objects."""
    chat = dialect(
        path="rerank/v2",
        query_field="input.query",
        documents_field="input.documents",
        document_field="text",
        top_n_field="parameters.top_n",
    )
    assert body_of(chat.encode(asked(1))) == {
        "model": "m",
        "input": {"query": "q", "documents": [{"text": "a"}, {"text": "b"}, {"text": "c"}]},
        "parameters": {"top_n": 1},
    }


def test_hits_are_given_best_first():
    """Whatever order they came in; equal scores keep it."""
    response = decoded(hits((0, 0.1), (2, 0.9), (1, 0.1)))
    assert response.hits == ((2, 0.9), (0, 0.1), (1, 0.1))
    assert (response.model, response.request_id) == ("m-1", "r-1")
    assert response.usage is not None
    assert response.usage.total_tokens == 3
    assert response.hits[0].index == 2


def test_no_more_hits_are_given_than_were_asked_for():
    """Some suppliers pass over `top_n`."""
    assert decoded(hits((0, 1), (1, 2), (2, 3)), 2).hits == ((2, 3.0), (1, 2.0))
    assert len(decoded(hits((0, 1)), 2).hits) == 1


def test_scores_and_hits_are_found_under_other_names():
    """As the table has them."""
    body = {"output": {"found": [{"document_index": 1, "score": -0.5}]}}
    table = {"hits": ("output", "found"), "index_field": "document_index"}
    assert decoded(body, **table).hits == ((1, -0.5),)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (hits((3, 1.0)), "document 3 of 3"),
        (hits((-1, 1.0)), "document -1"),
        (hits((0, 1.0), (0, 0.5)), "twice"),
        (hits((0, float("nan"))), "not finite"),
        (hits((0, float("inf"))), "not finite"),
        (hits((None, 1.0)), "no index"),
        (hits(("0", 1.0)), "no index"),
        (hits((True, 1.0)), "no index"),
        (hits((0, None)), "no score"),
        (hits((0, "high")), "no score"),
        ({"results": ["a"]}, "no index"),
        ({"results": None}, "no list of results"),
        ({"results": {}}, "no list of results"),
        ({}, "no list of results"),
        (b"<html>", "expected JSON"),
    ],
)
def test_hits_that_do_not_fit_the_request_are_malformed(body, why):
    """Nothing is guessed."""
    with pytest.raises(MalformedResponse, match=why):
        decoded(body)


def test_an_error_with_status_200_is_an_error():
    """And one with a status of its own."""
    with pytest.raises(errors.QuotaExhausted):
        decoded({"error": {"message": "no", "code": "insufficient_quota"}})
    error = dialect().explain(HttpReply(404, {}, b'{"detail": "no"}'))
    assert isinstance(error, errors.NotFound)
