"""Exploring shows the samples of the seeds it names, neighbours of one, and a walk between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gan_engine import Exploration, Sight, explore
from gan_engine.errors import EngineError
from gan_engine.sampling import Grid, Sampler
from tests.gan_engine.test_animation import awake
from tests.gan_engine.test_mixed_styles import same

SMALL: dict[str, Any] = {"rows": 2, "columns": 3, "seed": 5}


def cells_of(grid: Grid) -> np.ndarray:
    """Return the samples of a grid of 16 px, row by row."""
    return np.stack(
        [
            grid.pixels[18 * row : 18 * row + 16, 18 * column : 18 * column + 16]
            for row in range(grid.rows)
            for column in range(grid.columns)
        ]
    )


@pytest.fixture(params=["dcgan", "style"])
def sampler(request: pytest.FixtureRequest) -> Sampler:
    return awake(request.param)


def test_that_samples_are_those_of_the_seeds_that_are_told(sampler: Sampler) -> None:
    grid = explore(sampler, Sight(Exploration(**SMALL, truncation=0.7)))
    assert (grid.rows, grid.columns, grid.seeds) == (2, 3, (5, 6, 7, 8, 9, 10))
    assert same(cells_of(grid), sampler.images(range(5, 11), 0.7))


@pytest.mark.parametrize("walked", [1.0, 1.25])
def test_that_a_walk_goes_on_to_the_next_samples(sampler: Sampler, walked: float) -> None:
    grid = explore(sampler, Sight(Exploration(**SMALL), walked=walked))
    way = sampler.between(range(11, 17), range(17, 23), [walked - 1] * 6)
    assert grid.seeds == (11, 12, 13, 14, 15, 16)
    assert same(cells_of(grid), way)


def test_that_a_walk_passes_what_was_chosen(sampler: Sampler) -> None:
    how = Exploration(**SMALL, through="3, 17")
    grid = explore(sampler, Sight(how, walked=2.5))
    assert grid.seeds == (3, 17, 3, 17, 3, 17)
    assert same(cells_of(grid)[:1], sampler.between([3], [17], [0.5]))
    assert explore(sampler, Sight(how)).seeds[0] == 5  # before it begins


@pytest.mark.parametrize(("near", "others"), [(1, (5, 6, 7, 8, 9)), (7, (5, 6, 8, 9, 10))])
def test_that_neighbours_come_after_the_sample_itself_and_lie_on_the_way_to_others(
    sampler: Sampler, near: int, others: tuple[int, ...]
) -> None:
    grid = explore(sampler, Sight(Exploration(**SMALL, distance=0.4), near=near))
    assert grid.seeds == (near, *others)
    cells = cells_of(grid)
    assert same(cells[:1], sampler.images([near]))
    assert same(cells[1:], sampler.between([near] * 5, others, [0.4] * 5))
    nearer = cells_of(explore(sampler, Sight(Exploration(**SMALL, distance=0.1), near=near)))
    apart = [np.abs(some[1:].astype(int) - cells[0]).mean() for some in (nearer, cells)]
    assert apart[0] < apart[1]


@pytest.mark.parametrize("kind", ["dcgan", "style"])
def test_that_classes_are_shown_in_turn_or_one_of_them_and_neighbours_share_one(kind: str) -> None:
    sampler, how = awake(kind, classes=True), Exploration(**SMALL)
    assert same(cells_of(explore(sampler, Sight(how))), sampler.images(range(5, 11)))
    one = explore(sampler, Sight(how, label=2))
    assert same(cells_of(one), sampler.images(range(5, 11), label=2))
    near = explore(sampler, Sight(how, near=4))
    assert same(cells_of(near)[1:2], sampler.between([4], [near.seeds[1]], [0.3], label=1))
    with pytest.raises(EngineError, match="no such class"):
        explore(sampler, Sight(how, label=3))
