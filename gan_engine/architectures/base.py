"""What every architecture is: settings that build a G and a D for an image shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from gan_engine.architectures.common import latent_size
from gan_engine.architectures.sizes import size_objections
from gan_engine.imaging import ImageShape
from gan_engine.problems import Problem
from gan_engine.schema import Part


class Inputs(NamedTuple):
    """What G and what D are called with."""

    g: tuple[Tensor, ...]
    d: tuple[Tensor, ...]


class Architecture(Part):
    """A pair of networks. G: what it makes an image from -> images (N, C, H, W); D: images -> logits.

    D returns (N,) or, with a patch head, a map (N, 1, h, w); never a probability. G makes images
    from latents (N, Z); where it `needs_pairs`, from other images (N, C, H, W), of which D is told.
    """

    kind: str
    squashes: ClassVar[bool] = True
    """Whether G cannot leave [-1, 1]; where it can, whoever shows an image clamps it."""

    truncates: ClassVar[bool] = False
    """Whether G takes the truncation as an argument after the labels; where not, a latent is made shorter."""

    needs_pairs: ClassVar[bool] = False
    """Whether G makes an image from another one, and D is called with both: image, source."""

    least_batch: ClassVar[int] = 2
    """How many images at once the networks need to learn from."""

    def takes(self, shape: ImageShape) -> tuple[int, ...]:
        """Return the shape of what G makes one image from: (Z,), or (C, H, W) of another image."""
        raise NotImplementedError

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

    def blank(self, shape: ImageShape, count: int, classes: int = 0) -> Inputs:
        """Return zeros of the shapes that G and D are called with for `count` images."""
        given = torch.zeros(count, *self.takes(shape))
        images_NCHW = torch.zeros(count, shape.channels, shape.height, shape.width)
        if self.needs_pairs:
            return Inputs((given,), (images_NCHW, given))
        labels = (torch.zeros(count, dtype=torch.int64),) if classes else ()
        return Inputs((given, *labels), (images_NCHW, *labels))

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


class FromLatents(Architecture):
    """Networks whose G makes images from random numbers alone."""

    z_dim: int = latent_size(128)

    def takes(self, shape: ImageShape) -> tuple[int, ...]:
        return (self.z_dim,)


@runtime_checkable
class SelfTaught(Protocol):
    """A D that learns something of its own from real images, beside telling them from fakes."""

    def lesson(
        self, image_NCHW: Tensor, labels_N: Tensor | None, random: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """Return D's logits of reals, as when it is called, and what it pays for its own task."""


@runtime_checkable
class Styled(Protocol):
    """A G that first makes styles, one for each of its layers, and then an image from those."""

    def styles(
        self, z_NZ: Tensor, labels_N: Tensor | None = None, truncation: float = 1.0
    ) -> Tensor:
        """Return a style for each layer, the coarsest first: (N, L, Z)."""

    def synthesize(self, styles_NLZ: Tensor) -> Tensor:
        """Return what such styles make: (N, C, H, W)."""
