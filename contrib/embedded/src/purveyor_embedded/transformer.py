"""A small decoder-only transformer in numpy: RMSNorm, rotary positions, SwiGLU, tied embedding, a key-value cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of a transformer; `context` is the longest sequence in tokens."""

    width: int
    layers: int
    heads: int
    context: int


class Transformer:
    """The weights of one model; holds no conversation, so one object serves many threads."""

    def __init__(self, shape: Shape, tensors: Mapping[str, NDArray[Any]]) -> None:
        self.shape = shape
        self._weights = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
        self._logits = np.ascontiguousarray(self._weights["embedding"].T)
        head_width = shape.width // shape.heads
        speeds = 10000.0 ** (-np.arange(0, head_width, 2, dtype=np.float32) / head_width)
        angles = np.arange(shape.context, dtype=np.float32)[:, None] * speeds
        self._cos, self._sin = np.cos(angles)[:, None], np.sin(angles)[:, None]

    @property
    def parameters(self) -> int:
        """How many numbers were learned."""
        return sum(tensor.size for tensor in self._weights.values())

    def generate(self, prompt: Sequence[int], end: int) -> Iterator[int]:
        """Yield the likeliest next token, one at a time, until `end` comes or the context is full.

        Args:
            prompt: 1 to shape.context token ids.
            end: the id that ends an answer; it is not yielded.
        """
        cache = np.zeros((self.shape.layers, 2, self.shape.context, self.shape.width), np.float32)
        tokens, position = list(prompt), 0
        while position + len(tokens) <= self.shape.context:
            token = int(self._forward(tokens, cache, position).argmax())
            if token == end:
                return
            yield token
            position += len(tokens)
            tokens = [token]

    def _forward(self, tokens: list[int], cache: Array, position: int) -> Array:
        """Give the logits after the last token, shape (vocabulary,); fills the cache from `position` on."""
        x = self._weights["embedding"][tokens]
        for layer in range(self.shape.layers):
            x = x + self._attend(x, layer, cache[layer], position)
            x = x + self._feed_forward(x, layer)
        logits: Array = _normalise(x[-1], self._weights["norm"]) @ self._logits
        return logits

    def _attend(self, x: Array, layer: int, cache: Array, position: int) -> Array:
        count, heads, last = len(x), self.shape.heads, position + len(x)
        h = _normalise(x, self._weights[f"layers.{layer}.attention.norm"])
        query, key, cache[1, position:last] = np.split(
            h @ self._weights[f"layers.{layer}.attention.in"], 3, -1
        )
        cache[0, position:last] = self._rotate(key, position)
        query = self._rotate(query, position).reshape(count, heads, -1).transpose(1, 0, 2)
        keys, values = cache[:, :last].reshape(2, last, heads, -1).transpose(0, 2, 1, 3)
        scores: Array = query @ keys.transpose(0, 2, 1)
        scores *= np.float32((self.shape.width // heads) ** -0.5)
        scores[:, np.arange(last) > np.arange(position, last)[:, None]] = -np.inf
        mixed: Array = softmax(scores) @ values
        joined: Array = (
            mixed.transpose(1, 0, 2).reshape(count, -1)
            @ self._weights[f"layers.{layer}.attention.out"]
        )
        return joined

    def _feed_forward(self, x: Array, layer: int) -> Array:
        h = _normalise(x, self._weights[f"layers.{layer}.feed_forward.norm"])
        gate, up = np.split(h @ self._weights[f"layers.{layer}.feed_forward.in"], 2, -1)
        out: Array = (gate / (1 + np.exp(-gate)) * up) @ self._weights[
            f"layers.{layer}.feed_forward.out"
        ]
        return out

    def _rotate(self, x: Array, position: int) -> Array:
        """Turn each half-pair of a head by an angle that grows with its position (RoPE)."""
        places = slice(position, position + len(x))
        first, second = np.split(x.reshape(len(x), self.shape.heads, -1), 2, -1)
        cos, sin = self._cos[places], self._sin[places]
        return np.concatenate([first * cos - second * sin, second * cos + first * sin], -1).reshape(
            len(x), -1
        )


def softmax(scores: Array) -> Array:
    """Turn scores into shares that add up to one along the last axis."""
    shares: Array = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return shares


def _normalise(x: Array, gain: Array) -> Array:
    scaled: Array = x / np.sqrt(np.mean(x * x, -1, keepdims=True) + np.float32(1e-5)) * gain
    return scaled
