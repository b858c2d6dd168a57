"""Which image sizes networks that double can make: a start of 4 to 7 pixels, doubled again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gan_engine.imaging import ImageShape
from gan_engine.problems import Problem
from gan_engine.schema import Message

SMALLEST, LARGEST = 16, 512


class Growth(NamedTuple):
    """How images of a size come to be: a map of `height` x `width`, doubled `doublings` times."""

    height: int
    width: int
    doublings: int


def growth(shape: ImageShape) -> Growth:
    """Return how images of `shape` come to be; the shorter side of the start is 4 to 7 pixels."""
    times = _doublings(min(shape.height, shape.width))
    return Growth(shape.height >> times, shape.width >> times, times)


def size_objections(shape: ImageShape) -> Iterator[Problem]:
    """Yield a problem for each side that no start becomes, with the nearest sizes that work."""
    times = _doublings(min(shape.height, shape.width))
    sides = {"data.size": shape.height, "data.width": shape.width}
    if shape.height == shape.width:
        del sides["data.width"]
    shorter = min(sides.values())
    for path, side in sides.items():
        works = (
            _all_sizes() if side == shorter else tuple(range(1 << times, LARGEST + 1, 1 << times))
        )
        works = tuple(size for size in works if size >= SMALLEST)
        if side not in works:
            yield _problem(path, side, works)


def attention_objections(shape: ImageShape, size: int) -> Iterator[Problem]:
    """Yield a warning where images of `shape` have no map of `size` to attend on; 0 is nowhere."""
    if size and size.bit_length() >= min(shape.height, shape.width).bit_length():
        text = Message(
            "Images of this size have no map of {size} px inside: nothing attends.", size=size
        )
        yield Problem("architecture.attention", text, "Choose a smaller map.", severity="warning")


def _problem(path: str, side: int, works: tuple[int, ...]) -> Problem:
    text = Message(
        "These networks cannot make {side} pixels: they double a small start again and again.",
        side=side,
    )
    below = max((size for size in works if size < side), default=works[0])
    above = min((size for size in works if size > side), default=works[-1])
    nearest = below if side - below <= above - side else above
    if below == above or not below < side < above:
        hint = Message("Use {size}.", size=nearest)
    else:
        hint = Message("Use {below} or {above}.", below=below, above=above)
    return Problem(path, text, hint, suggestion=nearest)


def _doublings(side: int) -> int:
    """Return how often `side` can be halved before it is below 8."""
    return max(0, side.bit_length() - 3)


def _all_sizes() -> tuple[int, ...]:
    sizes = (start << times for times in range(2, 8) for start in range(4, 8))
    return tuple(size for size in sizes if size <= LARGEST)
