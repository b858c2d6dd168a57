"""Twice the size and half the size through a small smooth filter, so that edges do not alias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from gan_engine.layers.grouped_conv import Geometry, convolve, convolve_transposed


def outer_filter(taps: Sequence[float], total: float) -> Tensor:
    """Return the square filter whose rows and columns are `taps`, summing to `total`."""
    row = torch.tensor(taps, dtype=torch.float32)
    square = row[:, None] * row
    return square * (total / square.sum())


class FirUp(nn.Module):
    """(N, C, H, W) -> (N, C, 2H, 2W): zeros between the pixels, then the filter.

    Source: the filters of arXiv:1904.11486; [1, 2, 1] and [1, 3, 3, 1] are linear interpolation.
    """

    label: ClassVar[str] = "Smooth ×2"
    taps: Tensor

    def __init__(self, taps: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("taps", outer_filter(taps, 4.0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        weight, how = _each_channel(self.taps, x)
        return convolve_transposed(x, weight, how, (2 * x.shape[2], 2 * x.shape[3]))


class FirDown(nn.Module):
    """(N, C, 2H, 2W) -> (N, C, H, W): the filter, then every second pixel."""

    label: ClassVar[str] = "Smooth ÷2"
    taps: Tensor

    def __init__(self, taps: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("taps", outer_filter(taps, 1.0), persistent=False)
        self.kernel_size, self.stride = (len(taps), len(taps)), (2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return convolve(x, *_each_channel(self.taps, x))


def _each_channel(taps: Tensor, x: Tensor) -> tuple[Tensor, Geometry]:
    """Return `taps` as the weight of a convolution that keeps channels apart."""
    channels = x.shape[1]
    weight = taps.to(x.dtype).expand(channels, 1, *taps.shape)
    return weight, Geometry(stride=2, padding=(len(taps) - 1) // 2, groups=channels)
