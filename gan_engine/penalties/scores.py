"""Penalties on D's scores themselves: drift keeps them near zero, LeCam near their averages."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.penalties.base import Penalty, Scene, strength
from gan_engine.schema import Varying, option


class Drift(Penalty):
    """Scores of reals may not drift far from zero; keeps a Wasserstein critic's scale in place.

    Adds epsilon E[D(x)^2]. Source: arXiv:1710.10196.
    """

    title: ClassVar[str] = "Drift"
    kind: Literal["drift"] = "drift"
    weight: Varying = strength(0.001, "Epsilon", help="A thousandth is enough.")

    def term(self, scene: Scene) -> Tensor:
        return scene.real_scores.square().mean()


class LeCam(Penalty):
    """Scores may not leave the moving average of the other side's: for few images.

    Adds lambda (E[relu(D(x) - a_F)^2] + E[relu(a_R - D(G(z)))^2]), a the averages of past scores.
    Source: arXiv:2104.03310. The paper's formula charges scores on both sides of an average; here, as
    in its authors' program, only those beyond it pay. Averages begin at 0.
    """

    title: ClassVar[str] = "LeCam"
    kind: Literal["lecam"] = "lecam"
    weight: Varying = strength(0.3, "Lambda", help="0.01 to 0.3 for few images.")
    decay: float = option(0.99, ge=0, lt=1, advanced=True, help="How long past scores count.")

    def memory(self) -> dict[str, float]:
        return {"real": 0.0, "fake": 0.0}

    def term(self, scene: Scene) -> Tensor:
        memory = scene.memory
        with torch.no_grad():
            memory["real"].lerp_(scene.real_scores.mean(), scene.pace(1 - self.decay))
            memory["fake"].lerp_(scene.fake_scores.mean(), scene.pace(1 - self.decay))
        over = F.relu(scene.real_scores - memory["fake"].clone()).square().mean()
        return over + F.relu(memory["real"].clone() - scene.fake_scores).square().mean()
