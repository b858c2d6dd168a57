"""Which training images samples are nearest to, to see whether G draws what it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_engine import paths
from gan_engine.config import parse
from gan_engine.data.prepare import Prepared, prepare
from gan_engine.data_settings import DataSettings
from gan_engine.drafts import put
from gan_engine.errors import DataError
from gan_engine.events import Pixels
from gan_engine.imaging import tile
from gan_engine.metrics.distances import closest
from gan_engine.metrics.features import rgb
from gan_engine.metrics.memorisation import small

_AT_ONCE = 1024
_USUAL = 128
"""So many training images, each against all others, tell how far apart images usually are."""


@dataclass(frozen=True, eq=False)
class Neighbour:
    """The training image that a sample is nearest to.

    Attributes:
        index: Its place among the prepared images.
        name: Its escaped path inside the folder of pictures.
        pixels: What the networks see of it.
        ratio: How far the sample is from it, over how far a training image usually is from its own
            nearest; near 0 the sample is a copy, about 1 it is as new as another picture would be.
        mirrored: Whether it is nearest as a mirror image.
    """

    index: int
    name: str
    pixels: Pixels
    ratio: float
    mirrored: bool = False


class Neighbours:
    """Looks for the nearest training images of one run; what it needs of them is computed once.

    Images are compared as the metric of memorisation does: averaged down to 16 x 16 pixels.
    """

    def __init__(self, draft: Mapping[str, Any]) -> None:
        """Remember whose images; they are read when they are first asked for.

        Args:
            draft: The settings of the run.
        """
        plain = parse(put(draft, "data.folder", paths.BUILTIN)).data
        self._settings = plain.model_copy(update={"folder": draft["data"]["folder"]})
        self._prepared: Prepared | None = None
        self._small = torch.empty(0)
        self._usual = 1.0

    def of(self, samples: NDArray[np.uint8]) -> list[Neighbour]:
        """Return the nearest training image of each sample.

        Args:
            samples: (N, H, W, 3).

        Raises:
            DataError: The prepared images are not there any more.
        """
        if self._prepared is None:
            self._prepared = _read(self._settings)
            self._look()
        fake_NCHW = torch.from_numpy(np.array(samples)).permute(0, 3, 1, 2)
        fake_NF = _small(fake_NCHW)
        distance_N, index_N = closest(fake_NF.flatten(1), self._small)
        turned_N, there_N = closest(fake_NF.flip(3).flatten(1), self._small)
        mirrored = (
            turned_N < distance_N if self._settings.flip else torch.zeros(len(fake_NF)).bool()
        )
        distance_N = torch.where(mirrored, turned_N, distance_N)
        index_N = torch.where(mirrored, there_N, index_N)
        return [
            self._neighbour(int(index), float(distance), bool(turned))
            for index, distance, turned in zip(index_N, distance_N, mirrored, strict=True)
        ]

    def _neighbour(self, index: int, distance: float, mirrored: bool) -> Neighbour:
        assert self._prepared is not None  # only after it was read
        image = torch.from_numpy(np.array(self._target(self._prepared.images[index])))
        pixels = tile(image.permute(2, 0, 1)[None], 1)
        ratio = distance / self._usual if self._usual else float(distance > 0)
        return Neighbour(index, self._prepared.files[index], pixels, ratio, mirrored)

    def _target(self, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return what G should make: of pairs one half."""
        channels = self._settings.channels
        first = self._settings.paired and self._settings.direction == "b_to_a"
        return images[..., :channels] if first else images[..., -channels:]

    def _look(self) -> None:
        assert self._prepared is not None
        images = self._prepared.images
        found = []
        for start in range(0, len(images), _AT_ONCE):
            chunk = np.array(self._target(images[start : start + _AT_ONCE]))
            # Half the memory; a step of 8 bits is larger than what is lost.
            found.append(_small(torch.from_numpy(chunk).permute(0, 3, 1, 2)).flatten(1).half())
        self._small = torch.cat(found)
        probes = torch.linspace(0, len(images) - 1, min(_USUAL, len(images))).round().long()
        usual, _ = closest(self._small[probes], self._small, probes)
        self._usual = float(usual.median())


def _small(images_NCHW: Tensor) -> Tensor:
    images = images_NCHW.float() / 127.5 - 1
    return small(rgb(images), torch.device("cpu"))


def _read(settings: DataSettings) -> Prepared:
    for found in prepare(settings):
        if isinstance(found, Prepared):
            return found
        break  # they would have to be decoded first
    raise DataError(
        "The prepared training images are no longer there.",
        hint="Train on: they are prepared again.",
    )
