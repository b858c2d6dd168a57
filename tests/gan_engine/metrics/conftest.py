"""Real pictures for metrics to judge, and what can go wrong with samples of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine import paths
from gan_engine.imaging import ImageShape, decode


@pytest.fixture(scope="session")
def pictures() -> Tensor:
    """The built-in images as a run would see them, shuffled: (N, 3, 32, 32) in [-1, 1]."""
    files = sorted(paths.builtin_images().rglob("*.webp"))
    pixels = np.stack([decode(path, ImageShape(32, 32, 3)) for path in files])
    order = torch.randperm(len(files), generator=dice())
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)[order].float() / 127.5 - 1


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def blurred(images: Tensor) -> Tensor:
    """Each pixel takes a third of what is around it."""
    return images * 2 / 3 + F.avg_pool2d(images, 3, 1, 1, count_include_pad=False) / 3


def noisy(images: Tensor, strength: float) -> Tensor:
    return (images + strength * torch.randn(images.shape, generator=dice(5))).clamp(-1, 1)
