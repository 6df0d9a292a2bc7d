"""Embedding on the wire: checked against its request, whatever way the vectors come."""

from __future__ import annotations

import base64
import json
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replies import BASE, body_of, endpoint, reply

from purveyor import errors
from purveyor.errors import MalformedResponse, UnsupportedParameter
from purveyor.plugin import (
    Capability,
    EmbeddingRequest,
    Embeddings,
    EmbeddingTable,
    ErrorTable,
    OpenAICompatibleEmbedding,
)
from purveyor.types.wire import HttpReply


def dialect(table: EmbeddingTable | None = None) -> OpenAICompatibleEmbedding:
    return OpenAICompatibleEmbedding(
        endpoint(Capability.EMBEDDING), table or EmbeddingTable(), ErrorTable()
    )


def asked(*texts: str, **more: Any) -> EmbeddingRequest:
    return EmbeddingRequest(model="m", texts=texts or ("a", "b"), **more)


def rows(*vectors: Any, **more: Any) -> dict[str, Any]:
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
    usage = {"prompt_tokens": 2, "total_tokens": 2}
    return {"object": "list", "data": data, "model": "m-1", "usage": usage, **more}


def decoded(body: Any, request: EmbeddingRequest | None = None, **table: Any) -> Embeddings:
    return dialect(EmbeddingTable(**table)).decode(reply(body), request or asked())


def as_base64(*numbers: float) -> str:
    return base64.b64encode(array("f", numbers).tobytes()).decode()


def test_texts_are_asked_for_in_the_compact_encoding():
    """Base64 saves most of the work."""
    request = dialect().encode(asked("a", "b", dimensions=4))
    assert request.url == f"{BASE}/embeddings"
    assert body_of(request) == {
        "model": "m",
        "input": ["a", "b"],
        "encoding_format": "base64",
        "dimensions": 4,
    }


def test_the_table_says_what_is_asked_for():
    """Engines that do not know the encoding refuse it; native wires nest their fields."""
    table = EmbeddingTable(
        encoding=None, input_field="input.texts", dimensions_field="parameters.dimension"
    )
    assert body_of(dialect(table).encode(asked(dimensions=4, extra_body={"x": 1}))) == {
        "model": "m",
        "input": {"texts": ["a", "b"]},
        "parameters": {"dimension": 4},
        "x": 1,
    }


@pytest.mark.parametrize(
    "table",
    [EmbeddingTable(dimensions_field=None), EmbeddingTable(fixed_dimensions=frozenset("m"))],
)
def test_dimensions_that_cannot_be_shortened_are_refused(table):
    """Before anything is sent; the model is named."""
    with pytest.raises(UnsupportedParameter, match="'m'"):
        dialect(table).encode(asked(dimensions=4))


def test_the_batch_limit_is_the_models():
    """Or the supplier's."""
    table = EmbeddingTable(batch_limit=10, batch_limits={"big": 100})
    assert dialect(table).batch_limit("m") == 10
    assert dialect(table).batch_limit("big") == 100


VECTORS = ([0.5, -1.0], [2.0, 3.0])


@pytest.mark.parametrize(
    "body",
    [
        rows(*VECTORS),
        rows(*(as_base64(*vector) for vector in VECTORS)),
        rows([0.5, -1], [2, 3]),
        json.dumps(rows(*VECTORS)).replace('"data":', '"data" :').encode(),
        b"\xef\xbb\xbf" + json.dumps(rows(*VECTORS)).encode(),
        {**rows(*VECTORS), "extra": [{"data": 1}]},
        {**rows(*VECTORS), "data": rows(*VECTORS)["data"][::-1]},
        {**rows(), "data": [{"embedding": vector} for vector in VECTORS]},
    ],
    ids=["floats", "base64", "integers", "spaces", "bom", "lookalike", "shuffled", "no index"],
)
def test_vectors_are_given_in_the_order_of_the_texts(body):
    """Floats or base64, in whatever order they came."""
    got = decoded(body)
    assert got.tolist() == [[0.5, -1.0], [2.0, 3.0]]
    assert (got.count, got.dimensions, got.model) == (2, 2, "m-1")
    assert got.usage is not None
    assert got.usage.input_tokens == 2
    assert "data" not in got.raw


