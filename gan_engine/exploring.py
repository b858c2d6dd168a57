"""What a trained generator is asked to show: any seeds, one seed's neighbours, a walk between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import torch

from gan_engine.errors import FileError
from gan_engine.events import Pixels
from gan_engine.imaging import GAP, tile
from gan_engine.projection import Projection, project
from gan_engine.route import DIGITS, Route, distance, near, through, truncation
from gan_engine.sampling import Sampler, open_sampler
from gan_engine.schema import Part, option
from gan_engine.spot import Spot

MOST_ROWS = 16


class Exploration(Part):
    """Which samples to look at, and how."""

    title: ClassVar[str] = "Explore"
    kind: Literal["explore"] = "explore"
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    rows: int = option(6, ge=1, le=MOST_ROWS, help="Rows of samples.")
    columns: int = option(6, ge=1, le=16, help="Samples in a row.")
    truncation: float = truncation()
    near: str = near()
    distance: float = distance()
    pace: float = option(
        2.0, ge=0.2, le=30, unit="s", label="A walk's pace",
        help="How long a walk takes from one sample to the next.",
    )  # fmt: skip
    through: str = through()


@dataclass(frozen=True)
class Sight:
    """One picture that is asked for.

    Attributes:
        how: The settings.
        label: Of which class, by its place; None takes the classes in turn.
        walked: How many samples far each has walked on towards the next ones.
    """

    how: Exploration
    label: int | None = None
    walked: float = 0.0


@dataclass(frozen=True)
class Explored:
    """What was asked for as one picture.

    Attributes:
        pixels: So many rows and columns of samples.
        spots: Which sample each is, from the top left; none where pictures are made from others.
        moments: After how many images the save was made that a row is from, where each is from
            another one.
        broken: Which of these saves cannot be read.
        projection: How far it was come in looking for a picture, which is the last cell then.
    """

    pixels: Pixels
    rows: int
    columns: int
    spots: tuple[Spot, ...] = ()
    moments: tuple[int, ...] = ()
    broken: frozenset[int] = frozenset()
    projection: Projection | None = None


def explore(sampler: Sampler, sight: Sight, rows: int = MOST_ROWS) -> Explored:
    """Return what is asked for as one picture, or no more than so many rows of it.

    A walk passes the samples that the exporter of walks passes with the same settings.

    Raises:
        EngineError: There is no such class, or what is written are no samples.
    """
    how = sight.how
    rows = min(rows, how.rows)
    if sampler.needs_pictures:
        pixels, rows, columns, _ = sampler.example(rows, how.columns)
        return Explored(pixels, rows, columns)
    spots = spots_of(sight, len(sampler.classes))[: rows * how.columns]
    made = sampler.at(spots, how.truncation)
    pixels = tile(torch.from_numpy(made).permute(0, 3, 1, 2), how.columns)
    return Explored(pixels, rows, how.columns, tuple(spots))


def compare_saves(saves: Sequence[tuple[int, Path]], sight: Sight) -> Iterator[Explored]:
    """Yield the first row of what is asked for with one save after the other, a row each.

    One generator at a time is in memory. The rows that are still to come are empty.

    Args:
        saves: (images seen, file), the newest first; of very many, the first and the last and some
            between are taken.
        sight: What is looked at.

    Raises:
        EngineError: There is no such class, or what is written are no samples.
    """
    count = min(len(saves), MOST_ROWS)
    chosen = [saves[-1 - round(i * (len(saves) - 1) / max(1, count - 1))] for i in range(count)]
    moments, broken = tuple(seen for seen, _ in chosen), frozenset[int]()
    found = None
    for row, (seen, path) in enumerate(chosen):
        try:
            one = explore(open_sampler(path), sight, rows=1)
        except FileError:
            broken |= {seen}
        else:
            if found is None:
                height, width, channels = one.pixels.shape
                canvas = np.full((count * (height + GAP) - GAP, width, channels), 32, np.uint8)
            top = row * (height + GAP)
            canvas[top : top + height] = one.pixels
            found = one
        if found is not None:
            pixels = canvas.copy()
            pixels.setflags(write=False)
            yield Explored(pixels, count, found.columns, found.spots * count, moments, broken)


def look_for(sampler: Sampler, sight: Sight, path: Path) -> Iterator[Explored]:
    """Yield the nearest sample to a picture so far, beside that picture; see `project`."""
    for found in project(sampler, path, sight.how.truncation, sight.label):
        yield Explored(found.pixels, 1, 2, (found.spot,), projection=found)


def spots_of(sight: Sight, classes: int) -> list[Spot]:
    """Return which sample each cell shows, of a generator with so many classes.

    Raises:
        EngineError: What is written are no samples.
    """
    how = sight.how
    chosen = how.through if sight.walked else ""  # a walk passes these, and nothing else
    route = Route.of(how.seed, how.rows * how.columns, chosen, how.near, how.distance)
    stop, share = divmod(round(sight.walked, DIGITS), 1.0)
    here, there = (
        [_told(spot, sight.label, classes) for spot in route.at(int(stop) + further)]
        for further in (0, 1)
    )
    share = round(share, DIGITS)
    return [one.towards(other, share) for one, other in zip(here, there, strict=True)]


def _told(spot: Spot, label: int | None, classes: int) -> Spot:
    return spot.settled(classes) if label is None else spot.of_class(label)
