"""Spectral norm: a weight divided by its largest singular value, so that a layer cannot be steep."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SpectralConv2d(nn.Conv2d):
    """A convolution whose weight, as a matrix with a row a channel, has spectral norm one.

    Source: arXiv:1802.05957. `u` is the estimate of the left singular vector, a unit vector that
    one power iteration a training call brings closer; it is state, saved like a weight.
    """

    u: Tensor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_buffer("u", first_guess(self.weight))

    def forward(self, x: Tensor) -> Tensor:
        weight = unit_weight(self.weight, self.u, self.training)
        out: Tensor = self._conv_forward(x, weight, self.bias)
        return out


class SpectralConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution whose weight, a row an output channel, has spectral norm one."""

    u: Tensor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_buffer("u", first_guess(self.weight.transpose(0, 1)))

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        rows = unit_weight(self.weight.transpose(0, 1), self.u, self.training)
        weight, padding = rows.transpose(0, 1), self.padding
        assert not isinstance(padding, str)  # torch names paddings only where nothing is transposed
        return F.conv_transpose2d(x, weight, self.bias, self.stride, padding)


class SpectralLinear(nn.Linear):
    """A dense layer whose weight has spectral norm one; see `SpectralConv2d`."""

    u: Tensor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register_buffer("u", first_guess(self.weight))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, unit_weight(self.weight, self.u, self.training), self.bias)


def first_guess(weight: Tensor) -> Tensor:
    """Return a random unit vector with an entry for each row of `weight`."""
    return F.normalize(torch.randn(len(weight)), dim=0)


def unit_weight(weight: Tensor, u: Tensor, moves: bool) -> Tensor:
    """Return `weight` over its largest singular value, differentiable twice.

    Args:
        weight: (F, ...); everything behind the first dimension counts as columns.
        u: (F,), the estimate of the left singular vector.
        moves: Whether to keep the better estimate in `u`; otherwise it is only used.
    """
    matrix = weight.flatten(1)
    with torch.no_grad():
        v = F.normalize(_product(matrix.T, u), dim=0)
        better = F.normalize(_product(matrix, v), dim=0)
        if moves:
            u.copy_(better)
    # `better`, not `u`: the graph keeps what it reads, and the next call writes to `u`.
    return weight / (_product(matrix, v) * better).sum()


def _product(matrix: Tensor, vector: Tensor) -> Tensor:
    """Return matrix times vector; as a sum, because autocast would round a product to bf16."""
    return (matrix * vector).sum(1)
