"""A sample in words: its seed, or how far it lies on the way from there to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.i18n import tr
from studio.panels import words as say

if TYPE_CHECKING:
    from gan_engine import Explored, Spot

_MOST = 2
"""Steps that are told one by one: more of them fit in no menu."""


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


def names_of(found: Explored) -> list[str]:
    """Return what each sample of a picture is called, and of which save it is where they differ."""
    names = [name_of(spot) for spot in found.spots]
    if found.projection is not None:
        return [*names, tr("the picture")]
    if not found.moments:
        return names
    moments = [say.images(found.moments[cell // found.columns]) for cell in range(len(names))]
    told = zip(names, moments, strict=True)
    return [tr("{spot} after {images}", spot=name, images=seen) for name, seen in told]


def captions_of(found: Explored, best: int | None) -> dict[int, str]:
    """Return what stands over the first sample of each row: of which save it is, or how near."""
    captions = {}
    if (nearest := found.projection) is not None:
        apart = tr("{percent} % apart", percent=f"{100 * nearest.error:.3g}")
        going = nearest.done < nearest.total
        share = round(100 * nearest.done / nearest.total)
        looking = tr("{apart} · looking, {percent} %", apart=apart, percent=share)
        return {0: looking if going else apart, 1: tr("the picture")}
    for row, seen in enumerate(found.moments):
        count = say.count(seen)
        if seen in found.broken:
            count = tr("{count}: cannot be read", count=count)
        elif seen == best:
            count = tr("{count} · best", count=count)
        captions[row * found.columns] = count
    return captions
