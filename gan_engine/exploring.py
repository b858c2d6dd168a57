"""What a trained generator is asked to show: any seeds, one seed's neighbours, a walk between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from gan_engine.events import Pixels
from gan_engine.imaging import tile
from gan_engine.route import DIGITS, Route, distance, near, through
from gan_engine.sampling import Sampler, truncation
from gan_engine.schema import Part, option
from gan_engine.spot import Spot


class Exploration(Part):
    """Which samples to look at, and how."""

    title: ClassVar[str] = "Explore"
    kind: Literal["explore"] = "explore"
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    rows: int = option(6, ge=1, le=16, help="Rows of samples.")
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
    """What was asked for as one picture: so many samples, and which each is, from its top left.

    Where pictures are made from others, there are no samples to name.
    """

    pixels: Pixels
    rows: int
    columns: int
    spots: tuple[Spot, ...] = ()


def explore(sampler: Sampler, sight: Sight) -> Explored:
    """Return what is asked for as one picture.

    A walk passes the samples that the exporter of walks passes with the same settings.

    Raises:
        EngineError: There is no such class, or what is written are no samples.
    """
    how = sight.how
    if sampler.needs_pictures:
        pixels, rows, columns, _ = sampler.example(how.rows, how.columns)
        return Explored(pixels, rows, columns)
    spots = spots_of(sight, len(sampler.classes))
    made = sampler.at(spots, how.truncation)
    pixels = tile(torch.from_numpy(made).permute(0, 3, 1, 2), how.columns)
    return Explored(pixels, how.rows, how.columns, tuple(spots))


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
