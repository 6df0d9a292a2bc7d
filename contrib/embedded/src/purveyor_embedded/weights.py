"""Read safetensors files: a JSON header and raw numbers, mapped into memory; nothing in the file is ever executed."""

from __future__ import annotations

import hashlib
import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TYPES: dict[str, type[np.generic]] = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
_HEADER_LIMIT_BYTES = 16 * 1024 * 1024


class CorruptWeights(ValueError):
    """A weights file is not what it should be; the message names the file and what was expected."""


def map_file(path: Path, sha256: str) -> NDArray[np.uint8]:
    """Map a file into memory, read only, after checking its SHA-256.

    Raises:
        CorruptWeights: the file has another hash; it is not used.
    """
    if path.stat().st_size == 0:
        raise CorruptWeights(f"{path} is empty; reinstall the package that brought it")
    content = np.memmap(path, np.uint8, "r")
    found = hashlib.sha256(content.data).hexdigest()
    if found != sha256:
        raise CorruptWeights(
            f"{path} has SHA-256 {found}, expected {sha256}; reinstall the package that brought it"
        )
    return content


def read_tensors(content: NDArray[np.uint8], name: str) -> dict[str, NDArray[Any]]:
    """Give every tensor of a safetensors file as a view of its bytes, in the type it was saved in.

    Args:
        content: the bytes of the whole file.
        name: what to call the file in an error.
    Raises:
        CorruptWeights: the header is no JSON, or a tensor does not fit its own description or the file.
    """
    header, start = _read_header(content, name)
    tensors: dict[str, NDArray[Any]] = {}
    for key, entry in header.items():
        if key != "__metadata__":
            tensors[key] = _read_tensor(content[start:], entry, f"{name}, tensor {key}")
    return tensors


def _read_header(content: NDArray[np.uint8], name: str) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(content[:8].tobytes(), "little")
    if len(content) < 8 or length > min(len(content) - 8, _HEADER_LIMIT_BYTES):
        raise CorruptWeights(f"{name}: the header is longer than the file")
    try:
        header = json.loads(content[8 : 8 + length].tobytes())
    except ValueError as error:
        raise CorruptWeights(f"{name}: the header is not JSON") from error
    if not isinstance(header, dict):
        raise CorruptWeights(f"{name}: the header is not a JSON object")
    return header, 8 + length


def _read_tensor(body: NDArray[np.uint8], entry: Any, name: str) -> NDArray[Any]:
    try:
        kind, shape = _TYPES[entry["dtype"]], [int(size) for size in entry["shape"]]
        first, last = (int(offset) for offset in entry["data_offsets"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CorruptWeights(
            f"{name}: expected dtype ({', '.join(_TYPES)}), shape and data_offsets"
        ) from error
    fits = 0 <= first <= last <= len(body) and all(size >= 0 for size in shape)
    if not fits or last - first != prod(shape) * np.dtype(kind).itemsize:
        raise CorruptWeights(
            f"{name}: shape {shape} does not fit bytes {first} to {last} of {len(body)}"
        )
    return body[first:last].view(kind).reshape(shape)
