"""Which pictures look alike: bits of what is brighter than its neighbour, then the colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32
"""How large a picture is looked at."""

_BITS = 8  # of 128: copies in another size or quality differ in fewer
_COLOURS = 7.0  # mean difference of 8 x 8 colours, in levels of 255
_SAME = 0.98  # correlation of the 8 x 8 colours: copies have more, different things have less
_BLANK = 8  # fewer levels between the darkest and the brightest place than this: nothing there
_GREY = 10  # more levels between two channels than this: colour
_NEIGHBOURS = 8


class Look(NamedTuple):
    """One glance at a picture."""

    hash: str
    colours: str
    blank: bool
    grey: bool
    brightness: int


def look(pixels_HWC: NDArray[np.uint8]) -> Look:
    """Return what a picture of `SIDE` x `SIDE` x 3 looks like.

    The hash is a difference hash in both directions: 64 bits say whether a place is brighter
    than the one to its right, 64 whether brighter than the one below.
    """
    image = Image.fromarray(pixels_HWC)
    grey = image.convert("L")
    across = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), np.int16)
    down = np.asarray(grey.resize((8, 9), Image.Resampling.BOX), np.int16)
    bits = np.concatenate(
        [(across[:, 1:] > across[:, :-1]).ravel(), (down[1:] > down[:-1]).ravel()]
    )
    colours = np.asarray(image.resize((8, 8), Image.Resampling.BOX))
    levels = pixels_HWC.astype(np.int16)
    spans = levels.max((0, 1)) - levels.min((0, 1))
    chroma = levels.max(2) - levels.min(2)
    return Look(
        hash=np.packbits(bits).tobytes().hex(),
        colours=colours.tobytes().hex(),
        blank=bool(spans.max() < _BLANK),
        grey=bool(chroma.max() <= _GREY),
        brightness=int(np.asarray(grey).mean()),
    )


def alike(looks: Sequence[Look]) -> list[list[int]]:
    """Return groups of two or more pictures that look the same, as ascending indices.

    Linear in the number of pictures: 128 bits that differ in up to 8 places mostly agree in one
    of 8 stretches of 16 bits, so only pictures that agree in such a stretch are compared, each
    with a few neighbours in the order of all bits.
    """
    if len(looks) < 2:
        return []
    hashes = np.frombuffer(bytes.fromhex("".join(one.hash for one in looks)), np.uint8)
    hashes = hashes.reshape(len(looks), 16)
    colours = np.frombuffer(bytes.fromhex("".join(one.colours for one in looks)), np.uint8)
    colours = colours.reshape(len(looks), 192)
    whole = hashes.view(np.uint64)
    stretches = hashes.view(np.uint16)
    groups = _Groups(len(looks))
    for band in range(stretches.shape[1]):
        order = np.lexsort((whole[:, 1], whole[:, 0], stretches[:, band]))
        for step in range(1, min(_NEIGHBOURS, len(looks) - 1) + 1):
            one, two = order[:-step], order[step:]
            same = stretches[one, band] == stretches[two, band]
            one, two = one[same], two[same]
            near = np.bitwise_count(whole[one] ^ whole[two]).sum(1) <= _BITS
            one, two = one[near], two[near]
            apart = np.abs(colours[one].astype(np.int16) - colours[two]).mean(1)
            one, two = one[apart <= _COLOURS], two[apart <= _COLOURS]
            same = _correlation(colours[one], colours[two]) >= _SAME
            for first, second in np.stack([one, two], 1)[same].tolist():
                groups.join(first, second)
    return groups.of_many()


def _correlation(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how alike the patterns of colours are, row by row, 1 at most.

    Small things on equal grounds differ little on average and in few bits, but not in pattern.
    """
    a, b = (side.astype(np.float32) - side.mean(1, keepdims=True) for side in (one, two))
    size = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    told: NDArray[np.float32] = (a * b).sum(1) / np.maximum(size, 1e-6)
    return told


class _Groups:
    """Things that are joined, and so are the things joined to them."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def join(self, one: int, two: int) -> None:
        first, second = sorted((self._root(one), self._root(two)))
        self._parent[second] = first

    def of_many(self) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for thing in range(len(self._parent)):
            groups.setdefault(self._root(thing), []).append(thing)
        return [group for group in groups.values() if len(group) > 1]

    def _root(self, thing: int) -> int:
        while self._parent[thing] != thing:
            self._parent[thing] = self._parent[self._parent[thing]]
            thing = self._parent[thing]
        return thing
