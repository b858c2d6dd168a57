"""The page Explore looks for the sample that is most like a picture of somebody's."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from gan_engine import read_png_text, spot_in
from studio.panels.export import ExportDialog
from tests.studio.panels.conftest import lively
from tests.studio.visitor import carried, takes


@pytest.fixture
def projected(explore_panel, studio, run_folder, emoji, qtbot):
    """Somebody who has chosen a picture, as with the dialog."""
    studio.run.open_folder(lively(run_folder))
    qtbot.waitUntil(lambda: not explore_panel.view.is_empty)
    explore_panel.foot.project_button.click()
    dialog = explore_panel.findChild(QFileDialog, "open-picture")
    assert "*.webp" in dialog.nameFilters()[0]
    dialog.fileSelected.emit(str(next(emoji.iterdir())))
    dialog.close()
    qtbot.waitUntil(lambda: explore_panel.view.count == 2)
    qtbot.waitUntil(lambda: not studio.jobs.active)
    return explore_panel


def test_that_the_nearest_sample_stands_beside_the_picture(projected):
    assert projected.view._captions[0].endswith(" % apart")
    assert projected.view._captions[1] == "the picture"
    assert projected.view.name_of(0).startswith("seed ")
    assert projected.view.name_of(1) == "the picture"
    assert "most like the picture" in projected.tip.text()


def test_that_it_is_pinned_saved_and_gone_on_from_like_any_sample(projected, tmp_path, qtbot):
    nearest = projected._spots[0]
    for cell in (0, 1):  # the picture itself is no sample
        projected.view.pin_asked.emit(cell)
    assert spot_in(projected._values["through"]).of_class(None) == nearest.of_class(None)
    assert projected.view.pinned == {0}
    projected.near_chosen.emit(nearest)
    qtbot.waitUntil(lambda: projected._spots[0].of_class(None) == nearest.of_class(None))
    projected.save(0)
    dialog = projected.findChild(QFileDialog, "save-png")
    dialog.fileSelected.emit(str(tmp_path / "mine.png"))
    dialog.close()
    qtbot.waitUntil((tmp_path / "mine.png").is_file)
    assert spot_in(read_png_text(tmp_path / "mine.png")["seeds"]) == projected._spots[0]


def test_that_the_way_back_to_all_samples_is_there(projected, qtbot):
    assert projected.foot.home_button.isVisible()
    projected.foot.home_button.click()
    qtbot.waitUntil(lambda: projected.view.count == 36)
    assert not projected.foot.home_button.isVisible()
    assert "pinned" in projected.tip.text()


def test_that_a_picture_that_cannot_be_read_is_told_below_all_samples(projected, tmp_path, qtbot):
    projected.picture_chosen.emit(tmp_path / "nowhere.png")
    qtbot.waitUntil(lambda: "nowhere.png" in projected.tip.text())
    qtbot.waitUntil(lambda: projected.view.count == 36)


def test_that_what_is_found_after_a_walk_can_be_pinned(projected, studio, emoji, qtbot):
    studio.exploring.walk(True)
    qtbot.waitUntil(lambda: studio.exploring.sight.walked > 0 and projected.view.count == 36)
    projected.picture_chosen.emit(next(emoji.iterdir()))
    qtbot.waitUntil(lambda: projected.view.count == 2)
    assert projected.view.pinned is not None


def test_that_export_begins_with_what_was_found(projected, studio, show):
    dialog = show(ExportDialog)
    assert dialog.what.kind.key() == "images"
    assert dialog.what.made().chosen == str(studio.exploring.nearest)


def test_that_a_picture_can_be_dropped_and_all_else_is_the_windows(explored, emoji, qtbot):
    picture, other, *_ = sorted(emoji.iterdir())
    left = explored._left
    for things in ([emoji], [picture, other], [emoji.parent / "mine.toml"]):
        assert not takes(left, *things)
    assert takes(left, picture)
    what = carried(picture)
    QApplication.sendEvent(left, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, *what))
    qtbot.waitUntil(lambda: explored.view.count == 2)


def test_that_no_picture_can_be_dropped_where_there_is_nothing_to_look_in(explore_panel, emoji):
    assert not takes(explore_panel._left, next(emoji.iterdir()))
