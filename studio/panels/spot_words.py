"""A sample in words: its seed, or how far it lies on the way from there to others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.i18n import tr

if TYPE_CHECKING:
    from gan_engine import Spot

_MOST = 2
"""Steps that are told one by one: more of them fit in no menu."""
_LONGEST = 60


def name_of(spot: Spot) -> str:
    """Return what a sample is called: seed 5, 30 % towards 8."""
    begun = tr("seed {seed}", seed=spot.seed)
    if len(spot.steps) > _MOST:
        return tr("{spot} and {count} steps", spot=begun, count=len(spot.steps))
    for other, share in spot.steps:
        end = f"({other})" if other.steps else str(other.seed)
        begun = tr(
            "{spot}, {percent} % towards {other}",
            spot=begun,
            percent=f"{100 * share:.4g}",
            other=end,
        )
    return begun


def file_name(spot: Spot) -> str:
    """Return a file's name that says which sample is in it, in letters that every system takes."""
    return f"seed-{re.sub(r'[^0-9.]+', '-', str(spot)).strip('-')}"[:_LONGEST]
