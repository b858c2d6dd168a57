"""A smoothing filter folded into a convolution's weight: one pass over the image instead of two."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_engine.layers.fir import outer_filter


def folding(kernel: int, taps: Sequence[float], total: float, mirrored: bool = False) -> Tensor:
    """Return the matrix that turns a filter into the filter followed by smoothing.

    Both are linear and do not care where they are, so one filter does what they do in turn: their
    full convolution, which is linear in the weight.

    Args:
        kernel: Side of the square filter.
        taps: The smoothing filter's row, symmetric.
        total: What the smoothing filter sums to.
        mirrored: Whether the result is turned by 180 degrees, as a transposed convolution wants it.

    Returns:
        (kernel^2, K^2), where K = kernel + len(taps) - 1.
    """
    whole = kernel + len(taps) - 1
    square = outer_filter(taps, total)
    matrix = torch.zeros(kernel, kernel, whole, whole)
    for row in range(kernel):
        for column in range(kernel):
            matrix[row, column, row : row + len(taps), column : column + len(taps)] = square
    if mirrored:
        matrix = matrix.flip(2, 3)
    return matrix.reshape(kernel**2, whole**2)


def fold(weight: Tensor, matrix: Tensor) -> Tensor:
    """Return `weight` (A, B, k, k) with the smoothing of `matrix` folded in: (A, B, K, K)."""
    a, b = weight.shape[:2]
    whole = round(matrix.shape[1] ** 0.5)
    return (weight.reshape(a * b, -1) @ matrix).reshape(a, b, whole, whole)
