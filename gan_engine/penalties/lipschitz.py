"""Slopes held at one: between reals and fakes (WGAN-GP) or around the reals (DRAGAN)."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.penalties.base import Penalty, Scene, slope, strength
from gan_engine.schema import Varying, option


class GradientPenalty(Penalty):
    """D's slope is held at one on lines between reals and fakes: what the Wasserstein loss asks for.

    Adds lambda E(||grad D|| - 1)^2. Source: arXiv:1704.00028. One-sided, slopes below one are free.
    """

    title: ClassVar[str] = "Gradient penalty"
    kind: Literal["gradient_penalty"] = "gradient_penalty"
    slopes: ClassVar[bool] = True
    couples: ClassVar[str] = (
        "The gradient penalty judges each image by itself; batch norm in D mixes them."
    )
    weight: Varying = strength(10.0, "Lambda", help="10 suits most sizes.")
    one_sided: bool = option(False, help="Let slopes below one be.")

    def term(self, scene: Scene) -> Tensor:
        real, fake = scene.real_NCHW, scene.fake_NCHW
        mix_N111 = torch.rand(len(real), 1, 1, 1, device=real.device, generator=scene.random)
        excess_N = _root(slope(scene.critic, torch.lerp(real, fake, mix_N111))) - 1
        return (F.relu(excess_N) if self.one_sided else excess_N).square().mean()


class Dragan(Penalty):
    """D's slope is held at one around the real images: for losses that are not Wasserstein's.

    Adds lambda E(||grad D(x + noise)|| - 1)^2, the noise up to half the images' spread. Source:
    arXiv:1705.07215.
    """

    title: ClassVar[str] = "DRAGAN"
    kind: Literal["dragan"] = "dragan"
    slopes: ClassVar[bool] = True
    couples: ClassVar[str] = "DRAGAN judges each image by itself; batch norm in D mixes them."
    weight: Varying = strength(10.0, "Lambda", help="10 suits most sizes.")

    def term(self, scene: Scene) -> Tensor:
        real = scene.real_NCHW
        noise = torch.rand(real.shape, device=real.device, generator=scene.random)
        around = real + 0.5 * real.std() * noise
        return (_root(slope(scene.critic, around)) - 1).square().mean()


def _root(squared_N: Tensor) -> Tensor:
    """Return square roots whose gradient stays finite at zero."""
    return (squared_N + 1e-12).sqrt()
