"""Sliced Wasserstein distance: how far small patches of samples are from those of real images."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

PATCH = 7
SMALLEST = 16
"""Levels of the pyramid below this many pixels say nothing more about texture."""


def sliced_wasserstein(
    real_NCHW: Tensor,
    fake_NCHW: Tensor,
    random: torch.Generator,
    patches: int = 64,
    directions: int = 256,
) -> float:
    """Return the distance between two sets of images, averaged over scales, times 1,000; 0 is the same.

    Source: arXiv:1710.10196, section 5: patches of 7x7 pixels from each level of a Laplacian
    pyramid, normalised per channel, projected on random directions and sorted.

    Args:
        real_NCHW: Real images in [-1, 1].
        fake_NCHW: Samples of the same shape; as many as are compared.
        random: Decides places and directions; the same one gives comparable numbers.
        patches: Patches an image and level.
        directions: Random directions to project on.
    """
    count = min(len(real_NCHW), len(fake_NCHW))
    distances = []
    for real, fake in zip(_pyramid(real_NCHW[:count]), _pyramid(fake_NCHW[:count]), strict=True):
        one, two = (_descriptors(level, patches, random) for level in (real, fake))
        direction_FD = torch.randn(one.shape[1], directions, generator=random)
        direction_FD /= direction_FD.norm(dim=0)
        apart = (one @ direction_FD).sort(0).values - (two @ direction_FD).sort(0).values
        distances.append(apart.abs().mean())
    return float(torch.stack(distances).mean()) * 1000


def _pyramid(images_NCHW: Tensor) -> list[Tensor]:
    """Return the Laplacian pyramid: what each scale adds to the next coarser, then the coarsest."""
    levels, image = [], images_NCHW.float().cpu()
    while min(image.shape[2:]) >= 2 * SMALLEST:
        coarse = F.avg_pool2d(image, 2)
        back = F.interpolate(coarse, size=image.shape[2:], mode="bilinear", align_corners=False)
        levels.append(image - back)
        image = coarse
    return [*levels, image]


def _descriptors(images_NCHW: Tensor, patches: int, random: torch.Generator) -> Tensor:
    """Return randomly placed patches as rows, each channel with mean 0 and variance 1: (P, F)."""
    count, channels, height, width = images_NCHW.shape
    size = min(PATCH, height, width)
    y = torch.randint(height - size + 1, (count, patches, 1, 1), generator=random)
    x = torch.randint(width - size + 1, (count, patches, 1, 1), generator=random)
    rows, columns = y + torch.arange(size)[:, None], x + torch.arange(size)
    picked = images_NCHW[torch.arange(count)[:, None, None, None], :, rows, columns]
    found_PFC = picked.reshape(-1, size * size, channels)
    mean, std = found_PFC.mean((0, 1)), found_PFC.std((0, 1))
    return ((found_PFC - mean) / (std + 1e-8)).flatten(1)
