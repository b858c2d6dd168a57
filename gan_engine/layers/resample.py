"""Twice the size and half the size, without weights."""

from __future__ import annotations

from typing import ClassVar

import torch.nn.functional as F
from torch import Tensor, nn


class NearestUp(nn.Module):
    """Each pixel becomes 2 x 2 equal ones: (N, C, H, W) -> (N, C, 2H, 2W)."""

    label: ClassVar[str] = "Nearest ×2"

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=2.0, mode="nearest")


class AverageDown(nn.Module):
    """2 x 2 pixels become their mean: (N, C, 2H, 2W) -> (N, C, H, W)."""

    label: ClassVar[str] = "Average ÷2"
    kernel_size = stride = (2, 2)

    def forward(self, x: Tensor) -> Tensor:
        n, channels, height, width = x.shape
        # avg_pool2d's backward is slow in channels_last; a mean's is a copy in any layout.
        return x.reshape(n, channels, height // 2, 2, width // 2, 2).mean((3, 5))
