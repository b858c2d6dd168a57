"""Which samples a walk passes: the next seeds, or those that somebody has chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gan_engine.errors import EngineError
from gan_engine.schema import option

MOST = 200
LARGEST = 2**31 - 1


def through() -> Any:
    """Declare which seeds a walk passes; see `seeds_in`."""
    return option(
        "",
        label="Walk through",
        help="Seeds that a walk passes in this order, for example 3, 17, 42. Empty: the next ones.",
    )


def seeds_in(text: str) -> tuple[int, ...]:
    """Return the seeds that are written in `text`, in their order.

    Raises:
        EngineError: It holds something else, a single one, or too many.
    """
    words = re.split(r"[\s,;，、]+", text.strip())
    if words == [""]:
        return ()
    good = all(word.isascii() and word.isdigit() and int(word) <= LARGEST for word in words)
    if not good or not 2 <= len(words) <= MOST:
        raise EngineError(
            "“{text}” are no seeds for a walk.",
            hint="Name two seeds or more, whole numbers with commas between: 3, 17, 42.",
            text=text,
        )
    return tuple(int(word) for word in words)


@dataclass(frozen=True)
class Route:
    """Where the cells of a grid go, each on a way of its own.

    Attributes:
        seed: The first cell's first seed, where none are chosen.
        cells: How many walk.
        chosen: What they pass instead, over and over; each cell begins one further on.
    """

    seed: int
    cells: int
    chosen: tuple[int, ...] = ()

    def at(self, stop: int) -> list[int]:
        """Return a seed for each cell, after so many stops."""
        if self.chosen:
            return [self.chosen[(stop + cell) % len(self.chosen)] for cell in range(self.cells)]
        first = self.seed + stop * self.cells
        return list(range(first, first + self.cells))
