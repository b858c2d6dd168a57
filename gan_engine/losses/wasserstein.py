"""Wasserstein loss: D measures a distance between real and generated instead of classifying."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from gan_engine.losses.base import AdversarialLoss


class Wasserstein(AdversarialLoss):
    """D is a critic: its mean difference estimates how far the samples are from the images.

    Source: arXiv:1701.07875. Holds only while D cannot grow steep: use it with the gradient penalty
    or spectral norm, and several D steps per G step.
    """

    title: ClassVar[str] = "Wasserstein"
    kind: Literal["wasserstein"] = "wasserstein"
    relative: ClassVar[str] = (
        "The Wasserstein loss is a difference of scores already: pairing would change nothing."
    )

    def d_real(self, score: Tensor) -> Tensor:
        return -score

    def d_fake(self, score: Tensor) -> Tensor:
        return score

    def g_fake(self, score: Tensor) -> Tensor:
        return -score

    def surety(self, real: Tensor, fake: Tensor) -> Tensor:
        return real - fake.mean()  # a critic's scores may drift: they have no zero

    def formula(self) -> tuple[str, str]:
        return "L<sub>D</sub> = E[D(G(z))] − E[D(x)]", "L<sub>G</sub> = −E[D(G(z))]"
