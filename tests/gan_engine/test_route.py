"""A walk passes the seeds that follow, or those that were chosen, each cell on a way of its own."""

from __future__ import annotations

import pytest

from gan_engine.errors import EngineError
from gan_engine.route import Route, spots_in, stops_in
from gan_engine.spot import Spot, spot_in


def seeds_of(spots: list[Spot]) -> list[int]:
    return [spot.seed for spot in spots]


@pytest.mark.parametrize("text", ["3, 17, 42", " 3 17\n42 ", "3;17，42", "3,17,,42"])
def test_that_seeds_may_be_written_as_people_write_lists(text: str) -> None:
    assert spots_in(text) == (Spot(3), Spot(17), Spot(42))


@pytest.mark.parametrize("text", ["", "  "])
def test_that_nothing_written_is_nothing_chosen(text: str) -> None:
    assert spots_in(text) == ()


@pytest.mark.parametrize(
    "text", ["3", "3, four", "3, -4", "1.5, 2", f"1, {2**31}", "1 " * 201, "²,3"]
)
def test_that_what_are_no_seeds_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(EngineError, match="no seeds") as error:
        stops_in(text)
    assert "3, 17, 42" in str(error.value.hint)


def test_that_cells_pass_the_seeds_that_follow() -> None:
    route = Route(5, 2)
    assert [seeds_of(route.at(stop)) for stop in range(3)] == [[5, 6], [7, 8], [9, 10]]


def test_that_chosen_seeds_are_passed_over_and_over_each_cell_one_further_on() -> None:
    route = Route(5, 2, spots_in("3, 17, 42"))
    assert [seeds_of(route.at(stop)) for stop in range(4)] == [[3, 17], [17, 42], [42, 3], [3, 17]]


def test_that_a_single_sample_can_be_taken_and_what_is_none_is_told() -> None:
    assert spots_in("3") == (Spot(3),)
    with pytest.raises(EngineError, match="“four” is no sample"):
        spots_in("3, four")


def test_that_what_was_found_on_the_way_can_be_passed_as_well() -> None:
    assert spots_in("3, 5>8:0.3") == (Spot(3), Spot(5).towards(Spot(8), 0.3))


@pytest.mark.parametrize(
    ("near", "cells"),
    [
        ("1", ["1", "1>5:0.25", "1>6:0.25", "1>7:0.25"]),
        ("6", ["6", "6>5:0.25", "6>7:0.25", "6>8:0.25"]),
        ("6>5:0.5", ["6>5:0.5", *(f"6>5:0.5>{seed}:0.25" for seed in (5, 6, 7))]),
    ],
)
def test_that_a_walk_begins_at_neighbours_and_goes_on_to_the_seeds_that_follow(
    near: str, cells: list[str]
) -> None:
    route = Route.of(5, 4, "", near, 0.25)
    assert [str(spot) for spot in route.at(0)] == cells
    assert seeds_of(route.at(1)) == [9, 10, 11, 12]
    assert str(Route.of(5, 2, "", near, 0.123456).at(0)[1]).endswith(":0.1235")
    assert Route.of(5, 1, "", near, 0.25).at(0) == [spot_in(near)]
