"""Which class each image is of: the subfolder it is in, or the label beside it in a shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gan_engine.archives import SUFFIXES, ending
from gan_engine.data_settings import DataSettings


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a set of images.

    Attributes:
        names: Each class's escaped name, in order; images beside the subfolders have the name "".
            Labels that are numbers are in the order of numbers.
        labels: Each image's place in `names`: (N,) int64.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]

    @property
    def counts(self) -> dict[str, int]:
        """How many images each class has, without those of none."""
        counts = np.bincount(self.labels, minlength=len(self.names)).tolist()
        return {name: n for name, n in zip(self.names, counts, strict=True) if name}


def class_of(name: str) -> str:
    """Return the class of the image at an escaped path: its first folder, "" where it has none.

    An archive among others is a shard of them all and no class.
    """
    first, _, rest = name.partition("/")
    if rest and ending(first) in SUFFIXES:
        first, _, rest = rest.partition("/")
    return first if rest else ""


def classes_of(files: Sequence[str], labels: Mapping[str, str] = MappingProxyType({})) -> Classes:
    """Return the classes of images with these escaped paths inside their folder.

    `labels` names the class of some of them; the others are of the subfolder they are in.
    """
    told = [labels.get(name) or class_of(name) for name in files]
    names = tuple(sorted(set(told), key=_by_number if labels else None))
    place = {name: i for i, name in enumerate(names)}
    return Classes(names, np.array([place[name] for name in told], np.int64))


def classes_for(
    settings: DataSettings, files: Sequence[str], labels: Mapping[str, str]
) -> Classes | None:
    """Return the classes of a run's images; None where its settings do not ask for any."""
    return classes_of(files, labels) if settings.classes or settings.balance else None


def _by_number(name: str) -> tuple[bool, bool, int, str]:
    number = name.isascii() and name.isdecimal()
    return bool(name), not number, int(name) if number else 0, name


def balanced(classes: Classes) -> NDArray[np.int64]:
    """Return places of images so that every class is there equally often: (classes x most,).

    The images of small classes are repeated, each as often as the next or once more.
    """
    own = [np.flatnonzero(classes.labels == label) for label in range(len(classes.names))]
    most = max(len(images) for images in own)
    return np.concatenate([np.resize(images, most) for images in own])
