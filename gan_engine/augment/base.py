"""What every augmentation is: images in, images of the same shape out, the same for reals and fakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.layers.precision import exactly
from gan_engine.schema import Part


class Transform:
    """One draw: changes a batch (N, C, H, W) of images, the same way whenever it is called.

    Differentiable twice, so that penalties can pass. What was drawn has a row an image, so that a
    part of the batch can be changed by itself, as it is changed within the whole.
    """

    def __init__(self, apply: Callable[..., Tensor], *drawn_N: Tensor) -> None:
        self._apply, self.drawn = apply, drawn_N

    def __call__(self, images_NCHW: Tensor) -> Tensor:
        with exactly(images_NCHW.device):  # a place rounded to bf16 is another pixel
            return self._apply(images_NCHW, *self.drawn)

    def again(self, *drawn_N: Tensor) -> Transform:
        """Return the same kind of change with other numbers."""
        return Transform(self._apply, *drawn_N)

    def parts(self, count: int) -> tuple[Transform, ...]:
        """Return the changes of `count` equal parts of the batch, in order."""
        rows = [drawn.chunk(count) for drawn in self.drawn]
        return tuple(Transform(self._apply, *(row[i] for row in rows)) for i in range(count))


def on_colours(change: Callable[[Tensor], Tensor], images_NCHW: Tensor) -> Tensor:
    """Return images whose colours were changed; of four channels the last, opacity, stays."""
    if images_NCHW.shape[1] != 4:
        return change(images_NCHW)
    return torch.cat([change(images_NCHW[:, :3]), images_NCHW[:, 3:]], 1)


class Augmentation(Part):
    """Shows D changed images, reals and fakes alike, so that few images are not learned by heart.

    G is judged through the same changes, so it never learns to draw them.
    """

    kind: str

    def memory(self) -> dict[str, float]:
        """Return the numbers that this augmentation remembers, with their first values."""
        return {}

    def strongest(self) -> dict[str, float]:
        """Return what it may come to remember at its strongest, for who wants to see that."""
        return self.memory()

    def draw(
        self,
        count: int,
        size: tuple[int, int],
        random: torch.Generator,
        memory: Mapping[str, Tensor],
    ) -> Transform:
        """Return one random change for each of `count` images of `size`; the result is static.

        Calling it on two batches changes both in the same way.
        """
        raise NotImplementedError

    def learn(self, surety: Tensor, memory: Mapping[str, Tensor]) -> None:
        """Look at how sure D is of augmented reals; may move `memory`, without waiting for it.

        Args:
            surety: (N, ...), above 0 where D takes a real for one; see `AdversarialLoss.surety`.
            memory: What was remembered so far.
        """


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
        return Transform(lambda images: images)
