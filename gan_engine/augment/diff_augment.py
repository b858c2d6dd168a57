"""DiffAugment: always-on changes of colour, place and a cut-out square."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from gan_engine.augment.base import Augmentation, Transform, on_colours
from gan_engine.layers.shift import shift
from gan_engine.schema import option


class DiffAugment(Augmentation):
    """For a hundred to a few thousand pictures: D never sees the same picture twice.

    Source: arXiv:2006.10738. On 100 portraits it took the published FID from 80.2 to 46.9.
    """

    title: ClassVar[str] = "DiffAugment"
    kind: Literal["diff_augment"] = "diff_augment"
    colour: bool = option(True, help="Change brightness, saturation and contrast.")
    translation: float = option(
        0.125, ge=0, le=0.5, help="Move images by up to this share of their size; 0 is off."
    )
    cutout: float = option(
        0.5, ge=0, le=0.9, help="Cut out a square of this share of the size; 0 is off."
    )

    def draw(
        self,
        count: int,
        size: tuple[int, int],
        random: torch.Generator,
        memory: Mapping[str, Tensor],
    ) -> Transform:
        def uniform(low: float, high: float) -> Tensor:
            drawn = torch.rand(count, 1, 1, 1, generator=random, device=random.device)
            return low + (high - low) * drawn

        brightness, saturation, contrast = uniform(-0.5, 0.5), uniform(0, 2), uniform(0.5, 1.5)
        height, width = size

        def whole(most: int) -> Tensor:
            return torch.randint(-most, most + 1, (count,), generator=random, device=random.device)

        most_down, most_right = (round(side * self.translation) for side in size)
        most, down, right = max(most_down, most_right), whole(most_down), whole(most_right)
        keep = _square(uniform(0, 1), uniform(0, 1), self.cutout, height, width)

        def apply(
            x: Tensor,
            brightness: Tensor,
            saturation: Tensor,
            contrast: Tensor,
            down: Tensor,
            right: Tensor,
            keep: Tensor,
        ) -> Tensor:
            if self.colour:
                x = on_colours(lambda c: _painted(c, brightness, saturation, contrast), x)
            if most:
                x = shift(x, down, right, most)
            if self.cutout and x.shape[1] == 4:  # the hole is a hole
                return torch.cat([x[:, :3] * keep, (x[:, 3:] + 1) * keep - 1], 1)
            return x * keep if self.cutout else x

        return Transform(apply, brightness, saturation, contrast, down, right, keep)


def _painted(x: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
    x = x + brightness
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * saturation
    middle = x.mean((1, 2, 3), keepdim=True)
    return middle + (x - middle) * contrast


def _square(y_N111: Tensor, x_N111: Tensor, share: float, height: int, width: int) -> Tensor:
    """Return 0 inside a square of `share` of the size around (y, x), 1 outside: (N, 1, H, W)."""
    rows = (torch.arange(height, device=y_N111.device)[:, None] + 0.5) / height
    columns = (torch.arange(width, device=y_N111.device) + 0.5) / width
    inside = ((rows - y_N111).abs() < share / 2) & ((columns - x_N111).abs() < share / 2)
    return (~inside).float()
