"""Curves: what is read now and then has a place too."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from studio.panels.curves import Curves


def test_that_a_metric_gets_a_plot_of_its_own_when_it_is_first_heard_of(qtbot: QtBot) -> None:
    curves = Curves()
    qtbot.addWidget(curves)
    curves.extend([(10, {"metric/kid": 0.2, "metric/diversity": 0.9, "loss/d": 1.0})])
    assert curves.grid.plot("metric/kid") is not curves.grid.plot("metric/diversity")


def test_that_ada_shows_how_often_it_changes_images(qtbot: QtBot) -> None:
    curves = Curves()
    qtbot.addWidget(curves)
    curves.extend([(10, {"augment/p": 0.2})])
    assert curves.grid.plot("augment/p") is not None
