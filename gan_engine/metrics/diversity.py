"""Diversity: how different samples are from each other, the alarm for collapse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.metrics.base import Better
from gan_engine.metrics.distances import spread
from gan_engine.metrics.features import FeatureMetric


class Diversity(FeatureMetric):
    """How far samples are from each other, over how far reals are: 0 is one image again and again.

    About 1 is as varied as the reals. It is the first number that falls when G collapses to one
    picture. It says nothing about quality; a dozen different pictures satisfy it: see recall.
    """

    title: ClassVar[str] = "Diversity"
    kind: Literal["diversity"] = "diversity"
    ranks: ClassVar[bool] = False
    better: ClassVar[Better] = "higher"
    values: ClassVar[Mapping[str, str]] = {"metric/diversity": "Diversity"}

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        among_reals = spread(real)
        # Reals that are all the same ask for no variety.
        return {"metric/diversity": spread(fake) / among_reals if among_reals else 1.0}
