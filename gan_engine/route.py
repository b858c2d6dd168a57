"""Which samples a walk passes: the next seeds, or those that somebody has chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gan_engine.errors import EngineError
from gan_engine.schema import option
from gan_engine.spot import Spot, spot_in

MOST = 200
DIGITS = 4
"""So exactly a share of a way is told: what a sample is called stays short, and says all of it."""


def through() -> Any:
    """Declare which samples a walk passes; see `stops_in`."""
    return option(
        "",
        label="Walk through",
        help="Seeds that a walk passes in this order, for example 3, 17, 42. Empty: the next ones.",
    )


def chosen() -> Any:
    """Declare which samples are taken; see `spots_in`."""
    return option(
        "",
        label="Only these",
        help="Seeds, or samples between seeds like 5>8:0.3, with commas between: 3, 17, 5>8:0.3."
        " Empty: as many as are asked for, from the first seed on.",
    )


def near() -> Any:
    """Declare whose neighbours are shown; see `neighbours_of`."""
    return option(
        "",
        label="Neighbours of",
        help="A seed, or a sample between seeds like 5>8:0.3, as a picture saved in Explore says it"
        " of itself. It comes first, then what differs a little. Empty: the seeds themselves.",
    )


def distance() -> Any:
    """Declare how far neighbours are; see `Route`."""
    return option(
        0.3,
        ge=0,
        le=1,
        help="How far the neighbours of a sample are on their way to other samples.",
    )


def of_class() -> Any:
    """Declare of which class samples are; see `Sampler.classed`."""
    return option(
        "",
        label="Class",
        help="Of which class all samples are, by its name, where a run has classes. Empty: each is of its own.",
    )


def truncation() -> Any:
    """Declare how close samples come to the average one; see `Sampler.images`."""
    return option(1.0, ge=0, le=2, help="Below 1 the samples are safer and less varied.")


def spots_in(text: str) -> tuple[Spot, ...]:
    """Return the samples that are written in `text`, in their order.

    Raises:
        EngineError: It holds something else.
    """
    words = re.split(r"[\s,;，、]+", text.strip())
    return tuple(spot_in(word) for word in words) if words != [""] else ()


def stops_in(text: str) -> tuple[Spot, ...]:
    """Return the samples that are written in `text` for a walk, in their order.

    Raises:
        EngineError: It holds something else, a single one, or too many.
    """
    try:
        found = spots_in(text)
    except EngineError:
        found = (Spot(0),)
    if found and not 2 <= len(found) <= MOST:
        raise EngineError(
            "“{text}” are no seeds for a walk.",
            hint="Name two seeds or more, whole numbers with commas between: 3, 17, 42.",
            text=text,
        )
    return found


@dataclass(frozen=True)
class Route:
    """Where the cells of a grid go, each on a way of its own.

    Attributes:
        seed: The first cell's first seed, where nothing is chosen.
        cells: How many walk.
        chosen: What they pass instead, over and over; each cell begins one further on.
        near: What they begin at where nothing is chosen: it and its neighbours; None begins at the
            seeds.
        distance: How far these are on their way to the seeds.
    """

    seed: int
    cells: int
    chosen: tuple[Spot, ...] = ()
    near: Spot | None = None
    distance: float = 0.0

    @classmethod
    def of(cls, seed: int, cells: int, chosen: str, near: str, distance: float) -> Route:
        """Return a route by what is written in its settings.

        Raises:
            EngineError: These are no samples.
        """
        begun = spot_in(near) if near.strip() else None
        return cls(seed, cells, stops_in(chosen), begun, round(distance, DIGITS))

    def at(self, stop: int) -> list[Spot]:
        """Return a sample for each cell, after so many stops."""
        if self.chosen:
            return [self.chosen[(stop + cell) % len(self.chosen)] for cell in range(self.cells)]
        first = self.seed + stop * self.cells
        seeds = range(first, first + self.cells)
        if stop or self.near is None:
            return [Spot(seed) for seed in seeds]
        # Towards other seeds than its own.
        others = [seed for seed in seeds if self.near.steps or seed != self.near.seed]
        ways = [self.near.towards(Spot(seed), self.distance) for seed in others]
        return [self.near, *ways][: self.cells]
