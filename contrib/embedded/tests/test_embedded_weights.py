"""The safetensors reader: exact numbers, and an error for every kind of damage."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from purveyor_embedded.weights import CorruptWeights, map_file, read_tensors

BODY = np.arange(6, dtype=np.float16).tobytes()
ENTRY = {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}


def safetensors(entry: Any = ENTRY) -> bytes:
    header = json.dumps({"__metadata__": {"made": "by hand"}, "x": entry}).encode()
    return len(header).to_bytes(8, "little") + header + BODY


def read(content: bytes) -> dict[str, Any]:
    return read_tensors(np.frombuffer(content, np.uint8), "weights")


def test_a_tensor_is_read_in_its_type_and_shape():
    """Two rows of three halves."""
    tensor = read(safetensors())["x"]
    assert tensor.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensor.dtype == np.float16


@given(st.integers(0, len(safetensors()) - 1))
def test_a_file_cut_anywhere_is_refused(length: int):
    """No cut gives fewer numbers in silence."""
    with pytest.raises(CorruptWeights):
        read(safetensors()[:length])


@pytest.mark.parametrize("entry", [
    {**ENTRY, "dtype": "F99"}, {**ENTRY, "dtype": []}, {**ENTRY, "shape": [2, 4]}, {**ENTRY, "shape": [-2, -3]},
    {**ENTRY, "shape": [float("inf")]}, {**ENTRY, "data_offsets": [0, 999]}, {**ENTRY, "data_offsets": [12, 0]},
    {**ENTRY, "data_offsets": [-12, 0]}, {**ENTRY, "data_offsets": [0]}, {"dtype": "F16"}, "text", None,
])  # fmt: skip
def test_a_description_that_does_not_fit_is_refused(entry: Any):
    """Type, shape and place must agree with one another and with the file."""
    with pytest.raises(CorruptWeights, match="weights, tensor x"):
        read(safetensors(entry))


@pytest.mark.parametrize("header", [b"[1]", b"{", b"\xff\xfe", b"null"])
def test_a_header_that_is_no_json_object_is_refused(header: bytes):
    """Whatever stands there, it is not executed and not guessed."""
    with pytest.raises(CorruptWeights, match="the header is not"):
        read(len(header).to_bytes(8, "little") + header)


def test_a_file_with_another_hash_is_refused(tmp_path: Path):
    """One changed byte is another file."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_tensors(map_file(path, sha256), "weights")["x"].shape == (2, 3)
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    with pytest.raises(CorruptWeights, match="expected " + sha256):
        map_file(path, sha256)


def test_an_empty_file_is_refused(tmp_path: Path):
    """An interrupted download leaves one behind."""
    (tmp_path / "empty").touch()
    with pytest.raises(CorruptWeights, match="is empty"):
        map_file(tmp_path / "empty", "")
