"""Equalized layers: weights of size one, scaled when used, so that Adam moves all of them alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.layers.folding import fold, folding


class GainedLeakyReLU(nn.Module):
    """Leaky ReLU 0.2 that keeps the size of a signal: times sqrt 2."""

    label: ClassVar[str] = "Leaky ReLU 0.2 × √2"

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu(x, 0.2) * math.sqrt(2)


class EqualLinear(nn.Module):
    """A dense layer: (N, F) -> (N, out). Source: arXiv:1710.10196, section 4.1.

    Args:
        features, out: How many numbers go in and come out.
        pace: How fast it learns, compared with other layers.
        bias: What every output starts with.
    """

    def __init__(self, features: int, out: int, pace: float = 1.0, bias: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out, features) / pace)
        self.bias = nn.Parameter(torch.full((out,), bias / pace))
        self.pace, self.scale = pace, pace / math.sqrt(features)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.scale, self.bias * self.pace)


class EqualConv2d(nn.Module):
    """A square convolution, halving when it has `taps`: (N, C, H, W) -> (N, out, H, W).

    The filter that halves is folded into the weight: one convolution instead of two passes.
    """

    matrix: Tensor

    def __init__(
        self, channels: int, out: int, kernel: int, bias: bool = True, taps: Sequence[float] = ()
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out, channels, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(out)) if bias else None
        self.scale = 1 / math.sqrt(channels * kernel**2)
        self.halves = bool(taps)
        if taps:
            self.register_buffer("matrix", folding(kernel, taps, 1.0), persistent=False)
        whole = kernel + max(0, len(taps) - 1)
        self.kernel_size, self.stride = (whole, whole), (2, 2) if taps else (1, 1)
        # Centred: an odd filter on a pixel, an even one between two.
        self.padding = (whole - 1) // 2

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight * self.scale
        if self.halves:
            weight = fold(weight, self.matrix)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)
