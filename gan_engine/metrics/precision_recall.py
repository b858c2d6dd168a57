"""Precision, recall, density and coverage: good pictures and all kinds of them, told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.metrics.base import Better
from gan_engine.metrics.distances import blocks, radii
from gan_engine.metrics.features import FeatureMetric
from gan_engine.schema import option


class PrecisionRecall(FeatureMetric):
    """Which share of samples looks real (precision), which share of reals is reached (recall).

    Source: arXiv:1904.06991. A set's region is the union of balls around its points, each as wide
    as to the k-th nearest point of the same set. High precision with low recall is collapse.
    """

    title: ClassVar[str] = "Precision and recall"
    kind: Literal["precision_recall"] = "precision_recall"
    better: ClassVar[Better] = "higher"
    values: ClassVar[Mapping[str, str]] = {
        "metric/precision": "Precision",
        "metric/recall": "Recall",
    }
    neighbours: int = option(
        3,
        ge=1,
        le=50,
        advanced=True,
        help="How many neighbours decide how wide a ball is; the paper's is 3.",
    )

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        precision, recall = precision_recall(real, fake, self.neighbours)
        return {"metric/precision": precision, "metric/recall": recall}


class DensityCoverage(FeatureMetric):
    """Like precision and recall, but one odd real image cannot make bad samples look good.

    Source: arXiv:2002.09797. Density: in how many reals' balls a sample lies, against the expected
    number; it may exceed 1. Coverage: the share of reals with a sample in their ball.
    """

    title: ClassVar[str] = "Density and coverage"
    kind: Literal["density_coverage"] = "density_coverage"
    better: ClassVar[Better] = "higher"
    values: ClassVar[Mapping[str, str]] = {
        "metric/coverage": "Coverage",
        "metric/density": "Density",
    }
    neighbours: int = option(
        5,
        ge=1,
        le=50,
        advanced=True,
        help="How many neighbours decide how wide a ball is; the paper's is 5.",
    )

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        density, coverage = density_coverage(real, fake, self.neighbours)
        return {"metric/coverage": coverage, "metric/density": density}


def precision_recall(real_NF: Tensor, fake_MF: Tensor, neighbours: int) -> tuple[float, float]:
    """Return the share of fakes in the reals' region and of reals in the fakes' region."""
    return _share_inside(fake_MF, real_NF, neighbours), _share_inside(real_NF, fake_MF, neighbours)


def density_coverage(real_NF: Tensor, fake_MF: Tensor, neighbours: int) -> tuple[float, float]:
    """Return how many reals' balls a fake lies in over `neighbours`, and the share of balls reached."""
    rank = min(neighbours, len(real_NF) - 1)
    radius_N = radii(real_NF, rank)
    inside, reached = 0, 0
    for start, apart in blocks(real_NF, fake_MF):
        within = apart <= radius_N[start : start + len(apart), None]
        inside += int(within.sum())
        reached += int(within.any(1).sum())
    return inside / (rank * len(fake_MF)), reached / len(real_NF)


def _share_inside(points_NF: Tensor, region_MF: Tensor, neighbours: int) -> float:
    radius_M = radii(region_MF, neighbours)
    inside = sum(int((apart <= radius_M).any(1).sum()) for _, apart in blocks(points_NF, region_MF))
    return inside / len(points_NF)
