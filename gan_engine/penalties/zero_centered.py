"""R1 and R2: D may not be steep at the real images (R1) or at the generated ones (R2)."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor

from gan_engine.penalties.base import Penalty, Scene, slope, strength
from gan_engine.schema import Varying


class R1(Penalty):
    """D may not be steep at the real images; the most dependable way to keep training stable.

    Adds gamma/2 E||grad D(x)||^2. Source: arXiv:1801.04406. Raise gamma (double it) when training
    swings or D wins; lower it when samples stay blurred.
    """

    title: ClassVar[str] = "R1"
    kind: Literal["r1"] = "r1"
    slopes: ClassVar[bool] = True
    weight: Varying = strength(
        1.0, "Gamma", help="Double it when training swings, halve it when samples stay blurred."
    )

    def term(self, scene: Scene) -> Tensor:
        return slope(scene.critic, scene.real_NCHW).mean() / 2


class R2(Penalty):
    """D may not be steep at the generated images either; R3GAN uses it beside R1.

    Adds gamma/2 E||grad D(G(z))||^2. Sources: arXiv:1801.04406, arXiv:2501.05441.
    """

    title: ClassVar[str] = "R2"
    kind: Literal["r2"] = "r2"
    slopes: ClassVar[bool] = True
    weight: Varying = strength(1.0, "Gamma", help="Usually the same as R1's.")

    def term(self, scene: Scene) -> Tensor:
        return slope(scene.critic, scene.fake_NCHW).mean() / 2
