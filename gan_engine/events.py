"""What a run says: frozen records that cross to a window, a command line or a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""An image as people see it: (H, W, 3), read-only."""


@dataclass(frozen=True)
class Event:
    """Something that happened in a run, after `images_seen` real images were shown to D."""

    images_seen: int


@dataclass(frozen=True)
class Preparing(Event):
    """Images are being decoded into the prepared array: `done` of `total`."""

    done: int
    total: int


@dataclass(frozen=True)
class Started(Event):
    """A run begins or goes on in `folder`; `draft` holds its settings, `reals` a grid of real images.

    `device` is what trains in words, `device_kind` as torch calls it: cpu, cuda or mps.
    """

    folder: Path
    draft: dict[str, Any]
    device: str
    device_kind: str
    images_total: int
    dataset_images: int
    parameters_g: int
    parameters_d: int
    resumed: bool
    reals: Pixels


@dataclass(frozen=True)
class Scalars(Event):
    """Means of the meters since the last such event; `seconds` is the run's training time."""

    values: dict[str, float]
    seconds: float

    @property
    def is_late(self) -> bool:
        """Whether these are metrics, which are told when later moments have been told already."""
        return any(name.startswith("metric/") for name in self.values)


@dataclass(frozen=True)
class SampleGrid(Event):
    """Samples of the averaged G for the run's fixed latents, row by row, one seed each.

    `labels` are the escaped names of their classes; empty where there are none. Where the grid is
    `paired`, three cells belong together: what is given, what G makes of it, what it should be; the
    pair's number takes the place of a seed.
    """

    pixels: Pixels
    rows: int
    columns: int
    seeds: tuple[int, ...]
    path: Path | None
    labels: tuple[str, ...] = ()
    paired: bool = False


@dataclass(frozen=True)
class ScoreCounts(Event):
    """How many of D's scores fell between each two of `score_edges` of late: (bins,) each."""

    real: NDArray[np.int64]
    fake: NDArray[np.int64]


@dataclass(frozen=True)
class Statistics(Event):
    """The tutorial's numbers, of the samples and the real images that are shown.

    Attributes:
        real_means: G(z) = 1/(HW) sum G_ij of each real image: its mean intensity in [-1, 1].
        fake_means: The same of each sample.
        real_maps: What D says of each region of each real image, (N, h, w) logits; empty where D
            says one thing of a whole image.
        fake_maps: The same of each sample.
    """

    real_means: tuple[float, ...]
    fake_means: tuple[float, ...]
    real_maps: NDArray[np.float32]
    fake_maps: NDArray[np.float32]


@dataclass(frozen=True)
class Saved(Event):
    """A checkpoint is on disk and verified."""

    path: Path
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Changed(Event):
    """A live setting took a new value at the next step."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Notice(Event):
    """Something a person should know, in a sentence and perhaps a hint; `key` groups repeats."""

    level: Literal["info", "warning", "error"]
    text: str
    hint: str = ""
    key: str = ""


@dataclass(frozen=True)
class Paused(Event):
    """The run waits for a command; `reason` is empty when a person asked for it."""

    reason: str = ""


@dataclass(frozen=True)
class Resumed(Event):
    """The run goes on after a pause."""


@dataclass(frozen=True)
class Heard(Event):
    """A run that another process trains was looked at: its last sign of life is `seconds` old."""

    seconds: float


@dataclass(frozen=True)
class Finished(Event):
    """The last word of a run: everything is saved."""

    reason: Literal["done", "stopped"]
    folder: Path
