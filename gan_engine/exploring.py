"""What a trained generator is asked to show: any seeds, one seed's neighbours, a walk between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch

from gan_engine.imaging import tile
from gan_engine.route import Route, seeds_in, through
from gan_engine.sampling import Grid, Sampler, truncation
from gan_engine.schema import Part, option


class Exploration(Part):
    """Which samples to look at, and how."""

    title: ClassVar[str] = "Explore"
    kind: Literal["explore"] = "explore"
    seed: int = option(0, ge=0, le=2**31 - 1, help="The first sample's seed; the next follow.")
    rows: int = option(6, ge=1, le=16, help="Rows of samples.")
    columns: int = option(6, ge=1, le=16, help="Samples in a row.")
    truncation: float = truncation()
    distance: float = option(
        0.3,
        ge=0,
        le=1,
        help="How far the neighbours of a sample are on their way to other samples.",
    )
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
        near: A seed whose neighbours are shown, itself first; None shows the seeds themselves.
        walked: How many samples far each has walked on towards the next ones.
    """

    how: Exploration
    label: int | None = None
    near: int | None = None
    walked: float = 0.0


def explore(sampler: Sampler, sight: Sight) -> Grid:
    """Return what is asked for as one picture, with a seed for each sample.

    A sample's neighbour is on its way to the sample whose seed is told for it. A walk passes the
    samples that the exporter of walks passes with the same seed, rows and columns.

    Raises:
        EngineError: There is no such class, or what a walk should pass are no seeds.
    """
    how = sight.how
    if sampler.needs_pictures:
        return sampler.example(how.rows, how.columns)
    count = how.rows * how.columns
    stop, share = divmod(sight.walked, 1.0)
    route = Route(how.seed, count, seeds_in(how.through) if sight.walked else ())
    seeds, others = (route.at(int(stop) + further) for further in (0, 1))
    label, named = sight.label, seeds
    if sight.near is not None:
        # Towards other seeds than its own, of its own class.
        others = [seed + (sight.near in seeds and seed >= sight.near) for seed in seeds]
        named, seeds = [sight.near, *others[:-1]], [sight.near] * count
        others = named
        shares = [0.0] + [how.distance] * (count - 1)
        if label is None and sampler.classes:
            label = sight.near % len(sampler.classes)
    else:
        shares = [share] * count
    if any(shares):
        made = sampler.between(seeds, others, shares, how.truncation, label)
    else:
        made = sampler.images(seeds, how.truncation, label)
    pixels = tile(torch.from_numpy(made).permute(0, 3, 1, 2), how.columns)
    return Grid(pixels, how.rows, how.columns, tuple(named))
