"""The tutorial's numbers beside the samples."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from gan_engine import Changed, Statistics
from studio.panels.d_view import DView, _coloured
from studio.panels.train import TrainPanel
from studio.worker import read_view
from tests.studio.panels.conftest import start

NONE = np.zeros((0, 1, 1), np.float32)


@pytest.fixture
def view(qtbot):
    made = DView()
    qtbot.addWidget(made)
    made.show_layout(2)
    made.show()
    return made


def maps(level, count=4):
    return np.full((count, 3, 5), level, np.float32)


def test_that_intensities_stand_beside_each_other(view):
    view.show_statistics(Statistics(8, (0.5, 0.7), (-0.1, 0.1), NONE, NONE))
    assert "0.600 ± 0.100" in view.said()
    assert "0.000 ± 0.100" in view.said()
    assert "whole image" in view.said()
    assert view.maps[0].isHidden()


def test_that_one_sees_whose_turn_it_is_and_who_rests(view):
    view.show_turns({"training": {"d_steps": 5}, "optimizer_g": {"rate": 0.1}})
    assert view.said().startswith("D learns 5 times, then G once. –")
    view.show_change("optimizer_g.rate", 0.0)
    assert "then G once. G rests: its learning rate is 0. –" in view.said()
    view.show_change("optimizer_g.rate", {"start": 0.1, "end": 0.0})
    view.show_change("training.d_steps", 1)
    assert view.said().startswith("D learns once, then G once. –")


def test_that_a_formula_that_has_no_room_beside_its_title_takes_two_lines(view):
    formula = view._formula
    heights = []
    for width in (400, 215):
        view.resize(width, 300)
        QApplication.processEvents()
        assert formula.height() >= formula.heightForWidth(formula.width())
        assert view.rect().contains(formula.geometry())
        heights.append(formula.heightForWidth(formula.width()))
    assert heights[0] < heights[1]


def test_that_a_patch_map_is_a_picture_with_its_size(view):
    view.show_statistics(Statistics(8, (0.5,), (0.1,), maps(2.0), maps(-2.0)))
    assert "3 × 5" in view.said()
    assert "score of ±2" in view.said()
    assert not view.maps[0].isHidden()
    assert view.maps[0]._image.size().toTuple() == (2 * 6 - 1, 2 * 4 - 1)


def test_that_real_and_generated_have_colours_of_their_own():
    real, fake, unsure = (_coloured(maps(level), 2, 9.0)[0, 0].astype(int) for level in (9, -9, 0))
    assert abs(real - fake).sum() > 150
    assert abs(real - unsure).sum() > 60
    assert abs(fake - unsure).sum() > 60


def test_that_they_come_with_a_run_and_go_with_the_next(show, studio, draft, tmp_path):
    panel = show(TrainPanel)
    panel.show_start(start(tmp_path / "007-cats", draft))
    studio.run.numbers_arrived.emit(Statistics(8, (0.5,), (0.1,), NONE, NONE))
    assert "0.500" in panel.stage.beside.d_view.said()
    assert panel.stage.beside.d_view.said().startswith("D learns once, then G once. 0.500")
    studio.run.setting_changed.emit(Changed(8, "optimizer_d.rate", 0.0002, 0.0))
    assert "D rests" in panel.stage.beside.d_view.said()
    panel.show_start(start(tmp_path / "008-cats", draft))
    assert "0.500" not in panel.stage.beside.d_view.said()


def test_that_a_run_that_is_over_shows_its_last(show, studio, run_folder):
    panel = show(TrainPanel)
    panel.show_view(read_view(run_folder))
    assert "D learns once" in panel.stage.beside.d_view.said()
    told = panel.stage.beside.d_view._means[0].text()
    assert told not in ("", "–")
    assert panel.curves.spread.moments
