"""Which run is offered after a crash."""

from pathlib import Path

import pytest

from gan_engine import RunInfo
from studio.recovery import Recovery


def info(name, state):
    return RunInfo(Path(name), name, state, 90, 100, 80, {}, None, 0.0)


@pytest.mark.parametrize(
    ("states", "offered"),
    [
        (["interrupted", "done"], ["001"]),
        (["unstarted", "interrupted"], ["002"]),  # what never began hides no crash
        (["done", "interrupted"], []),  # somebody has trained since
        (["unstarted"], []),
    ],
)
def test_that_the_newest_run_that_began_is_offered_if_it_broke_off(studio, states, offered):
    made, said = Recovery(studio.library, studio.run, studio.library), []
    made.told.connect(lambda level, text, hint, answers: said.append(text))
    studio.library.changed.emit(
        [info(f"{number:03d}", state) for number, state in enumerate(states, 1)]
    )
    assert said == [f"“{name}” stopped unexpectedly after 90 images." for name in offered]
