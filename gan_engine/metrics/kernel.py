"""Kernel distance (KID): whether two sets of features could come from one source, without bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.metrics.features import FeatureMetric

_ENTRIES = 2**24


class Kernel(FeatureMetric):
    """The one to watch on small sets: 0 on average when samples are as good as reals.

    Source: arXiv:1801.01401, on features of a random network instead of Inception's. The estimate
    has no bias, so different numbers of images compare; near 0 it may be slightly negative.
    """

    title: ClassVar[str] = "KID (random features)"
    kind: Literal["kid"] = "kid"
    values: ClassVar[Mapping[str, str]] = {"metric/kid": "KID"}

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        return {"metric/kid": kernel_distance(real, fake)}


def kernel_distance(a_NF: Tensor, b_MF: Tensor) -> float:
    """Return the unbiased squared maximum mean discrepancy with the kernel (x.y / F + 1)^3.

    Source: arXiv:1801.01401, equation 4: a point is never compared with itself.
    """
    a, b = a_NF.double(), b_MF.double()
    n, m = len(a), len(b)
    within_a = (_total(a, a) - float(_cubic(a.square().sum(1), a.shape[1]).sum())) / (n * (n - 1))
    within_b = (_total(b, b) - float(_cubic(b.square().sum(1), b.shape[1]).sum())) / (m * (m - 1))
    return within_a + within_b - 2 * _total(a, b) / (n * m)


def _cubic(product: Tensor, features: int) -> Tensor:
    return (product / features + 1) ** 3


def _total(a_NF: Tensor, b_MF: Tensor) -> float:
    """Return the sum of the kernel over all pairs, some rows at a time."""
    rows = max(1, _ENTRIES // len(b_MF))
    parts = (_cubic(some @ b_MF.T, a_NF.shape[1]).sum() for some in torch.split(a_NF, rows))
    return sum(float(part) for part in parts)
