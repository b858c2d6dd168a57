"""The page that is shown first."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from gan_engine import RunNotes
from studio.panels.start import RECENT, StartPanel
from tests.studio.panels.conftest import info, picture


@pytest.fixture
def panel(show):
    return show(StartPanel)


def test_that_with_no_runs_it_says_where_they_will_be(panel):
    assert not panel.recent.isVisible()
    assert "becomes a run" in panel._none.text()


def test_that_the_newest_runs_are_shown_and_a_click_opens_one(panel, tmp_path, qtbot):
    runs = [info(tmp_path / f"{n:03d}", notes=RunNotes(f"try {n}")) for n in range(20)]
    panel.run_opened.disconnect()
    panel.show_runs(runs)
    assert [row.name for row in panel.recent.runs.rows] == [f"try {n}" for n in range(RECENT)]
    second = panel.recent.visualRect(panel.recent.runs.index(1)).center()
    with qtbot.waitSignal(panel.run_opened) as opened:
        qtbot.mouseClick(panel.recent.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert opened.args == [tmp_path / "001"]
    panel.recent.setCurrentIndex(panel.recent.runs.index(0))
    with qtbot.waitSignal(panel.run_opened) as opened:
        qtbot.keyClick(panel.recent, Qt.Key.Key_Return)
    assert opened.args == [tmp_path / "000"]


def test_that_every_card_is_on_the_page_however_narrow(panel, tmp_path, qtbot):
    panel.show_runs([info(tmp_path / f"{n:03d}") for n in range(RECENT)])
    for width in (900, 500, 320):
        panel.resize(width, 900)
        last = panel.recent.visualRect(panel.recent.runs.index(RECENT - 1))
        assert panel.recent.viewport().rect().contains(last)


def test_that_cards_show_the_newest_samples(panel, tmp_path):
    panel.show_runs([info(tmp_path / "a", thumbnail=tmp_path / "a.png")])
    panel.show_picture((tmp_path / "a.png", picture()))
    assert panel.recent.runs.picture_of(panel.recent.runs.rows[0]) is not None


def test_that_a_dropped_folder_and_the_built_in_images_are_told(panel, qtbot):
    with qtbot.waitSignal(panel.folder_chosen) as chosen:
        panel.zone.folder_dropped.emit(Path("/pictures"))
    assert chosen.args == [Path("/pictures")]
    with qtbot.waitSignal(panel.action_asked) as asked:
        panel.builtin_button.click()
    assert asked.args == ["open_builtin"]


def test_that_an_offer_is_answered_once_and_goes_when_a_run_begins(panel, qtbot):
    answers = [("Continue", "continue"), ("Look only", "look")]
    panel.show_offer("warning", "“007” stopped unexpectedly.", "Its last save is whole.", answers)
    assert panel.offer.isVisible()
    with qtbot.waitSignal(panel.answered) as answered:
        panel.offer.act.emit("look")
    assert answered.args == ["look"]
    assert not panel.offer.isVisible()
    panel.show_offer("warning", "Again.", "", answers)
    panel.show_state("preparing")
    assert not panel.offer.isVisible()


def test_that_runs_that_did_not_start_are_not_among_those_to_go_on_with(panel, tmp_path):
    panel.show_runs([info(tmp_path / "b", "unstarted"), info(tmp_path / "a")])
    assert [row.name for row in panel.recent.runs.rows] == ["a"]
