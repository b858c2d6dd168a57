"""Skip-layer excitation: a small map decides which channels of a much larger one count."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from gan_engine.layers.spectral import SpectralConv2d

PLACES = 4
"""The small map is averaged to so many places a side."""


class SkipExcite(nn.Module):
    """Each channel of the large map times a share between 0 and 1: (N, C, h, w), (N, F, H, W) -> same.

    Source: arXiv:2101.04775, equation 1. It is a short way from G's first layers to its last, for
    content as well as for gradients.
    """

    label: ClassVar[str] = "Skip-layer excitation"

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.squeeze = SpectralConv2d(channels, out, PLACES, bias=False)
        self.activation = nn.LeakyReLU(0.1)
        self.weigh = SpectralConv2d(out, out, 1, bias=False)
        self.share = nn.Sigmoid()

    def forward(self, small_NCHW: Tensor, large_NCHW: Tensor) -> Tensor:
        pooled = nn.functional.adaptive_avg_pool2d(small_NCHW, PLACES)
        # In fp32: in bf16 a share of almost one is one, and would never change again.
        share = self.share(self.weigh(self.activation(self.squeeze(pooled))).float())
        out: Tensor = large_NCHW * share.to(large_NCHW.dtype)
        return out
