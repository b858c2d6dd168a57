"""Curves: what is read now and then has a place too."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from gan_engine import score_edges
from studio import i18n
from studio.looking import pixels_of
from studio.panels.curves import Curves
from studio.tables import write_csv
from studio.widgets.folding import FoldingRow


@pytest.fixture
def curves(qtbot):
    made = Curves()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


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


def test_that_the_best_reading_of_a_metric_is_marked(curves, qtbot):
    name = "metric/sliced_wasserstein"
    curves.extend([(seen, {name: value}) for seen, value in ((64, 0.4), (128, 0.1), (192, 0.2))])
    plot = curves.grid.plot(name)
    qtbot.waitUntil(plot.isVisible)
    plot.renew()
    assert plot.best() == (128, 0.1)
    assert plot.area.best == (128, 0.1)
    assert plot.said.endswith("best 0.1000 at 128")


def test_that_a_metric_of_which_more_is_better_marks_the_highest(curves):
    curves.extend([(64, {"metric/originals": 0.4}), (128, {"metric/originals": 0.3})])
    assert curves.grid.plot("metric/originals").best() == (64, 0.4)
    assert curves.grid.plot("loss").best() is None


def test_that_a_metric_is_drawn_as_it_was_read_and_not_as_an_average_that_lags(curves, qtbot):
    name = "metric/sliced_wasserstein"
    curves.extend([(seen, {name: value}) for seen, value in ((64, 185.0), (128, 118.0))])
    plot = curves.grid.plot(name)
    qtbot.waitUntil(plot.isVisible)
    for raw in (True, False):
        curves.raw.setChecked(raw)
        plot.renew()
        qtbot.waitUntil(lambda: not plot._stale)
        as_read, averaged = plot._lines[name].drawn
        assert list(as_read.mean) == [185.0, 118.0]
        assert averaged is None


def test_that_mean_intensities_share_a_plot(curves):
    curves.extend([(64, {"intensity/real": 0.4, "intensity/fake": 0.1})])
    assert curves.grid.plot("intensity").keys == ("intensity/real", "intensity/fake")


def test_that_one_plot_or_all_are_taken_away_as_a_table(curves, qtbot, tmp_path):
    curves.extend([(64, {"loss/d": 1.0, "loss/g": 2.0, "speed": 9.0}), (128, {"loss/d": 3.0})])
    with qtbot.waitSignal(curves.table_saved) as told:
        curves.save("loss", tmp_path / "loss.csv", "csv")
    write_csv(tmp_path / "loss.csv", told.args[1])
    lines = (tmp_path / "loss.csv").read_text(encoding="utf-8").splitlines()
    assert lines == ["images_seen,Loss: D,Loss: G", "64,1.0,2.0", "128,3.0,"]
    assert "Images a second: images/s" in curves.readings()


def test_that_the_spread_of_scores_is_taken_away_as_a_table_and_as_a_picture(
    curves, qtbot, tmp_path
):
    bins = len(score_edges()) - 1
    curves.add_spread(64, np.ones((2, bins), np.int64))
    with qtbot.waitSignal(curves.table_saved) as told:
        curves.save("spread", tmp_path / "spread.csv", "csv")
    write_csv(tmp_path / "spread.csv", told.args[1])
    lines = (tmp_path / "spread.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["64", "1", "1"], ["64", "0", "1"]]
    assert len(lines[0].split(",")) == 2 + bins
    curves.copy("spread")
    assert QGuiApplication.clipboard().image().size() == curves.spread.grab().size()


def test_that_the_menus_of_all_plots_and_of_the_spread_lead_to_its_table(curves, monkeypatch):
    shown = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: shown.append(menu))
    curves._offer_all()
    place = curves.spread.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, place)
    QApplication.sendEvent(curves.spread, event)
    of_all, of_spread = ([action.text() for action in menu.actions()] for menu in shown)
    assert "Export the spread of scores as CSV…" in of_all
    assert of_spread == ["Copy as PNG", "Save as PNG…", "Export as CSV…"]


def test_that_a_plot_is_taken_away_as_a_picture(curves, qtbot, tmp_path):
    curves.extend([(64, {"loss/d": 1.0}), (128, {"loss/d": 3.0})])
    curves.copy("loss")
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == curves.grid.plot("loss").grab().size()
    with qtbot.waitSignal(curves.picture_saved) as told:
        curves.save("", tmp_path / "all.png", "png")
    assert told.args[1].height() > copied.height()
    pixels = pixels_of(told.args[1])
    assert pixels.shape == (told.args[1].height(), told.args[1].width(), 3)


def test_that_a_stretch_is_dragged_out_and_a_double_click_shows_everything(curves, qtbot):
    curves.extend([(seen, {"loss/d": 1.0 + seen}) for seen in range(0, 1000, 10)])
    plot = curves.grid.plot("loss")
    plot.renew()
    area, inside = plot.area, plot.area.box.sceneBoundingRect()
    start, end = (
        QPoint(round(inside.left() + share * inside.width()), round(inside.center().y()))
        for share in (0.25, 0.5)
    )
    port = area.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(port, end)
    assert area.selecting
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)
    low, high = area.box.viewRange()[0]
    assert (low, high) == (pytest.approx(247, abs=30), pytest.approx(495, abs=30))
    other = curves.grid.plot("speed").area.box.viewRange()[0]
    assert other == [pytest.approx(low), pytest.approx(high)]
    qtbot.mouseDClick(port, Qt.MouseButton.LeftButton, pos=start)
    assert area.box.viewRange()[0][0] <= 0


def test_that_buttons_zoom_around_the_crosshair_and_back_to_the_whole_run(curves):
    curves.closer.click()  # without readings there is nothing to look at
    curves.extend([(seen, {"loss/d": 1.0, "loss/g": 2.0}) for seen in range(0, 1001, 10)])
    loss, score = curves.grid.plot("loss"), curves.grid.plot("score")
    curves.follow.click()
    curves.closer.click()  # without a crosshair: what came last
    assert loss.span == score.span == (pytest.approx(500), 1000)
    curves.point(600.0)
    curves.closer.click()
    assert loss.span == (pytest.approx(550), pytest.approx(800))
    curves.wider.click()
    assert loss.span == (pytest.approx(500), pytest.approx(1000))
    curves.wider.click()
    assert loss.span[0] == 0
    curves.extend([(2000, {"loss/d": 1.0})])
    curves.grid.plot("loss").renew()
    assert loss.span[1] >= 2000  # it follows again


def test_that_a_click_asks_for_that_moment(curves, qtbot):
    curves.extend([(seen, {"loss/d": 1.0}) for seen in range(0, 1000, 10)])
    plot = curves.grid.plot("loss")
    plot.renew()
    spot = plot.area.box.sceneBoundingRect().center().toPoint()
    with qtbot.waitSignal(curves.moment_asked) as asked:
        qtbot.mouseClick(plot.area.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert asked.args[0] == pytest.approx(495, abs=30)


def test_that_the_spread_of_scores_follows_the_crosshair(curves):
    for seen in (64, 128):
        curves.add_spread(seen, np.eye(2, 64, seen // 64, dtype=np.int64))
    curves.grid.plots[0].pointed.emit(70.0)
    assert curves.spread._when.toolTip() == "after 64 images"


def test_that_a_curve_is_called_what_its_part_is_in_the_language_in_force(curves):
    curves.extend([(64, {"penalty/r1": 0.4})])
    assert list(curves.grid.plot("penalty").readings()) == ["Penalty: R1"]
    i18n.use("zh_CN")
    curves.extend([(128, {"penalty/gradient_penalty": 0.2, "intensity/fake": 0.1})])
    named = [*curves.grid.plot("penalty").readings(), *curves.grid.plot("intensity").readings()]
    assert any("梯度惩罚" in name for name in named)
    assert any("生成" in name for name in named)


def places(curves: Curves) -> list[int]:
    """Return how far down the switches and the buttons are."""
    return [made.mapTo(curves, QPoint(0, 0)).y() for made in (curves.raw, curves.export)]


def test_that_the_head_takes_two_rows_where_one_has_no_room(curves: Curves) -> None:
    head = curves.findChild(FoldingRow)
    assert not head.is_folded
    curves.resize(curves.minimumSizeHint().width(), 700)
    QApplication.processEvents()
    assert head.is_folded
    switches, buttons = places(curves)
    assert buttons < switches
    for made in (curves.raw, curves.smooth, curves.log, curves.follow, curves.export):
        assert made.width() >= made.sizeHint().width()
        assert head.rect().contains(made.mapTo(head, made.rect().bottomRight()))
    curves.resize(900, 700)
    QApplication.processEvents()
    assert not head.is_folded
    switches, buttons = places(curves)
    assert abs(buttons - switches) < 5
