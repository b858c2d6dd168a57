"""Exploring shows the samples of the seeds it names, neighbours of one, and a walk between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gan_engine import Exploration, Explored, Sight, Spot, compare_saves, explore, exploring
from gan_engine.errors import EngineError, FileError
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


def test_that_the_same_samples_are_seen_with_each_save_the_oldest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = {8: awake("dcgan"), 16: awake("dcgan"), 24: awake("dcgan")}
    for times, seen in enumerate(made):
        for weight in made[seen].network.parameters():
            weight.mul_(1 - 0.2 * times)

    def opened(path: Path) -> Sampler:
        if path.name == "20":
            raise FileError("It is damaged.", hint="Take another one.")
        return made[int(path.name)]

    monkeypatch.setattr(exploring, "open_sampler", opened)
    saves = [(seen, Path(str(seen))) for seen in (24, 20, 16, 8)]
    sight = Sight(Exploration(**SMALL, near="3>4:0.3"))
    first, *_, last = list(compare_saves(saves, sight))
    assert (last.rows, last.columns, last.moments, last.broken) == (4, 3, (8, 16, 20, 24), {20})
    assert names_of(last) == ["3>4:0.3", "3>4:0.3>5:0.3", "3>4:0.3>6:0.3"] * 4
    cells = cells_of(last)
    for row, seen in ((0, 8), (1, 16), (3, 24)):
        assert same(cells[3 * row : 3 * row + 3], cells_of(explore(made[seen], sight))[:3])
    assert not same(cells[:3], cells[9:])
    assert last.pixels.shape == first.pixels.shape  # what is to come has its place
    assert same(cells_of(first)[:3], cells[:3])
    assert len(np.unique(cells_of(first)[9:])) == 1


def test_that_of_very_many_saves_the_first_the_last_and_some_between_are_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sampler = awake("dcgan")
    monkeypatch.setattr(exploring, "open_sampler", lambda path: sampler)
    saves = [(seen, Path(str(seen))) for seen in range(400, 0, -10)]
    *_, last = compare_saves(saves, Sight(Exploration(rows=1, columns=1)))
    assert (last.moments[0], last.moments[-1], len(set(last.moments))) == (10, 400, 16)
    assert list(last.moments) == sorted(last.moments)
    (one,) = compare_saves(saves[:1], Sight(Exploration(rows=1, columns=1)))
    assert one.moments == (400,)
