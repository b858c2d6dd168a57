"""What every architecture is: settings that build a G and a D for an image shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from gan_engine.architectures.sizes import size_objections
from gan_engine.imaging import ImageShape
from gan_engine.problems import Problem
from gan_engine.schema import Part, option


class Architecture(Part):
    """A pair of networks. G: latents (N, Z) -> images (N, C, H, W); D: images -> logits.

    D returns (N,) or, with a patch head, a map (N, 1, h, w); never a probability.
    """

    kind: str
    squashes: ClassVar[bool] = True
    """Whether G cannot leave [-1, 1]; where it can, whoever shows an image clamps it."""

    truncates: ClassVar[bool] = False
    """Whether G takes the truncation as an argument after the labels; where not, a latent is made shorter."""

    needs_pairs: ClassVar[bool] = False
    """Whether G makes an image from another one, and D judges both together."""

    z_dim: int = option(
        128, ge=2, le=2048, label="Latent size", help="How many numbers an image is made from."
    )

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        """Return a G whose images have `shape`, with freshly drawn weights.

        Weights come from torch's global generator, so that a seed decides them. With `classes`, G
        is called with labels beside the latents: whole numbers (N,), or shares of each class (N, K).
        """
        raise NotImplementedError

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        """Return a D for images of `shape`, with freshly drawn weights.

        With `classes`, D is called with the images' labels (N,) too.
        """
        raise NotImplementedError

    def objections(self, shape: ImageShape) -> Iterator[Problem]:
        """Yield why these settings cannot make images of `shape`, at the settings to change."""
        yield from size_objections(shape)

    @property
    def d_mixes_batch(self) -> bool:
        """Whether D judges an image by its neighbours in the batch (batch norm)."""
        return False

    @property
    def d_is_bounded(self) -> bool:
        """Whether D cannot grow steep by construction (spectral norm)."""
        return False


@runtime_checkable
class SelfTaught(Protocol):
    """A D that learns something of its own from real images, beside telling them from fakes."""

    def lesson(
        self, image_NCHW: Tensor, labels_N: Tensor | None, random: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """Return D's logits of reals, as when it is called, and what it pays for its own task."""
