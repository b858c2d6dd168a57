"""Samples looked at: two moments compared, what each is nearest to, and those that are followed."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from gan_engine import EngineError, Pin, SampleGrid, read_pins, write_png
from studio import looking
from studio.panels.beside import PINNED
from studio.panels.train import TrainPanel
from studio.worker import read_view
from tests.studio.panels.conftest import grid, picture, start


@pytest.fixture
def panel(show):
    return show(TrainPanel)


@pytest.fixture
def wait_until(qtbot):
    return lambda holds: qtbot.waitUntil(holds)


@pytest.fixture
def going(panel, draft, tmp_path):
    """A panel that watches a run with three grids on disk."""
    panel.show_state("training")
    panel.show_start(start(tmp_path / "007-cats", draft))
    for seen in (0, 8, 16):
        path = tmp_path / f"{seen}.png"
        write_png(path, picture(level=seen * 10))
        panel.show_sample(grid(seen, path, level=seen * 10))
    return panel


@pytest.fixture
def viewed(panel, studio, run_folder, wait_until):
    """A panel that shows a run that was stopped."""
    studio.run.viewed.emit(read_view(run_folder))
    wait_until(lambda: panel.stage.pixels is not None)
    return panel


def test_that_two_moments_are_compared_and_each_can_be_moved(going, wait_until):
    stage = going.stage
    stage.compare_button.click()
    wait_until(lambda: stage.view.compares)
    assert stage.timeline.said() == "A 0 · B 16"
    stage.timeline._slider.move_other(1)
    wait_until(lambda: stage.view._names_of_sides[0] == "A · 8 images")
    stage.timeline.go(0)
    wait_until(lambda: stage.view._names_of_sides[1] == "B · 0 images")
    assert np.array_equal(stage.pixels, picture(level=0))
    stage.compare_button.click()
    assert not stage.view.compares
    assert stage.timeline.other == -1


def test_that_the_first_moment_is_compared_with_the_newest(going, wait_until):
    going.stage.timeline.go(0)
    going.stage.compare_button.click()
    wait_until(lambda: going.stage.view.compares)
    assert going.stage.timeline.other == 2


def test_that_pointing_at_curves_points_at_the_timeline_and_back(going):
    going.curves.grid.plots[0].pointed.emit(9.5)
    assert going.stage.timeline.pointer == 9.5
    going.curves.grid.plots[0].pointed.emit(None)
    assert going.stage.timeline.pointer is None
    going.stage.timeline.pointed.emit(8.0)
    assert {plot._cursor for plot in going.curves.grid.plots} == {8.0}
    going.curves.grid.plots[0].area.clicked.emit(9.5)
    assert going.stage.timeline.index == 1
    assert {plot._cursor for plot in going.curves.grid.plots} == {8.0}


def test_that_the_card_shows_the_nearest_training_image(viewed, wait_until):
    stage = viewed.stage
    stage.view.cell_chosen.emit(1)
    assert "seed 1" in stage.tip.card.said()
    assert "Looking for" in stage.tip.card.said()
    wait_until(lambda: "of the usual distance" in stage.tip.card.said())
    assert (
        ".webp" in stage.tip.card._captions[1].toolTip()
        or ".png" in stage.tip.card._captions[1].toolTip()
    )
    stage.view.cell_hovered.emit(-1)
    assert stage.tip.card.said() == ""


def test_that_a_run_whose_pictures_are_gone_says_so(panel, studio, run_folder, emoji, wait_until):
    for path in emoji.iterdir():
        path.unlink()
    studio.run.viewed.emit(read_view(run_folder))
    wait_until(lambda: panel.stage.pixels is not None)
    panel.stage.view.cell_chosen.emit(0)
    wait_until(lambda: "Looking" not in panel.stage.tip.card.said())
    assert "picture" in panel.stage.tip.card.said().lower()


def test_that_a_pinned_sample_is_kept_with_the_run_and_shown_over_time(
    viewed, studio, run_folder, wait_until
):
    stage = viewed.stage
    stage.view.pin_asked.emit(2)
    wait_until(lambda: read_pins(run_folder) == (Pin(2),))
    stage.beside.buttons.button(PINNED).click()
    wait_until(lambda: stage.beside.strip.moments == stage.moments)
    assert stage.beside.strip.names == ["seed 2"]
    stage.timeline.go(len(stage.moments) - 1)
    stage.beside.strip.moment_asked.emit(float(stage.moments[0]))
    assert stage.timeline.index == 0
    stage.beside.strip.unpin_asked.emit(0)
    wait_until(lambda: read_pins(run_folder) == ())
    assert stage.beside.strip.names == []


def test_that_pins_come_back_with_their_run(panel, studio, run_folder, wait_until):
    studio.looking._folder = run_folder
    studio.looking.pin([Pin(1), Pin(3)])
    wait_until(lambda: not studio.jobs.active)
    studio.looking._folder = None
    studio.run.viewed.emit(read_view(run_folder))
    wait_until(lambda: panel.stage.view._pinned == frozenset({1, 3}))
    assert panel.stage.beside.buttons.button(PINNED).text() == "Pinned (2)"


def test_that_samples_of_classes_are_called_by_their_class(going, tmp_path):
    labels = ("cat", "dog", "cat", "dog")
    going.show_sample(SampleGrid(24, picture(), 2, 2, (5, 5, 6, 6), None, labels))
    going.stage.view.cell_hovered.emit(3)
    assert going.stage.pointed == "seed 6 of dog"
    assert going.stage.pin_of(3) == Pin(6, "dog")
    assert going.stage.cell_of(Pin(5, "dog")) == 1


def test_that_a_grid_from_disk_says_what_it_is_made_of(going, tmp_path):
    told = {"rows": "2", "columns": "2", "seeds": "5-6", "classes": '["cat", "dog", "cat", "dog"]'}
    going.show_earlier((tmp_path / "x.png", picture(), told))
    assert [going.stage.name_of(cell) for cell in (0, 3)] == ["seed 5 of cat", "seed 6 of dog"]


def test_that_saves_and_changes_are_on_the_timeline(viewed):
    kinds = {mark.kind for mark in viewed.stage.timeline.marks}
    assert "saved" in kinds
    assert all(mark.text for mark in viewed.stage.timeline.marks)


def test_that_of_pairs_a_cell_says_which_of_the_three_pictures_it_is(going, tmp_path):
    seeds = (0, 0, 0, 1, 1, 1)
    going.show_sample(SampleGrid(24, picture(), 2, 3, seeds, None, paired=True))
    wanted = ["pair 1: what is given", "pair 1: what is made", "pair 2: what it should be"]
    assert [going.stage.name_of(cell) for cell in (0, 1, 5)] == wanted
    assert going.stage.cell_of(going.stage.pin_of(4)) == 4
    told = {"rows": "2", "columns": "3", "seeds": "0-1", "pairs": "given, made, wanted"}
    going.show_sample(SampleGrid(32, picture(), 1, 1, (7,), None))
    going.show_earlier((tmp_path / "x.png", picture(), told))
    assert [going.stage.name_of(cell) for cell in (0, 1, 5)] == wanted


def test_that_samples_and_reals_begin_at_one_height(panel):
    stage = panel.stage
    corners = [view.mapTo(stage, QPoint(0, 0)).y() for view in (stage.view, stage.reals)]
    assert corners[0] == corners[1]


def test_that_of_pins_set_in_quick_succession_the_last_are_kept(
    viewed, studio, run_folder, wait_until
):
    failures = []
    studio.looking.failed.connect(failures.append)
    for count in range(1, 9):
        studio.looking.pin([Pin(seed) for seed in range(count)])
    wait_until(lambda: studio.looking._kept._job is None)
    assert read_pins(run_folder) == tuple(Pin(seed) for seed in range(8))
    assert not failures


def test_that_pins_that_cannot_be_kept_are_told_and_the_run_is_not_said_to_break_off(
    studio, run_folder, wait_until, monkeypatch
):
    def refuse(*_):
        raise EngineError("The disk is full.", hint="Make room.")

    monkeypatch.setattr(looking, "write_pins", refuse)
    broke, told = [], []
    studio.run.failed.connect(broke.append)
    studio.run.noticed.connect(told.append)
    studio.run.open_folder(run_folder)
    wait_until(lambda: studio.run.view is not None)
    studio.looking.pin([Pin(1)])
    wait_until(lambda: bool(told))
    assert (told[0].text, broke) == ("The disk is full.", [])
