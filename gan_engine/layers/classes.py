"""What class an image is of: told to G beside its latent, and to D by projection."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.layers.spectral import first_guess, unit_weight

CODE = 64
"""How many numbers a class is for G."""


class ClassCode(nn.Module):
    """A few learned numbers for each class: labels (N,), or shares of each class (N, K) -> (N, F)."""

    label: ClassVar[str] = "Numbers for each class"

    def __init__(self, classes: int, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(classes, size))

    def forward(self, labels_N: Tensor | None) -> Tensor:
        return looked_up(self.weight, labels_N)


class ClassFeatures(nn.Module):
    """What a class adds to what a dense layer makes of the latent: (N,) -> (N, F).

    The sum is what the layer would make of latent and code side by side.
    """

    label: ClassVar[str] = "Class, dense layer"

    def __init__(self, classes: int, features: int) -> None:
        super().__init__()
        self.code = ClassCode(classes, CODE)
        self.dense = nn.Linear(CODE, features, bias=False)

    def forward(self, labels_N: Tensor | None) -> Tensor:
        out: Tensor = self.dense(self.code(labels_N))
        return out


class Projection(nn.Module):
    """How well features suit a class, for D's logit: (N, F), (N,) -> (N,); maps keep their places.

    Source: arXiv:1802.05637. `weights` says how they are held: as they are, at spectral norm one,
    or equalized (of size one, scaled when used).
    """

    label: ClassVar[str] = "Projection on the class"
    u: Tensor

    def __init__(
        self,
        classes: int,
        features: int,
        weights: Literal["plain", "spectral", "equalized"] = "plain",
    ) -> None:
        super().__init__()
        scale = 1 / math.sqrt(features)
        self.spectral = weights == "spectral"
        self.scale = scale if weights == "equalized" else 1.0
        size = 1.0 if weights == "equalized" else scale
        self.weight = nn.Parameter(torch.randn(classes, features) * size)
        if self.spectral:
            self.register_buffer("u", first_guess(self.weight))

    def forward(self, x: Tensor, labels_N: Tensor | None) -> Tensor:
        weight = self.weight * self.scale
        if self.spectral:
            weight = unit_weight(self.weight, self.u, self.training)
        own = looked_up(weight, labels_N)
        own = own.reshape(*own.shape, *(1 for _ in range(x.ndim - 2)))
        return (x * own).sum(1, keepdim=x.ndim == 4)


def looked_up(table_KF: Tensor, labels_N: Tensor | None) -> Tensor:
    """Return each label's row; for shares of each class (N, K), the rows' mix.

    Raises:
        ValueError: There are no labels; these networks cannot do without.
    """
    if labels_N is None:
        raise ValueError("these networks were made for classes: give them labels")
    if labels_N.is_floating_point():
        return labels_N @ table_KF
    return F.embedding(labels_N, table_KF)
