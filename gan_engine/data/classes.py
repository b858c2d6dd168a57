"""Which class each image is of: the subfolder it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gan_engine.archives import SUFFIXES, ending


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a set of images.

    Attributes:
        names: Each class's escaped name, in order; images beside the subfolders have the name "".
        labels: Each image's place in `names`: (N,) int64.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]


def class_of(name: str) -> str:
    """Return the class of the image at an escaped path: its first folder, "" where it has none.

    An archive among others is a shard of them all and no class.
    """
    first, _, rest = name.partition("/")
    if rest and ending(first) in SUFFIXES:
        first, _, rest = rest.partition("/")
    return first if rest else ""


def classes_of(files: Sequence[str]) -> Classes:
    """Return the classes of images with these escaped paths inside their folder."""
    folders = [class_of(name) for name in files]
    names = tuple(sorted(set(folders)))
    place = {name: i for i, name in enumerate(names)}
    return Classes(names, np.array([place[name] for name in folders], np.int64))


def balanced(classes: Classes) -> NDArray[np.int64]:
    """Return places of images so that every class is there equally often: (classes x most,).

    The images of small classes are repeated, each as often as the next or once more.
    """
    own = [np.flatnonzero(classes.labels == label) for label in range(len(classes.names))]
    most = max(len(images) for images in own)
    return np.concatenate([np.resize(images, most) for images in own])
