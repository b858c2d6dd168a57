"""The end of a D: from a map of features to one logit an image, or a map of logits."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.layers.classes import Projection
from gan_engine.layers.precision import in_full
from gan_engine.layers.spectral import SpectralConv2d, SpectralLinear

HeadKind = Literal["dense", "sum", "patch"]
HEAD_NAMES: dict[HeadKind, str] = {"dense": "Dense", "sum": "Global sum", "patch": "Patch map"}


def make_head(
    kind: HeadKind,
    channels: int,
    size: tuple[int, int],
    *,
    hidden: int = 0,
    spectral: bool = False,
    bias: bool = True,
    classes: int = 0,
) -> nn.Module:
    """Return the head of a D whose last map has `channels` at `size` (height, width).

    Args:
        kind: What it does with places.
        hidden: For a dense head, how wide the layer before the logit is; 0 is none.
        spectral: Whether its weights have spectral norm one.
        bias: Whether a logit has one.
        classes: How many classes of images there are; with them the head is called with labels too.
    """
    features = channels * size[0] * size[1] if kind == "dense" else channels
    judged = hidden if kind == "dense" and hidden else features
    weights: Literal["plain", "spectral"] = "spectral" if spectral else "plain"
    suits = Projection(classes, judged, weights) if classes else None
    if kind == "dense":
        return DenseHead(features, hidden, spectral, bias, suits)
    if kind == "sum":
        return SumHead(channels, spectral, bias, suits)
    return PatchHead(channels, spectral, bias, suits)


class DenseHead(nn.Module):
    """Every feature at every place has a weight of its own: (N, C, H, W) -> (N,)."""

    label: ClassVar[str] = "Dense head"

    def __init__(
        self, features: int, hidden: int, spectral: bool, bias: bool, classes: Projection | None
    ) -> None:
        super().__init__()
        dense = SpectralLinear if spectral else nn.Linear
        self.hidden = dense(features, hidden) if hidden else None
        self.activation = nn.LeakyReLU(0.2) if hidden else None
        self.logit = dense(hidden or features, 1, bias=bias)
        self.classes = classes

    def forward(self, x: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = x.flatten(1)
        if self.hidden is not None and self.activation is not None:
            x = self.activation(self.hidden(x))
        logit = in_full(self.logit, x).flatten()
        return logit if self.classes is None else logit + self.classes(x, labels_N)


class SumHead(nn.Module):
    """A feature counts the same everywhere: (N, C, H, W) -> (N,)."""

    label: ClassVar[str] = "Global sum head"

    def __init__(
        self, channels: int, spectral: bool, bias: bool, classes: Projection | None
    ) -> None:
        super().__init__()
        self.logit = (SpectralLinear if spectral else nn.Linear)(channels, 1, bias=bias)
        self.classes = classes

    def forward(self, x: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = x.sum((2, 3), dtype=torch.float32)
        logit = in_full(self.logit, x).flatten()
        return logit if self.classes is None else logit + self.classes(x, labels_N)


class PatchHead(nn.Module):
    """Each place gets a logit of its own: (N, C, H, W) -> (N, 1, H, W)."""

    label: ClassVar[str] = "Patch head"

    def __init__(
        self, channels: int, spectral: bool, bias: bool, classes: Projection | None
    ) -> None:
        super().__init__()
        self.logit = (SpectralConv2d if spectral else nn.Conv2d)(channels, 1, 1, bias=bias)
        self.classes = classes

    def forward(self, x: Tensor, labels_N: Tensor | None = None) -> Tensor:
        logit = in_full(self.logit, x)
        return logit if self.classes is None else logit + self.classes(x, labels_N)
