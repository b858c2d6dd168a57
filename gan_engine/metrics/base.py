"""What every metric is: real images and samples in, named numbers out, nothing of the run changed."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.errors import EngineError
from gan_engine.problems import Problem
from gan_engine.schema import Part, option

Better = Literal["lower", "higher"]


class Metric(Part):
    """A number that says how good samples are, computed now and then beside the training.

    It is done in two steps, so that metrics that look at the same thing can share the first: each
    image is described by itself, then the descriptions of reals and samples are compared. Images
    are floats (N, C, H, W) in [-1, 1], or uint8, which takes a quarter of the memory.
    """

    kind: str
    better: ClassVar[Better] = "lower"
    """Which way every number of this metric goes when samples become better."""

    values: ClassVar[Mapping[str, str]] = {}
    """The names of the numbers, as curves have them, and what a person calls them; the main one first."""

    ranks: ClassVar[bool] = True
    """Whether the best value is the best generator; not of numbers that only warn."""

    whole: ClassVar[bool] = False
    """Whether it must be shown every real image that was trained on, not a choice of `images`."""

    least: ClassVar[int] = 2
    """How many images of each side it needs to say anything."""

    images: int = option(
        1000,
        ge=16,
        le=50_000,
        scale="log",
        unit="images",
        help="How many samples to compare with as many real images: more is more exact, and slower.",
    )

    @property
    def lens(self) -> Hashable:
        """What `describe` depends on: metrics with equal lenses describe images alike."""
        raise NotImplementedError

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        """Return what this metric looks at, a row an image, on the CPU; computed on `device`."""
        raise NotImplementedError

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        """Return the numbers, by their names in `values`, for two sets of descriptions."""
        raise NotImplementedError

    def objections(self) -> Iterator[Problem]:
        """Yield why these settings cannot measure anything, at this part's own setting names."""
        yield from ()

    def measure(
        self, real_NCHW: Tensor, fake_NCHW: Tensor, random: torch.Generator
    ) -> dict[str, float]:
        """Return the numbers, by their names in `values`.

        Args:
            real_NCHW: Real images: all of them for a metric of the `whole`, else as many as there are.
            fake_NCHW: Samples of the same shape; decides the device.
            random: A generator on the CPU: chooses images where there are more than `images`. The
                same state gives the same numbers.

        Raises:
            EngineError: There are too few images, or some samples are not numbers.
        """
        most = len(real_NCHW) if self.whole else self.images
        device = fake_NCHW.device
        real = described(self, some(real_NCHW, most, random), device)
        fake = described(self, some(fake_NCHW, self.images, random), device)
        return self.compare(real, fake, random)


def described(metric: Metric, images_NCHW: Tensor, device: torch.device) -> Tensor:
    """Return the images as `metric` looks at them, once it is known that they can be compared.

    Raises:
        EngineError: There are too few, or some are not numbers.
    """
    enough(metric, len(images_NCHW))
    return seen(metric, images_NCHW, device)


def enough(metric: Metric, count: int) -> None:
    """Raise EngineError where `count` images are too few for `metric` to say anything."""
    if count < metric.least:
        raise EngineError(
            "“{title}” needs at least {least} images, and there are {count}.",
            hint="Measure with more samples, or leave this metric out.",
            title=metric.title,
            least=metric.least,
            count=count,
        )


def seen(metric: Metric, images_NCHW: Tensor, device: torch.device) -> Tensor:
    """Return the images as `metric` looks at them, however few.

    Raises:
        EngineError: Some are not numbers.
    """
    if device.type == "mps":  # lacks antialiased resizing and averaging to any size
        device = torch.device("cpu")
    found = metric.describe(images_NCHW.detach(), device)
    if found.is_floating_point() and not torch.isfinite(found).all():
        raise EngineError(
            "“{title}” cannot be measured: some samples are not numbers.",
            hint="Halve the learning rates and resume from the last save.",
            title=metric.title,
        )
    return found


def some(images: Tensor, most: int, random: torch.Generator) -> Tensor:
    """Return `most` of the rows, drawn without repeats; all of them, in their order, when fewer."""
    if len(images) <= most:
        return images
    chosen = torch.randperm(len(images), generator=random)[:most]
    return images[chosen.to(images.device)]


def visible(images_NCHW: Tensor) -> Tensor:
    """Return images of four channels with white where they are transparent, their opacity kept.

    So colours that nobody sees do not count. Other images stay as they are.
    """
    if images_NCHW.shape[1] != 4:
        return images_NCHW
    opacity = (images_NCHW[:, 3:] + 1) / 2
    colours = images_NCHW[:, :3] * opacity + (1 - opacity)
    return torch.cat([colours, images_NCHW[:, 3:]], 1)


def batches(images_NCHW: Tensor, size: int, device: torch.device | None = None) -> Iterator[Tensor]:
    """Yield the images in order, at most `size` at once, as fp32 in [-1, 1] on `device`."""
    for chunk in torch.split(images_NCHW, size):
        there = chunk.to(device or chunk.device)
        yield there.float() / 127.5 - 1 if there.dtype == torch.uint8 else there.float()
