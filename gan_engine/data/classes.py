"""Which class each image is of: the subfolder it is in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a set of images.

    Attributes:
        names: Each class's escaped name, in order; images beside the subfolders have the name "".
        labels: Each image's place in `names`: (N,) int64.
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]


def classes_of(files: Sequence[str]) -> Classes:
    """Return the classes of images with these escaped paths inside their folder."""
    folders = [name.partition("/")[0] if "/" in name else "" for name in files]
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
