"""Twice the size and half the size; ways to double a map with a convolution."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.layers.fir import FirDown, FirUp
from gan_engine.layers.layout import layout_of
from gan_engine.layers.spectral import SpectralConv2d, SpectralConvTranspose2d


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


SMOOTH = (1.0, 3.0, 3.0, 1.0)
"""The taps of StyleGAN2's filter: linear interpolation, with little aliasing."""


class SmoothUp(FirUp):
    """Twice the size through the filter [1, 3, 3, 1]."""

    def __init__(self) -> None:
        super().__init__(SMOOTH)


UpKind = Literal["nearest", "bilinear", "smooth", "transposed", "shuffle"]
UP_NAMES: dict[UpKind, str] = {
    "nearest": "Nearest, convolution",
    "bilinear": "Bilinear, convolution",
    "smooth": "Smooth filter, convolution",
    "transposed": "Transposed convolution",
    "shuffle": "Convolution, pixel shuffle",
}


class Doubling(NamedTuple):
    """A convolution that doubles a map, with what comes before and after it."""

    before: nn.Module | None
    conv: nn.Conv2d | nn.ConvTranspose2d
    after: nn.Module | None


def make_doubling(
    kind: UpKind, channels: int, out: int, bias: bool = True, spectral: bool = False
) -> Doubling:
    """Return what doubles a map of `channels` and makes `out` of them.

    Args:
        bias: Whether its convolution adds a number to each channel.
        spectral: Whether its convolution's weight has spectral norm one.
    """
    if kind == "transposed":
        transposed = SpectralConvTranspose2d if spectral else nn.ConvTranspose2d
        return Doubling(None, transposed(channels, out, 4, 2, 1, bias=bias), None)
    conv = SpectralConv2d if spectral else nn.Conv2d
    if kind == "shuffle":
        return Doubling(None, conv(channels, 4 * out, 3, padding=1, bias=bias), nn.PixelShuffle(2))
    befores = {"nearest": NearestUp, "bilinear": BilinearUp, "smooth": SmoothUp}
    return Doubling(befores[kind](), conv(channels, out, 3, padding=1, bias=bias), None)


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
        if layout_of(x) is torch.channels_last:
            # A mean's result lies as it was asked for, whatever it was taken of.
            x_NHWC = x.permute(0, 2, 3, 1).reshape(n, height // 2, 2, width // 2, 2, channels)
            return x_NHWC.mean((2, 4)).permute(0, 3, 1, 2)
        return x.reshape(n, channels, height // 2, 2, width // 2, 2).mean((3, 5))


DownKind = Literal["strided", "average", "smooth"]
DOWN_NAMES: dict[DownKind, str] = {
    "strided": "Strided convolution",
    "average": "Convolution, average",
    "smooth": "Convolution, smooth filter",
}


def make_halving(kind: DownKind) -> nn.Module | None:
    """Return what halves a map behind a convolution; None where the convolution itself does."""
    if kind == "strided":
        return None
    return AverageDown() if kind == "average" else FirDown(SMOOTH)
