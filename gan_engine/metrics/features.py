"""Features of a VGG-like network with fixed random weights: a view of images that needs no download."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.layers.precision import exactly
from gan_engine.metrics.base import Metric, batches, visible

SIDE = 64
"""Images of every size are made this many pixels wide and high, by antialiased bicubic resizing."""

WIDTHS = (16, 32, 64, 128)
SEED = 0
SEEN = 128
"""How many invented pictures decide the scale of each feature."""

_BATCH = 64


class FeatureMetric(Metric):
    """A metric that compares features of a network with fixed random weights."""

    @property
    def lens(self) -> Hashable:
        return "random features"

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        return embed(images_NCHW, device)


class _Network(NamedTuple):
    """The network: its convolutions, two a stage, and what its features are on invented pictures."""

    weights: tuple[Tensor, ...]
    mean_F: Tensor
    std_F: Tensor


def embed(images_NCHW: Tensor, device: torch.device | None = None) -> Tensor:
    """Return features of the images, the same on every machine up to rounding: (N, F) fp32, CPU.

    Random networks serve this purpose in arXiv:2002.09797, section 4.2. Four stages of two 3x3
    convolutions with ReLU, max pooling between them, as in arXiv:1409.1556; He's weights, no
    biases. A feature is the mean or the deviation of a channel over the image, at every stage,
    so that texture counts as much as layout. Features have mean 0 and deviation 1 over invented
    pictures, so that none outweighs the others and numbers do not depend on the user's images.

    Args:
        images_NCHW: Of 1, 3 or 4 channels, the fourth being opacity, which is shown on white.
        device: Where to compute; where the images are, when not given.
    """
    network = _network(str(device or images_NCHW.device))
    rows = [_standard(network, chunk) for chunk in batches(images_NCHW, _BATCH, device)]
    return torch.cat(rows).cpu()


def rgb(images_NCHW: Tensor) -> Tensor:
    """Return images of 1, 3 or 4 channels as colours: (N, 3, H, W)."""
    if images_NCHW.shape[1] == 1:
        return images_NCHW.expand(-1, 3, -1, -1)
    return visible(images_NCHW)[:, :3]


def resized(images_NCHW: Tensor, side: int) -> Tensor:
    """Return the images `side` pixels wide and high, by antialiased bicubic resizing (Pillow's)."""
    if tuple(images_NCHW.shape[2:]) == (side, side):
        return images_NCHW
    return F.interpolate(images_NCHW, size=(side, side), mode="bicubic", antialias=True)


@torch.no_grad()
def _standard(network: _Network, images_NCHW: Tensor) -> Tensor:
    found = _features(network.weights, resized(rgb(images_NCHW), SIDE))
    return (found - network.mean_F) / network.std_F


@torch.no_grad()
def _features(weights: tuple[Tensor, ...], x: Tensor) -> Tensor:
    """Return the mean and the deviation of every channel at the end of every stage: (N, F)."""
    found = list[Tensor]()
    with exactly(x.device), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        for stage in range(len(WIDTHS)):
            x = F.max_pool2d(x, 2) if stage else x
            for weight in weights[2 * stage : 2 * stage + 2]:
                x = F.relu(F.conv2d(x, weight, padding=1))
            found += [x.mean((2, 3)), x.std((2, 3))]
    return torch.cat(found, 1)


@cache
def _network(device: str) -> _Network:
    if device != "cpu":
        weights, mean, std = _network("cpu")
        return _Network(tuple(w.to(device) for w in weights), mean.to(device), std.to(device))
    random = torch.Generator().manual_seed(SEED)
    channels, drawn = 3, list[Tensor]()
    for width in WIDTHS:
        for inside in (channels, width):
            weight = torch.randn(width, inside, 3, 3, generator=random)
            drawn.append(weight * (2 / (9 * inside)) ** 0.5)
        channels = width
    weights = tuple(drawn)
    seen = [_features(weights, chunk) for chunk in torch.split(_invented(random), _BATCH)]
    found = torch.cat(seen)
    return _Network(weights, found.mean(0), found.std(0) + 1e-6)


def _invented(random: torch.Generator) -> Tensor:
    """Return pictures whose detail falls with its fineness, as it does in photographs."""
    pictures, grid = torch.zeros(SEEN, 3, SIDE, SIDE), 2
    while grid <= SIDE:
        detail = torch.randn(SEEN, 3, grid, grid, generator=random) / (2 * grid) ** 0.5
        pictures += F.interpolate(detail, size=(SIDE, SIDE), mode="bicubic")
        grid *= 2
    return pictures.clamp(-1, 1)
