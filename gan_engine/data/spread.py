"""How a folder's pictures are spread over sizes, shapes and brightness, and which size suits most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gan_engine.data.inspection import Inspection
from gan_engine.data.scan import DatasetReport
from gan_engine.device import available_devices
from gan_engine.schema import Message

SIZES = (32, 64, 128, 256)
CPU_SIZE = 64
"""Four times the pixels take four times as long, and a CPU is tens of times slower than a GPU."""
_LEAST = 5
_SIDES = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096)
_ASPECTS = (1 / 3, 1 / 2, 2 / 3, 0.9, 1.12, 1.5, 2.0, 3.0)
_ASPECT_NAMES = ("1:3", "1:2", "2:3", "4:5", "1:1", "5:4", "3:2", "2:1", "3:1")


@dataclass(frozen=True)
class Histogram:
    """How many pictures fall into which of a row of ranges.

    Attributes:
        counts: One a range.
        names: What each range is called, as short as an axis needs it.
        ranges: What each range is, as a sentence needs it.
    """

    counts: tuple[int, ...]
    names: tuple[str, ...]
    ranges: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many pictures there are."""
        return sum(self.counts)


@dataclass(frozen=True)
class Spread:
    """Three histograms; `brightness` is empty until a closer look was taken."""

    sides: Histogram
    aspects: Histogram
    brightness: Histogram


@dataclass(frozen=True)
class Suggestion:
    """A size for the images of a run, and why."""

    size: int
    reason: str


def spread_of(report: DatasetReport, inspection: Inspection | None = None) -> Spread:
    """Return how the usable pictures of a folder are spread."""
    return Spread(
        sides=_sides(min(size) for size in report.dimensions),
        aspects=_aspects(width / height for width, height in report.dimensions),
        brightness=_brightness(inspection.brightness if inspection else ()),
    )


def _sides(sides: Iterable[int]) -> Histogram:
    counts = _counted(sides, lambda side: sum(side >= edge for edge in _SIDES))
    counts = counts + [0] * (len(_SIDES) + 1 - len(counts))
    names = (f"<{_SIDES[0]}", *(str(edge) for edge in _SIDES))
    ends = (*(f"{edge - 1}" for edge in _SIDES), "")
    ranges = (
        f"1–{_SIDES[0] - 1} px",
        *(
            f"{edge}–{end} px" if end else f"{edge} px +"
            for edge, end in zip(_SIDES, ends[1:], strict=True)
        ),
    )
    return _trimmed(counts, names, ranges)


def _aspects(aspects: Iterable[float]) -> Histogram:
    counts = _counted(aspects, lambda aspect: sum(aspect >= edge for edge in _ASPECTS))
    counts = counts + [0] * (len(_ASPECTS) + 1 - len(counts))
    return Histogram(tuple(counts), _ASPECT_NAMES, tuple(f"≈ {name}" for name in _ASPECT_NAMES))


def _brightness(counts: Sequence[int]) -> Histogram:
    steps = [math.floor(100 * number / max(1, len(counts))) for number in range(len(counts) + 1)]
    ranges = tuple(f"{low}–{high} %" for low, high in pairwise(steps))
    return Histogram(tuple(counts), tuple(f"{low}" for low in steps[:-1]), ranges)


def _counted(values: Iterable[float], place: Callable[[float], int]) -> list[int]:
    found = Counter(place(value) for value in values)
    return [found[number] for number in range(max(found, default=-1) + 1)]


def _trimmed(counts: Sequence[int], names: Sequence[str], ranges: Sequence[str]) -> Histogram:
    """Leave out empty ranges at both ends, but never more than leaves `_LEAST`."""
    first, last = 0, len(counts)
    while last - first > _LEAST and (not counts[first] or not counts[last - 1]):
        if not counts[last - 1]:
            last -= 1
        else:
            first += 1
    return Histogram(tuple(counts[first:last]), tuple(names[first:last]), tuple(ranges[first:last]))


def suggest_size(report: DatasetReport, most: int = SIZES[-1]) -> Suggestion:
    """Return the largest common size that three quarters of the pictures fill without enlarging.

    Args:
        report: What `scan_folder` found.
        most: What is trained within days; a larger size is not suggested. See `size_for`.
    """
    sides = sorted(min(size) for size in report.dimensions)
    if not sides:
        return Suggestion(64, Message("There are no pictures to judge by."))
    filled = sides[len(sides) // 4]
    size = max((size for size in SIZES if size <= min(filled, most)), default=SIZES[0])
    if filled > most:
        reason = Message(
            "Most pictures have {side}\u00a0px or more on their shorter side; beyond {size}\u00a0px training"
            " takes days.",
            side=filled,
            size=size,
        )
    elif filled < SIZES[0]:
        reason = Message(
            "Most pictures have {side}\u00a0px or less on their shorter side; {size}\u00a0px is the least"
            " that networks work with.",
            side=filled,
            size=size,
        )
    else:
        reason = Message(
            "Three of four pictures have {side}\u00a0px or more on their shorter side, so none of them"
            " is enlarged at {size}\u00a0px.",
            side=filled,
            size=size,
        )
    return Suggestion(size, reason)


def size_for(device: str) -> int:
    """Return the largest size that a device, as `training.device` has it, trains within days."""
    fastest = available_devices()[0] if device == "auto" else device
    return CPU_SIZE if fastest == "cpu" else SIZES[-1]
