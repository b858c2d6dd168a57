"""Runs looked at together."""

import numpy as np
import pytest

from gan_engine import FileError, merge, parse, train
from studio.comparison import Difference, differences_of, grids_at, moments_of
from studio.worker import RunView
from tests.studio.panels.conftest import info


def view(folder, *seen):
    grids = [(number, folder / f"{number}.png") for number in seen]
    return RunView(info(folder), {}, grids, [])


def test_that_only_settings_that_differ_are_told():
    one = {"format": 1, "loss": {"kind": "hinge", "margin": 1.0}, "training": {"seed": 0}}
    two = {"format": 2, "loss": {"kind": "least_squares"}, "training": {"seed": 0}}
    assert differences_of([one, two]) == [
        Difference("loss.kind", ("hinge", "least_squares")),
        Difference("loss.margin", (1.0, None)),
    ]
    assert differences_of([one, one]) == []


def test_that_a_value_that_moves_is_one_value():
    ramp = {"start": 1.0, "end": 0.0, "images": 9}
    found = differences_of([{"rate": ramp}, {"rate": 1.0}])
    assert found == [Difference("rate", (ramp, 1.0))]


def test_that_grids_are_those_of_the_same_moment_or_the_last_before(tmp_path):
    a, b, c = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    views = [view(a, 0, 100, 200), view(b, 50, 150), view(c)]
    assert moments_of(views) == [0, 50, 100, 150, 200]
    assert grids_at(views, 100) == {a: (100, a / "100.png"), b: (50, b / "50.png")}
    assert grids_at(views, 0)[b] == (50, b / "50.png")


@pytest.fixture
def runs(draft, tmp_path):
    made = []
    for place, kind in enumerate(("hinge", "least_squares")):
        folder = tmp_path / f"00{place}"
        list(train(parse(merge(draft, {"loss": {"kind": kind}})), folder=folder))
        made.append(folder)
    return made


def test_that_runs_are_read_in_order_with_their_grids(studio, runs, qtbot):
    comparison = studio.comparison
    comparison.show([runs[1], runs[0], runs[1]])
    qtbot.waitUntil(lambda: len(comparison.views) == 2)
    assert [found.info.folder for found in comparison.views] == [runs[1], runs[0]]
    found = differences_of([found.info.draft for found in comparison.views])
    assert found[0].path == "loss.kind"
    folder, path = runs[0], comparison.views[1].grids[-1][1]
    with qtbot.waitSignal(comparison.pictured) as heard:
        comparison.want_grids({folder: path})
    assert heard.args[0][:2] == (folder, path)
    assert heard.args[0][2].dtype == np.uint8
    comparison.remove(runs[1])
    assert [found.info.folder for found in comparison.views] == [runs[0]]


def test_that_a_run_that_cannot_be_read_is_left_out_and_said(studio, runs, tmp_path, qtbot):
    comparison = studio.comparison
    with qtbot.waitSignal(comparison.failed):
        comparison.show([tmp_path / "gone", runs[0]])
    qtbot.waitUntil(lambda: len(comparison.views) == 1)


def test_that_a_seventh_run_has_no_room(studio, tmp_path):
    comparison = studio.comparison
    comparison.show([tmp_path / str(n) for n in range(9)])
    assert len(comparison._folders) == 6
    comparison.add(tmp_path / "another")
    assert len(comparison._folders) == 6


def test_that_none_but_the_run_that_cannot_be_read_is_left_out(studio, runs, tmp_path, qtbot):
    comparison, gone = studio.comparison, tmp_path / "gone"
    comparison.show([gone])
    comparison.show([runs[0], gone])  # while it is being read
    qtbot.waitUntil(lambda: len(comparison.views) == 1)
    assert comparison.views[0].info.folder == runs[0]


def test_that_a_grid_that_cannot_be_read_hides_none_after_it(studio, runs, tmp_path, qtbot):
    comparison, said = studio.comparison, []
    comparison.pictured.connect(said.append)
    whole = sorted((runs[1] / "grids").glob("*.png"))[-1]
    torn = tmp_path / "torn.png"
    torn.write_bytes(whole.read_bytes()[:60])
    comparison.want_grids({runs[0]: torn, runs[1]: whole})
    qtbot.waitUntil(lambda: len(said) == 2)
    assert [found[:2] for found in said] == [(runs[0], torn), (runs[1], whole)]
    assert isinstance(said[0][2], FileError)
    assert said[1][2].dtype == np.uint8
