"""What every penalty is: a term that D's loss gains every so many steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import torch
from torch import Tensor

from gan_engine.schema import Part, Varying, option

Critic = Callable[[Tensor], Tensor]
"""D as a function: images (N, C, H, W) in [-1, 1] -> scores (N,) or (N, 1, H, W)."""


class Penalty(Part):
    """A term added to D's loss; computed in fp32, every `interval` steps, `interval` times as strong."""

    kind: str
    couples: ClassVar[str] = ""
    """Why D may not couple the images of a batch (batch norm) under this penalty; empty when it may."""

    weight: Varying = option(
        1.0, ge=0, le=10_000, live=True, scale="log", help="How strongly it counts."
    )
    interval: int = option(
        1,
        ge=1,
        le=64,
        unit="steps",
        advanced=True,
        help="Compute it only every so many steps; saves time, and is made up for by its strength.",
    )

    def term(
        self, critic: Critic, real_NCHW: Tensor, fake_NCHW: Tensor, random: torch.Generator
    ) -> Tensor:
        """Return the penalty before its weight, a differentiable scalar at least 0.

        Args:
            critic: D, without autocast.
            real_NCHW: What D was shown, in [-1, 1]; detached.
            fake_NCHW: Generated images of the same shape; detached.
            random: Where random numbers come from.
        """
        raise NotImplementedError


def slope(critic: Critic, images_NCHW: Tensor) -> Tensor:
    """Return how steeply D's scores change with its input, squared, image by image: (N,).

    The scores of a patch map are summed over the map; differentiable once more.
    """
    images = images_NCHW.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(images).sum(), images, create_graph=True)
    return gradient.square().flatten(1).sum(1)
