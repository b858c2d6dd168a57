"""Gradient penalty: D's slope is held at one between reals and fakes (WGAN-GP)."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.penalties.base import Critic, Penalty, slope
from gan_engine.schema import Varying, option


class GradientPenalty(Penalty):
    """D's slope is held at one on lines between reals and fakes: what the Wasserstein loss asks for.

    Adds lambda E(||grad D|| - 1)^2. Source: arXiv:1704.00028. One-sided, slopes below one are free.
    """

    title: ClassVar[str] = "Gradient penalty"
    kind: Literal["gradient_penalty"] = "gradient_penalty"
    couples: ClassVar[str] = (
        "The gradient penalty judges each image by itself; batch norm in D mixes them."
    )
    weight: Varying = option(
        10.0, ge=0, le=10_000, live=True, scale="log", label="Lambda", help="10 suits most sizes."
    )
    one_sided: bool = option(False, help="Let slopes below one be.")

    def term(
        self, critic: Critic, real_NCHW: Tensor, fake_NCHW: Tensor, random: torch.Generator
    ) -> Tensor:
        mix_N111 = torch.rand(len(real_NCHW), 1, 1, 1, device=real_NCHW.device, generator=random)
        between = torch.lerp(real_NCHW, fake_NCHW, mix_N111)
        # The small number keeps the root's gradient finite where the slope is zero.
        excess_N = (slope(critic, between) + 1e-12).sqrt() - 1
        return (F.relu(excess_N) if self.one_sided else excess_N).square().mean()
