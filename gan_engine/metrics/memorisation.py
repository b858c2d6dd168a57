"""Memorisation: whether samples are training images learned by heart, and which."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.metrics.base import Better, Metric, batches, some, visible
from gan_engine.metrics.distances import closest
from gan_engine.schema import option

SIDE = 16
"""Images are compared after averaging them down to this many pixels: small changes do not hide a copy."""

ENOUGH = 250
"""Fewer held-out images than this would make the number jump about."""

CLOSE = 0.1
"""The share of unseen images that by chance are close to a training image."""

_BATCH = 256


class Memorisation(Metric):
    """Whether G draws training images by heart, which every other metric takes for perfection.

    Novelty: how far a sample is from its nearest training image, over how far an image that G has
    not seen would be (medians). About 1 is new, near 0 is copied, far above 1 is unlike anything.
    Originals: the share of samples that are not close to a training image; unseen images have 90 %.
    How far an unseen image would be is asked of training images, a tenth of them and 250 at least:
    each is held out by itself and compared with all others. So none has to be kept from G.
    """

    title: ClassVar[str] = "Memorisation"
    kind: Literal["memorisation"] = "memorisation"
    ranks: ClassVar[bool] = False
    better: ClassVar[Better] = "higher"
    values: ClassVar[Mapping[str, str]] = {
        "metric/novelty": "Novelty",
        "metric/originals": "Originals",
    }
    whole: ClassVar[bool] = True
    least: ClassVar[int] = 3
    mirrored: bool = option(
        True,
        label="Count mirror images",
        help="Whether a training image's mirror image counts as a copy; on when training mirrors.",
    )

    @property
    def lens(self) -> Hashable:
        return "small images"

    def describe(self, images_NCHW: Tensor, device: torch.device) -> Tensor:
        return small(images_NCHW, device)

    def compare(self, real: Tensor, fake: Tensor, random: torch.Generator) -> dict[str, float]:
        """Hold out a tenth of the reals one by one: each against all others, as if it were unseen.

        Images are interchangeable, so the distance of one of them to the others is that of an
        unseen image to as many: nothing has to be kept from the training, and where a tenth is
        too few for a steady number, more are held out.
        """
        tenth = min(self.images, max(ENOUGH, len(real) // 10))
        held_out = some(torch.arange(len(real)), tenth, random)
        unseen = _to_nearest(real[held_out], real, self.mirrored, held_out)[0]
        found = _to_nearest(fake, real, self.mirrored)[0]
        usual = float(unseen.median())
        close = float(unseen.quantile(CLOSE, interpolation="lower"))
        # Where most reals have an equal among the others, equality says nothing.
        novelty = float(found.median()) / usual if usual else 1.0
        return {
            "metric/novelty": novelty,
            "metric/originals": float((found > close).double().mean()),
        }


def nearest(fake_NCHW: Tensor, real_NCHW: Tensor, mirrored: bool = False) -> Tensor:
    """Return the index of the real image that each fake is nearest to: (N,) int64, on the CPU.

    Args:
        fake_NCHW: Samples.
        real_NCHW: Training images, of any size; floats in [-1, 1] or uint8.
        mirrored: Whether their mirror images are looked at too.
    """
    here = torch.device("cpu")
    return _to_nearest(small(fake_NCHW, here), small(real_NCHW, here), mirrored)[1]


def small(images_NCHW: Tensor, device: torch.device) -> Tensor:
    """Return the images averaged down to 16x16 pixels or less, on the CPU: (N, C, h, w) fp32."""
    size = min(SIDE, images_NCHW.shape[2]), min(SIDE, images_NCHW.shape[3])
    seen = (visible(x) for x in batches(images_NCHW, _BATCH, device))
    found = [F.adaptive_avg_pool2d(x, size).cpu() for x in seen]
    return torch.cat(found)


def _to_nearest(
    fake_NChw: Tensor, real_MChw: Tensor, mirrored: bool, own_N: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return how far each fake's nearest real is and which it is; never the fake's `own` one."""
    fake_NF = fake_NChw.flatten(1)
    distance_N, index_N = closest(fake_NF, real_MChw.flatten(1), own_N)
    if not mirrored:
        return distance_N, index_N
    # A mirrored fake is as far from a real as the fake is from the mirrored real.
    turned_N, there_N = closest(fake_NChw.flip(3).flatten(1), real_MChw.flatten(1), own_N)
    return torch.minimum(distance_N, turned_N), torch.where(turned_N < distance_N, there_N, index_N)
