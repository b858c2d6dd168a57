"""Sliced Wasserstein distance: how far small patches of samples are from those of real images."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.metrics.base import Metric, batches, visible
from gan_engine.schema import option

PATCH = 7
SMALLEST = 16
"""Levels of the pyramid below this many pixels say nothing more about texture."""

MOST = 2**17
"""How many patches of a level are compared at most, so that memory stays bounded."""

_BATCH = 64


class SlicedWasserstein(Metric):
    """Whether samples have the reals' textures, from fine to coarse; needs no network at all.

    Source: arXiv:1710.10196. It judges patches of 7x7 pixels, not whole pictures: a wrong layout
    of right textures passes. It falls with the number of images compared, whatever they are: only
    numbers of equally many tell runs apart. Not comparable with published ones: the paper halves
    images through a wider filter and takes more patches.
    """

    title: ClassVar[str] = "Sliced Wasserstein distance"
    kind: Literal["sliced_wasserstein"] = "sliced_wasserstein"
    values: ClassVar[Mapping[str, str]] = {
        "metric/sliced_wasserstein": "Sliced Wasserstein distance ×1000"
    }
    patches: int = option(
        16, ge=1, le=128, advanced=True, help="Patches an image and scale; more is more exact."
    )
    directions: int = option(
        128, ge=8, le=1024, advanced=True, help="Random directions; more is more exact."
    )

    @property
    def lens(self) -> Hashable:
        return "pixels"

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        return images_NCHW.cpu()

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        patches = max(1, min(self.patches, MOST // min(len(real), len(fake))))
        found = sliced_wasserstein(real, fake, random, patches, self.directions)
        return {"metric/sliced_wasserstein": found}


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
        real_NCHW: Real images, floats in [-1, 1] or uint8.
        fake_NCHW: Samples of the same shape; as many as are compared.
        random: Decides places and directions; the same one gives comparable numbers.
        patches: Patches an image and level.
        directions: Random directions to project on.
    """
    count = min(len(real_NCHW), len(fake_NCHW))
    sides, distances = (real_NCHW[:count], fake_NCHW[:count]), list[Tensor]()
    for level in range(_levels(real_NCHW)):
        one, two = (_descriptors(side, level, patches, random) for side in sides)
        direction_FD = torch.randn(one.shape[1], directions, generator=random)
        direction_FD /= direction_FD.norm(dim=0)
        # A few directions at a time: sorting takes three times the memory of what is sorted.
        parts = [
            ((some @ one.T).sort(1).values - (some @ two.T).sort(1).values).abs().mean(1)
            for some in torch.split(direction_FD.T, 64)
        ]
        distances.append(torch.cat(parts).mean())
    return float(torch.stack(distances).mean()) * 1000


def _levels(images_NCHW: Tensor) -> int:
    """Return how many levels the pyramid has; the coarsest is the image itself, made small."""
    side, levels = min(images_NCHW.shape[2:]), 1
    while side >= 2 * SMALLEST:
        side, levels = side // 2, levels + 1
    return levels


def _level(images_NCHW: Tensor, level: int) -> Tensor:
    """Return one level of the Laplacian pyramid: what a scale adds to the next coarser, or the coarsest."""
    image = images_NCHW
    for _ in range(level):
        image = F.avg_pool2d(image, 2)
    if min(image.shape[2:]) < 2 * SMALLEST:
        return image
    coarse = F.avg_pool2d(image, 2)
    return image - F.interpolate(coarse, size=image.shape[2:], mode="bilinear", align_corners=False)


def _descriptors(images_NCHW: Tensor, level: int, patches: int, random: torch.Generator) -> Tensor:
    """Return randomly placed patches as rows, each channel with mean 0 and variance 1: (P, F)."""
    count, channels, height, width = images_NCHW.shape
    height, width = height >> level, width >> level
    size = min(PATCH, height, width)
    y = torch.randint(height - size + 1, (count, patches, 1, 1), generator=random)
    x = torch.randint(width - size + 1, (count, patches, 1, 1), generator=random)
    rows, columns = y + torch.arange(size)[:, None], x + torch.arange(size)
    picked, start = list[Tensor](), 0
    for chunk in batches(images_NCHW, _BATCH, torch.device("cpu")):
        here = slice(start, start + len(chunk))
        each = torch.arange(len(chunk))[:, None, None, None]
        picked.append(_level(visible(chunk), level)[each, :, rows[here], columns[here]])
        start += len(chunk)
    found_PFC = torch.cat(picked).reshape(-1, size * size, channels)
    mean, std = found_PFC.mean((0, 1)), found_PFC.std((0, 1))
    return ((found_PFC - mean) / (std + 1e-8)).flatten(1)
