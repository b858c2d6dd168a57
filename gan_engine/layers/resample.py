"""Twice the size and half the size; ways to double a map with a convolution."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn


class NearestUp(nn.Module):
    """Each pixel becomes 2 x 2 equal ones: (N, C, H, W) -> (N, C, 2H, 2W)."""

    label: ClassVar[str] = "Nearest ×2"

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=2.0, mode="nearest")


class BilinearUp(nn.Module):
    """Twice the size, smoothly: (N, C, H, W) -> (N, C, 2H, 2W)."""

    label: ClassVar[str] = "Bilinear ×2"

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


UpKind = Literal["nearest", "bilinear", "transposed", "shuffle"]
UP_NAMES: dict[UpKind, str] = {
    "nearest": "Nearest, convolution",
    "bilinear": "Bilinear, convolution",
    "transposed": "Transposed convolution",
    "shuffle": "Convolution, pixel shuffle",
}


class Doubling(NamedTuple):
    """A convolution that doubles a map, with what comes before and after it."""

    before: nn.Module | None
    conv: nn.Conv2d | nn.ConvTranspose2d
    after: nn.Module | None


def make_doubling(kind: UpKind, channels: int, out: int, bias: bool = True) -> Doubling:
    """Return what doubles a map of `channels` and makes `out` of them."""
    if kind == "transposed":
        return Doubling(None, nn.ConvTranspose2d(channels, out, 4, 2, 1, bias=bias), None)
    if kind == "shuffle":
        conv = nn.Conv2d(channels, 4 * out, 3, padding=1, bias=bias)
        return Doubling(None, conv, nn.PixelShuffle(2))
    before = NearestUp() if kind == "nearest" else BilinearUp()
    return Doubling(before, nn.Conv2d(channels, out, 3, padding=1, bias=bias), None)


def draw_transposed(conv: nn.ConvTranspose2d, gain: float) -> None:
    """Draw the weights of a convolution that doubles, so that signals change their size by `gain`.

    With stride 2 a place is made of a quarter of the filter's places.
    """
    taps = conv.in_channels * math.prod(conv.kernel_size) / math.prod(conv.stride)
    nn.init.normal_(conv.weight, 0.0, gain / math.sqrt(taps))
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)


class AverageDown(nn.Module):
    """2 x 2 pixels become their mean: (N, C, 2H, 2W) -> (N, C, H, W)."""

    label: ClassVar[str] = "Average ÷2"
    kernel_size = stride = (2, 2)

    def forward(self, x: Tensor) -> Tensor:
        n, channels, height, width = x.shape
        # avg_pool2d's backward is slow in channels_last; a mean's is a copy in any layout.
        return x.reshape(n, channels, height // 2, 2, width // 2, 2).mean((3, 5))
