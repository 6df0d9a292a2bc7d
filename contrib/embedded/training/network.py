"""The same transformer as `purveyor_embedded.transformer`, in torch, for training only."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import rms_norm, scaled_dot_product_attention, silu

from purveyor_embedded.transformer import Shape


def new_weights(shape: Shape, vocabulary: int, hidden: int) -> dict[str, nn.Parameter]:
    """Draw first weights; matrices are (inputs, outputs), norms start at one."""
    width, deep = shape.width, (2 * shape.layers) ** -0.5
    weights = {"embedding": torch.randn(vocabulary, width) * 0.04, "norm": torch.ones(width)}
    for layer in range(shape.layers):
        attention, feed_forward = f"layers.{layer}.attention", f"layers.{layer}.feed_forward"
        weights[f"{attention}.norm"] = torch.ones(width)
        weights[f"{attention}.in"] = torch.randn(width, 3 * width) * width**-0.5
        weights[f"{attention}.out"] = torch.randn(width, width) * width**-0.5 * deep
        weights[f"{feed_forward}.norm"] = torch.ones(width)
        weights[f"{feed_forward}.in"] = torch.randn(width, 2 * hidden) * width**-0.5
        weights[f"{feed_forward}.out"] = torch.randn(hidden, width) * hidden**-0.5 * deep
    return {name: nn.Parameter(tensor) for name, tensor in weights.items()}


def logits(weights: dict[str, nn.Parameter], shape: Shape, tokens: Tensor) -> Tensor:
    """Give the logits after every token: (batch, length) ids to (batch, length, vocabulary)."""
    x, width = weights["embedding"][tokens], (shape.width,)
    for layer in range(shape.layers):
        part = {name: weights[f"layers.{layer}.{name}"] for name in _NAMES}
        h = rms_norm(x, width, part["attention.norm"], 1e-5) @ part["attention.in"]
        query, key, value = (_heads(piece, shape) for piece in h.chunk(3, -1))
        mixed = scaled_dot_product_attention(_rotate(query), _rotate(key), value, is_causal=True)
        x = x + mixed.transpose(1, 2).flatten(2) @ part["attention.out"]
        gate, up = (
            rms_norm(x, width, part["feed_forward.norm"], 1e-5) @ part["feed_forward.in"]
        ).chunk(2, -1)
        x = x + (silu(gate) * up) @ part["feed_forward.out"]
    return rms_norm(x, width, weights["norm"], 1e-5) @ weights["embedding"].T


_NAMES = [f"attention.{name}" for name in ("norm", "in", "out")] + [
    f"feed_forward.{n}" for n in ("norm", "in", "out")
]


def _heads(x: Tensor, shape: Shape) -> Tensor:
    return x.reshape(*x.shape[:2], shape.heads, -1).transpose(1, 2)


def _rotate(x: Tensor) -> Tensor:
    length, head_width = x.shape[-2:]
    speeds = 10000.0 ** (-torch.arange(0, head_width, 2) / head_width)
    angles = torch.arange(length)[:, None] * speeds
    first, second = x.chunk(2, -1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)