@given(
    st.lists(
        st.lists(
            st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=4,
    )
)
def test_both_encodings_give_the_same_floats(vectors):
    """To the last bit."""
    texts = asked(*("x" for _ in vectors))
    plain = decoded(rows(*vectors), texts)
    packed = decoded(rows(*(as_base64(*vector) for vector in vectors)), texts)
    assert plain.buffer == packed.buffer
    assert plain.tolist() == vectors


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (rows([1.0]), "expected 2 vectors, got 1"),
        (rows([1.0], [1.0], [1.0]), "got 3"),
        (rows(), "got 0"),
        (rows([], []), "empty"),
        (rows("", ""), "empty"),
        (rows([1.0], [1.0, 2.0]), "different lengths"),
        (rows([1.0], None), "no list of vectors"),
        (rows([1.0], ["a"]), "no list of vectors"),
        (rows([1.0], "!!!"), "no list of vectors"),
        (rows(as_base64(1.0), "AAA="), "whole number of float32"),
        (rows([1.0], [float("nan")]), "NaN"),
        (rows([1.0], [float("inf")]), "NaN or infinity"),
        (rows([1.0], [1e300]), "NaN or infinity"),
        (rows(as_base64(1.0), as_base64(float("nan"))), "NaN or infinity"),
        (rows(as_base64(1.0), as_base64(float("-inf"))), "NaN or infinity"),
        ({"data": {"embedding": [1.0]}}, "expected 2 vectors, got 1"),
        ({"data": None}, "no list of vectors"),
        ({}, "no list of vectors"),
        (b"", "empty body"),
        (b"[]", "object"),
    ],
)
def test_an_answer_that_does_not_fit_its_request_is_malformed(body, why):
    """A missing, empty, short or unreal vector spoils the whole answer."""
    with pytest.raises(MalformedResponse, match=why):
        decoded(body)


@pytest.mark.parametrize("indexes", [(0, 0), (1, 2), (0, None), (-1, 0)])
def test_indexes_that_do_not_match_the_texts_are_malformed(indexes):
    """Which vector is whose would be a guess."""
    data = [{"index": index, "embedding": [1.0]} for index in indexes]
    with pytest.raises(MalformedResponse, match="indexes"):
        decoded({"data": data})


def test_large_numbers_that_float32_holds_are_taken():
    """Their high byte looks like infinity's."""
    assert decoded(rows([3e38, 1.0], [-3e38, 1.0])).count == 2


def test_vectors_of_another_length_than_asked_for_are_malformed():
    """A supplier that passes over `dimensions` would spoil an index."""
    with pytest.raises(MalformedResponse, match="3 dimensions"):
        decoded(rows([1.0, 2.0], [3.0, 4.0]), asked(dimensions=3))
    assert decoded(rows([1.0, 2.0], [3.0, 4.0]), asked(dimensions=2)).dimensions == 2


def test_the_table_says_where_the_vectors_are():
    """Under another name, deeper, with another index, or one that is no list."""
    nested = {
        "output": {
            "embeddings": [
                {"text_index": 1, "embedding": [2.0]},
                {"text_index": 0, "embedding": [1.0]},
            ]
        }
    }
    table = {"rows": ("output", "embeddings"), "index_field": "text_index"}
    assert decoded(nested, **table).tolist() == [[1.0], [2.0]]
    single = {"data": {"embedding": [1.0]}, "model": "m-1"}
    assert decoded(single, asked("a")).tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "no", "code": "insufficient_quota"}}, errors.QuotaExhausted),
        ({**rows([1.0], [1.0]), "error": {"message": "no", "code": 429}}, errors.RateLimited),
        ({"code": 401, "msg": "no", "data": None}, errors.AuthenticationError),
    ],
)
def test_an_error_with_status_200_is_an_error(body, kind):
    """Beside vectors too."""
    with pytest.raises(kind):
        decoded(body)


def test_a_byte_order_of_the_other_kind_is_turned(monkeypatch):
    """Base64 is little-endian; buffers are the machine's."""
    monkeypatch.setattr("sys.byteorder", "big")
    assert decoded(rows("AACAPw==", "AAAAQA==")).buffer == b"\x3f\x80\0\0\x40\0\0\0"
    with pytest.raises(MalformedResponse, match="NaN"):
        decoded(rows("AACAPw==", "AACAfw=="))


def test_an_error_status_is_explained():
    """By the same table as chat's."""
    error = dialect().explain(HttpReply(401, {}, b'{"error": "no"}'))
    assert isinstance(error, errors.AuthenticationError)
