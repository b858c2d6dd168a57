"""What every augmentation is: images in, images of the same shape out, the same for reals and fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.schema import Part

Transform = Callable[[Tensor], Tensor]
"""Changes a batch (N, C, H, W) of images; differentiable twice, so that penalties can pass."""


class Augmentation(Part):
    """Shows D changed images, reals and fakes alike, so that few images are not learned by heart.

    G is judged through the same changes, so it never learns to draw them.
    """

    kind: str

    def memory(self) -> dict[str, float]:
        """Return the numbers that this augmentation remembers, with their first values."""
        return {}

    def draw(
        self,
        count: int,
        size: tuple[int, int],
        random: torch.Generator,
        memory: Mapping[str, Tensor],
    ) -> Transform:
        """Return one random change for each of `count` images of `size`; the result is static.

        Calling it twice changes two batches in the same way.
        """
        raise NotImplementedError

    def learn(self, real_scores: Tensor, memory: Mapping[str, Tensor]) -> None:
        """Look at what D said of augmented reals; may move `memory`, without waiting for it."""


class NoAugmentation(Augmentation):
    """D sees the images as they are. Right for thousands of pictures and more."""

    title: ClassVar[str] = "None"
    kind: Literal["none"] = "none"

    def draw(
        self,
        count: int,
        size: tuple[int, int],
        random: torch.Generator,
        memory: Mapping[str, Tensor],
    ) -> Transform:
        return lambda images: images
