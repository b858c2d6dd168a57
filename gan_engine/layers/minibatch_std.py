"""Minibatch standard deviation: tells D how varied a handful of images is."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn


class MinibatchStd(nn.Module):
    """Adds a channel that says how much a group's features differ: (N, C, H, W) -> (N, C+1, H, W).

    Source: arXiv:1710.10196, section 3. A group is 4 images, or what divides the batch.
    """

    label: ClassVar[str] = "Variety of the batch"

    def __init__(self, group: int = 4) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        n, _, height, width = x.shape
        group = max(size for size in range(1, self.group + 1) if n % size == 0)
        apart = x.float().reshape(group, n // group, -1)
        # The small number keeps the root's gradient finite where all images are equal.
        deviation = (apart.var(0, unbiased=False) + 1e-8).sqrt().mean(1)
        channel = deviation.repeat(group).reshape(n, 1, 1, 1).expand(n, 1, height, width)
        return torch.cat([x, channel.to(x.dtype)], 1)
