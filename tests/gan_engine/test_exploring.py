"""Exploring shows the samples of the seeds it names, neighbours of one, and a walk between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gan_engine import Exploration, Explored, Sight, Spot, explore
from gan_engine.errors import EngineError
from gan_engine.sampling import Sampler
from tests.gan_engine.test_animation import awake
from tests.gan_engine.test_mixed_styles import same
from tests.gan_engine.ways import between

SMALL: dict[str, Any] = {"rows": 2, "columns": 3, "seed": 5}


def names_of(grid: Explored) -> list[str]:
    return [str(spot) for spot in grid.spots]


def cells_of(grid: Explored) -> np.ndarray:
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
    assert (grid.rows, grid.columns, names_of(grid)) == (2, 3, ["5", "6", "7", "8", "9", "10"])
    assert same(cells_of(grid), sampler.images(range(5, 11), 0.7))


@pytest.mark.parametrize("walked", [1.0, 1.25])
def test_that_a_walk_goes_on_to_the_next_samples(sampler: Sampler, walked: float) -> None:
    grid = explore(sampler, Sight(Exploration(**SMALL), walked=walked))
    way = between(sampler, range(11, 17), range(17, 23), [walked - 1] * 6)
    assert grid.spots[0] == Spot(11).towards(Spot(17), walked - 1)
    assert same(cells_of(grid), way)


def test_that_a_walk_passes_what_was_chosen(sampler: Sampler) -> None:
    how = Exploration(**SMALL, through="3, 17")
    grid = explore(sampler, Sight(how, walked=2.5))
    assert names_of(grid)[:3] == ["3>17:0.5", "17>3:0.5", "3>17:0.5"]
    assert same(cells_of(grid)[:1], between(sampler, [3], [17], [0.5]))
    assert names_of(explore(sampler, Sight(how)))[0] == "5"  # before it begins


@pytest.mark.parametrize(("near", "others"), [(1, (5, 6, 7, 8, 9)), (7, (5, 6, 8, 9, 10))])
def test_that_neighbours_come_after_the_sample_itself_and_lie_on_the_way_to_others(
    sampler: Sampler, near: int, others: tuple[int, ...]
) -> None:
    grid = explore(sampler, Sight(Exploration(**SMALL, distance=0.4, near=str(near))))
    assert names_of(grid) == [str(near), *(f"{near}>{other}:0.4" for other in others)]
    cells = cells_of(grid)
    assert same(cells[:1], sampler.images([near]))
    assert same(cells[1:], between(sampler, [near] * 5, others, [0.4] * 5))
    closer = Exploration(**SMALL, distance=0.1, near=str(near))
    nearer = cells_of(explore(sampler, Sight(closer)))
    apart = [np.abs(some[1:].astype(int) - cells[0]).mean() for some in (nearer, cells)]
    assert apart[0] < apart[1]


@pytest.mark.parametrize("kind", ["dcgan", "style"])
@pytest.mark.parametrize("classes", [False, True])
@pytest.mark.parametrize("label", [None, 2])
def test_that_every_sample_seen_is_seen_again_first_among_its_neighbours(
    kind: str, classes: bool, label: int | None
) -> None:
    """Neighbours, neighbours of neighbours, and what a walk is just passing."""
    sampler, how = awake(kind, classes), Exploration(**SMALL, truncation=0.7)
    sight = Sight(how, label if classes else None, walked=0.4)
    for cell in (1, 4, 2):
        grid = explore(sampler, sight)
        how = how.model_copy(update={"near": str(grid.spots[cell])})
        again = explore(sampler, Sight(how))  # all that has to be known is in its name
        assert again.spots[0] == grid.spots[cell]
        assert same(cells_of(again)[:1], cells_of(grid)[cell : cell + 1])
        assert not same(cells_of(again)[1:2], cells_of(again)[:1])
        sight = Sight(how, sight.label)


def test_that_a_walk_begins_at_the_neighbours_that_are_seen(sampler: Sampler) -> None:
    how = Exploration(**SMALL, near="3>4:0.3")
    still, begun, gone = (
        explore(sampler, Sight(how, walked=walked)) for walked in (0.0, 0.0001, 1.0)
    )
    apart = np.abs(cells_of(begun).astype(int) - cells_of(still)).max()
    assert apart <= 2
    assert names_of(begun)[1] == f"{still.spots[1]}>12:0.0001"
    assert same(cells_of(gone), sampler.images(range(11, 17)))
    chosen = how.model_copy(update={"through": "7, 3>4:0.3"})  # what was pinned goes before
    assert names_of(explore(sampler, Sight(chosen, walked=1.0)))[:2] == ["3>4:0.3", "7"]


@pytest.mark.parametrize("kind", ["dcgan", "style"])
def test_that_classes_are_shown_in_turn_or_one_of_them_and_neighbours_share_one(kind: str) -> None:
    sampler, how = awake(kind, classes=True), Exploration(**SMALL)
    assert same(cells_of(explore(sampler, Sight(how))), sampler.images(range(5, 11)))
    one = explore(sampler, Sight(how, label=2))
    assert same(cells_of(one), sampler.images(range(5, 11), label=2))
    near = explore(sampler, Sight(how.model_copy(update={"near": "4"})))
    assert names_of(near)[:2] == ["4#1", "4#1>5:0.3"]
    assert same(cells_of(near)[1:2], between(sampler, [4], [5], [0.3], label=1))
    with pytest.raises(EngineError, match="no such class"):
        explore(sampler, Sight(how, label=3))
