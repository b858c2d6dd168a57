"""Least-squares loss: pull scores to targets instead of classifying them (LSGAN)."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from gan_engine.losses.base import AdversarialLoss
from gan_engine.schema import option


class LeastSquares(AdversarialLoss):
    """Scores are pulled to targets; a fake far on the right side still pulls, so gradients last.

    Source: arXiv:1611.04076. D = 1/2 E(D(x) - b)^2 + 1/2 E(D(G(z)) - a)^2, G = 1/2 E(D(G(z)) - c)^2.
    Known triples (a, b, c): 0 1 1, -1 1 0, -1 1 1. The tutorial's single formula
    1/2[(D(G(z)) - b)^2 + (1 - D(x))^2] is D's loss here, with its b as the fake target.
    """

    title: ClassVar[str] = "Least squares"
    kind: Literal["least_squares"] = "least_squares"
    fake_target: float = option(
        0.0,
        ge=-2,
        le=2,
        live=True,
        label="Fake target a",
        help="The score D should give a fake; the tutorial's b.",
    )
    real_target: float = option(
        1.0,
        ge=-2,
        le=2,
        live=True,
        label="Real target b",
        help="The score D should give a real image.",
    )
    wanted_target: float = option(
        1.0,
        ge=-2,
        le=2,
        live=True,
        label="G's target c",
        help="The score G wants for its own images.",
    )

    def d_real(self, score: Tensor) -> Tensor:
        return (score - self.real_target) ** 2 / 2

    def d_fake(self, score: Tensor) -> Tensor:
        return (score - self.fake_target) ** 2 / 2

    def g_fake(self, score: Tensor) -> Tensor:
        return (score - self.wanted_target) ** 2 / 2

    def surety(self, real: Tensor, fake: Tensor) -> Tensor:
        if self.pairing != "each":
            return super().surety(real, fake)
        undecided = (self.real_target + self.fake_target) / 2
        return (real - undecided) * (self.real_target - self.fake_target)

    def formula(self) -> tuple[str, str]:
        d = "L<sub>D</sub> = ½ E[(D(x) − b)²] + ½ E[(D(G(z)) − a)²]"
        return d, "L<sub>G</sub> = ½ E[(D(G(z)) − c)²]"
