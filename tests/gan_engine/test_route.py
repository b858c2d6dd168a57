"""A walk passes the seeds that follow, or those that were chosen, each cell on a way of its own."""

from __future__ import annotations

import pytest

from gan_engine.errors import EngineError
from gan_engine.route import Route, seeds_in


@pytest.mark.parametrize("text", ["3, 17, 42", " 3 17\n42 ", "3;17，42", "3,17,,42"])
def test_that_seeds_may_be_written_as_people_write_lists(text: str) -> None:
    assert seeds_in(text) == (3, 17, 42)


@pytest.mark.parametrize("text", ["", "  "])
def test_that_nothing_written_is_nothing_chosen(text: str) -> None:
    assert seeds_in(text) == ()


@pytest.mark.parametrize(
    "text", ["3", "3, four", "3, -4", "1.5, 2", f"1, {2**31}", "1 " * 201, "²,3"]
)
def test_that_what_are_no_seeds_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(EngineError, match="no seeds") as error:
        seeds_in(text)
    assert "3, 17, 42" in str(error.value.hint)


def test_that_cells_pass_the_seeds_that_follow() -> None:
    route = Route(5, 2)
    assert [route.at(stop) for stop in range(3)] == [[5, 6], [7, 8], [9, 10]]


def test_that_chosen_seeds_are_passed_over_and_over_each_cell_one_further_on() -> None:
    route = Route(5, 2, (3, 17, 42))
    assert [route.at(stop) for stop in range(4)] == [[3, 17], [17, 42], [42, 3], [3, 17]]
