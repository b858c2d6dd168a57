"""A value that moves is where its shape says, at every moment of a run."""

from __future__ import annotations

import pytest

from gan_engine.schema import Ramp, value_at

PLACES = (0, 25, 50, 75, 100)
SHAPES = {
    "linear": [1.0, 1.5, 2.0, 2.5, 3.0],
    "cosine": [1.0, 1.2928932, 2.0, 2.7071068, 3.0],
    "steps": [1.0, 1.5, 2.0, 2.5, 3.0],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_that_a_ramp_follows_its_shape_and_then_stays(shape: str) -> None:
    ramp = Ramp(start=1.0, end=3.0, shape=shape)
    assert [ramp.at(seen, 100) for seen in PLACES] == pytest.approx(SHAPES[shape])
    assert ramp.at(500, 100) == 3.0
    down = Ramp(start=3.0, end=1.0, shape=shape)
    assert [down.at(seen, 100) for seen in PLACES] == pytest.approx(SHAPES[shape][::-1])


def test_that_it_may_be_over_before_the_run_is() -> None:
    ramp = Ramp(start=0.0, end=1.0, images=40)
    assert [ramp.at(seen, 1000) for seen in (0, 10, 40, 900)] == pytest.approx([0, 0.25, 1, 1])


def test_that_steps_are_jumps_between_which_nothing_moves() -> None:
    ramp = Ramp(start=0.0, end=1.0, shape="steps", jumps=2)
    found = [ramp.at(seen, 100) for seen in (0, 49, 50, 99, 100)]
    assert found == pytest.approx([0, 0, 0.5, 0.5, 1])


def test_that_what_does_not_move_is_what_it_is() -> None:
    assert value_at(0.25, 7, 100) == value_at(0.25, 99, 100) == 0.25
    assert value_at(Ramp(start=1.0, end=3.0), 50, 100) == 2.0
