"""The OpenAI-compatible embedding dialect: base64 where it is taken, checked against its request."""

from __future__ import annotations

import sys
from array import array
from typing import Any, Final

import msgspec
from msgspec import Struct

from purveyor.dialects.json_body import JSON_HEADERS, decode_object, encode_json
from purveyor.dialects.openai_compatible import errors as error_reading
from purveyor.dialects.openai_compatible.fields import at, put
from purveyor.dialects.openai_compatible.tables import EmbeddingTable, ErrorTable
from purveyor.dialects.openai_compatible.usage import read_usage
from purveyor.errors import MalformedResponse, SupplierError, UnsupportedParameter
from purveyor.types.embedding import EmbeddingRequest, Embeddings
from purveyor.types.supplier import Endpoint
from purveyor.types.wire import HttpReply, HttpRequest

_FLOAT_BYTES: Final = 4
_DATA: Final = b'"data":'


class _Row(Struct):
    """One vector: base64 of little-endian float32, or numbers."""

    embedding: bytes | list[float]
    index: int | None = None


_rows = msgspec.json.Decoder(list[_Row])
_rest = msgspec.json.Decoder(dict[str, Any])


class OpenAICompatibleEmbedding:
    """Says embedding as an OpenAI-compatible supplier wants it."""

    def __init__(self, endpoint: Endpoint, table: EmbeddingTable, errors: ErrorTable) -> None:
        self._url = endpoint.url(table.path)
        self._table = table
        self._errors = errors
        self._is_plain = table.rows == ("data",) and table.index_field == "index"

    def batch_limit(self, model: str) -> int:
        """The most texts one request may carry."""
        return self._table.batch_limits.get(model, self._table.batch_limit)

    def encode(self, request: EmbeddingRequest) -> HttpRequest:
        """Say one request."""
        body: dict[str, Any] = {"model": request.model}
        put(body, self._table.input_field, request.texts)
        if self._table.encoding is not None:
            body["encoding_format"] = self._table.encoding
        if request.dimensions is not None:
            field = self._table.dimensions_field
            if field is None or request.model in self._table.fixed_dimensions:
                raise UnsupportedParameter(
                    f"model {request.model!r}: the length of its vectors is fixed",
                    param="dimensions",
                )
            put(body, field, request.dimensions)
        body.update(request.extra_body)
        return HttpRequest("POST", self._url, JSON_HEADERS, encode_json(body))

    def decode(self, reply: HttpReply, request: EmbeddingRequest) -> Embeddings:
        """Read the answer; every text has its vector, or the whole answer is refused."""
        rows, rest = self._read_body(reply)
        vectors = [_floats(row.embedding) for row in _in_order(rows, len(request.texts))]
        width = len(vectors[0]) if vectors else 0
        if any(len(vector) != width for vector in vectors) or (rows and not width):
            raise MalformedResponse("the vectors are empty or of different lengths")
        if request.dimensions is not None and width != request.dimensions * _FLOAT_BYTES:
            raise MalformedResponse(
                f"expected vectors of {request.dimensions} dimensions, got {width // _FLOAT_BYTES}"
            )
        buffer = b"".join(vectors)
        _demand_finite(buffer)
        model = rest.get("model")
        return Embeddings(
            buffer=buffer,
            count=len(rows),
            dimensions=width // _FLOAT_BYTES,
            model=model if isinstance(model, str) else None,
            request_id=error_reading.request_id(reply.headers, rest, self._errors),
            usage=read_usage(rest.get("usage")),
            raw=rest,
        )

    def _read_body(self, reply: HttpReply) -> tuple[list[_Row], dict[str, Any]]:
        """Give the vectors, decoded as they are parsed, and all other fields of the body.

        The list of vectors is cut out and decoded by its type; what stands around it, with null in
        its place, must be an object by itself. Where either is not so, the body is read slowly.
        """
        if not self._is_plain:
            return self._read_slowly(reply)
        body = reply.body
        start = body.find(_DATA) + len(_DATA)
        end = body.rfind(b"}]") + 2
        try:
            rows = _rows.decode(memoryview(body)[start:end])
            rest = _rest.decode(b"%bnull%b" % (body[:start], body[end:]))
        except (ValueError, RecursionError):
            return self._read_slowly(reply)
        if rest.get("error"):
            raise self.explain(reply)
        del rest["data"]
        return rows, rest

    def _read_slowly(self, reply: HttpReply) -> tuple[list[_Row], dict[str, Any]]:
        """Read a body of another shape than expected, or say what is wrong with it."""
        body = decode_object(reply)
        facts = error_reading.error_in(body)
        if facts is not None:
            raise error_reading.error_from(facts, reply.status, reply.headers, body, self._errors)
        found = at(body, self._table.rows)
        rows = [found] if isinstance(found, dict) else found  # some wires give one vector alone
        try:
            return msgspec.convert(self._with_index(rows), list[_Row]), _without(body, "data")
        except msgspec.ValidationError as error:
            raise MalformedResponse(
                f"the reply is no list of vectors: {error}", status=reply.status, raw=body
            ) from error

    def _with_index(self, rows: Any) -> Any:
        name = self._table.index_field
        if name == "index" or not isinstance(rows, list):
            return rows
        return [row | {"index": row.get(name)} if isinstance(row, dict) else row for row in rows]

    def explain(self, reply: HttpReply) -> SupplierError:
        """Read a reply whose status is 400 or above."""
        return error_reading.explain(reply, self._errors)


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def _in_order(rows: list[_Row], count: int) -> list[_Row]:
    """Put rows in the order of the texts: their index decides, not their place."""
    if len(rows) != count:
        raise MalformedResponse(f"expected {count} vectors, got {len(rows)}")
    if all(row.index is None for row in rows):
        return rows
    ordered = sorted(rows, key=lambda row: -1 if row.index is None else row.index)
    if [row.index for row in ordered] != list(range(count)):
        raise MalformedResponse("the vectors' indexes do not match the texts")
    return ordered


def _floats(vector: bytes | list[float]) -> bytes:
    """Give a vector as native float32 bytes."""
    if isinstance(vector, bytes):
        if len(vector) % _FLOAT_BYTES:
            raise MalformedResponse("a base64 vector is no whole number of float32")
        if sys.byteorder == "little":
            return vector
        swapped = array("f", vector)
        swapped.byteswap()
        return swapped.tobytes()
    return array("f", vector).tobytes()  # what float32 cannot hold becomes infinity


def _demand_finite(buffer: bytes) -> None:
    """Refuse NaN and infinity: their exponent bits are all ones.

    Looking for the high byte first takes a hundredth of looking at every float.
    """
    high = buffer[3::4] if sys.byteorder == "little" else buffer[0::4]
    if b"\x7f" not in high and b"\xff" not in high:
        return
    low = buffer[2::4] if sys.byteorder == "little" else buffer[1::4]
    for first, second in zip(high, low, strict=True):
        if first & 0x7F == 0x7F and second & 0x80:
            raise MalformedResponse("a vector holds NaN or infinity")
