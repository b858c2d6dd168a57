"""Fréchet distance: how far two clouds of features are apart, taken as Gaussians."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.metrics.features import FeatureMetric


class Frechet(FeatureMetric):
    """FID's formula on a random network: falls as samples get the reals' look and variety.

    Source: arXiv:1706.08500. Not comparable with a published FID, which needs Inception's weights.
    Few images make it larger than it is, so compare only runs that were measured with as many;
    KID has no such bias.
    """

    title: ClassVar[str] = "Fréchet distance (random features)"
    kind: Literal["frechet"] = "frechet"
    values: ClassVar[Mapping[str, str]] = {"metric/frechet": "Fréchet distance"}

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        return {"metric/frechet": frechet_distance(*moments(real), *moments(fake))}


def moments(features_NF: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean (F,) and the covariance (F, F) of features, in fp64."""
    features = features_NF.double()
    centred = features - features.mean(0)
    return features.mean(0), centred.T @ centred / (len(features) - 1)


def frechet_distance(
    mean_a_F: Tensor, covariance_a_FF: Tensor, mean_b_F: Tensor, covariance_b_FF: Tensor
) -> float:
    """Return the squared Fréchet distance of two Gaussians, at least 0.

    |m - n|^2 + tr(A + B - 2 (A B)^1/2). The trace of the last root is that of
    (A^1/2 B A^1/2)^1/2, which is symmetric: its eigenvalues are real and found exactly, also for
    covariances without full rank, where a general matrix root drifts into complex numbers.
    """
    m, a, n, b = (x.double() for x in (mean_a_F, covariance_a_FF, mean_b_F, covariance_b_FF))
    values, vectors = torch.linalg.eigh(a)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    inner = root @ b @ root
    overlap = torch.linalg.eigvalsh((inner + inner.T) / 2).clamp(min=0).sqrt().sum()
    apart = (m - n).square().sum() + a.trace() + b.trace() - 2 * overlap
    return max(0.0, float(apart))
