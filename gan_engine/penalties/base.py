"""What every penalty is: a term that D's or G's loss gains every so many steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.layers.twice import twice
from gan_engine.schema import Part, Varying, option

Critic = Callable[[Tensor], Tensor]
"""D as a function: images (N, C, H, W) in [-1, 1] -> scores (N,) or (N, 1, H, W)."""


@dataclass(frozen=True)
class Scene:
    """What a penalty may look at in one update: images and scores in fp32.

    In D's update images are detached and scores are differentiable in D's weights. In G's, D is
    frozen, `fake_NCHW` and `fake_scores` are differentiable in G's weights. With classes, the real
    and the fake at one place have one label, and `critic` takes the label of an image's place.
    Of pairs the real is what the fake at its place should be, `critic` is told of their source.
    A batch that is too much at once comes in equal parts; `share` is which share of it this is.
    """

    critic: Critic
    real_NCHW: Tensor
    fake_NCHW: Tensor
    real_scores: Tensor
    fake_scores: Tensor
    random: torch.Generator
    memory: Mapping[str, Tensor] = field(default_factory=dict)
    discriminator: nn.Module | None = None
    generator: nn.Module | None = None
    latents_NZ: Tensor | None = None
    labels_N: Tensor | None = None
    share: float = 1.0

    def pace(self, batch: float) -> float:
        """Return how far an average moves here that moves by `batch` (0 to 1) in a whole batch."""
        return batch if self.share == 1 else 1 - (1 - batch) ** self.share


def strength(usual: float, letter: str, help: str) -> Any:
    """Declare how strongly a penalty counts, under the letter its paper has for it."""
    return option(usual, ge=0, le=10_000, live=True, scale="log", label=letter, help=help)


class Penalty(Part):
    """A term added to a loss, every `interval` steps, `interval` times as strong.

    Where a run is in bf16, the networks it calls are too, unless it looks at slopes.
    It is part of the same optimiser step, so a lazy interval needs no correction of Adam's rate
    and betas; that is for penalties that take a step of their own (arXiv:1912.04958).
    """

    kind: str
    on: ClassVar[Literal["d", "g"]] = "d"
    """Whose loss gains the term."""
    needs_reals: ClassVar[bool] = True
    """Whether a penalty of G looks at real images."""
    slopes: ClassVar[bool] = False
    """Whether it differentiates a network by what goes in: the way back is kept as well."""
    needs_pairs: ClassVar[str] = ""
    """Why it means nothing without pairs, whose target is then `real_NCHW`; empty when it does."""
    spoils_pairs: ClassVar[str] = ""
    """Why it means nothing with pairs; empty when it does."""
    couples: ClassVar[str] = ""
    """Why D may not couple the images of a batch (batch norm) under this penalty; empty when it may."""

    weight: Varying = strength(1.0, "Weight", help="How strongly it counts.")
    interval: int = option(
        1,
        ge=1,
        le=64,
        unit="steps",
        advanced=True,
        help="Compute it only every so many steps; saves time, and is made up for by its strength.",
    )

    def memory(self) -> dict[str, float]:
        """Return the numbers that this penalty remembers between steps, with their first values."""
        return {}

    def term(self, scene: Scene) -> Tensor:
        """Return the penalty before its weight, a differentiable scalar."""
        raise NotImplementedError


def slope(critic: Critic, images_NCHW: Tensor) -> Tensor:
    """Return how steeply D's scores change with its input, squared, image by image: (N,).

    The scores of a patch map are summed over the map; differentiable once more.
    """
    images = images_NCHW.detach().requires_grad_(True)
    with twice(images.device):
        total = critic(images).sum()
    (gradient,) = torch.autograd.grad(total, images, create_graph=True)
    return gradient.square().flatten(1).sum(1)
