"""What is seen on the page Explore, or what can be done with it, in a sentence or two."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from gan_engine import EngineError, spot_in
from studio.i18n import tr
from studio.panels.spot_words import name_of

if TYPE_CHECKING:
    from gan_engine import Sight


def tip_of(sight: Sight, doing: str, from_pictures: bool, walks: bool) -> str:
    """Return what to say below the samples.

    Args:
        sight: What is looked at.
        doing: "compare" where a row is shown for each save, "project" where a picture is looked for.
        from_pictures: Whether the generator makes pictures from others.
        walks: Whether a walk is going.
    """
    if doing == "compare":
        return tr("A row for each save, the oldest first. Double-click or Enter: that save alone.")
    if doing == "project":
        return tr(
            "The sample most like the picture, and by how much its pixels differ (RMS)."
            " Double-click or Enter: its neighbours."
        )
    if from_pictures:
        return tr("Pictures that come with the program, each beside what it makes.")
    if sight.how.near and (begun := _named(sight.how.near)):
        if walks or sight.walked:
            return tr("A walk that began at {spot} and its neighbours.", spot=begun)
        return tr("Neighbours of {spot}, which comes first.", spot=begun)
    return tr("Double-click or Enter: a sample's neighbours. A walk passes pinned ones.")


def _named(near: str) -> str:
    """Return what a sample is called; nothing where what is written is none."""
    with contextlib.suppress(EngineError):
        return name_of(spot_in(near))
    return ""
