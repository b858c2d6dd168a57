"""Hinge loss: D stops learning from images it already judges by a margin."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch.nn.functional as F
from torch import Tensor

from gan_engine.losses.base import AdversarialLoss
from gan_engine.schema import option


class Hinge(AdversarialLoss):
    """D stops learning from images it already judges by a margin. Sources: arXiv:1705.02894, 1802.05957.

    The companion of spectral norm in SNGAN, SAGAN and BigGAN.
    """

    title: ClassVar[str] = "Hinge"
    kind: Literal["hinge"] = "hinge"
    margin: float = option(
        1.0, ge=0.1, le=10.0, live=True, help="How far apart scores go before D is content."
    )

    def d_real(self, score: Tensor) -> Tensor:
        return F.relu(self.margin - score)

    def d_fake(self, score: Tensor) -> Tensor:
        return F.relu(self.margin + score)

    def g_fake(self, score: Tensor) -> Tensor:
        return -score

    def formula(self) -> tuple[str, str]:
        d = "L<sub>D</sub> = E[max(0, m − D(x))] + E[max(0, m + D(G(z)))]"
        return d, "L<sub>G</sub> = −E[D(G(z))]"
