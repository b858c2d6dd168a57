"""The line at the bottom."""

import time

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from studio import theme
from studio.status import StatusLine
from studio.widgets.elided import ElidedLabel


@pytest.fixture
def line(qtbot):
    made = StatusLine()
    qtbot.addWidget(made)
    made.show()
    yield made
    made.show_saved(None)


def text(line):
    labels = (*line.findChildren(QLabel), *line.findChildren(ElidedLabel))
    return " | ".join(label.text() for label in labels if label.isVisible())


def test_that_a_going_run_shows_how_far_how_fast_and_how_long(line):
    line.show_state("training", 0, 1000)
    line.show_reading({"speed": 10.0, "memory": 2**30})
    line.show_progress(250, 1000)
    assert "Training" in text(line)
    assert "250 of 1,000 images" in text(line)
    assert "25 %" in text(line)
    assert "1 min 15 s left" in text(line)
    assert "1.0 GB" in text(line)
    line.show_reading({"metric/kid": 1.0})
    line.show_progress(250, 1000)
    assert "1 min 15 s left" in text(line)


def test_that_what_counts_up_moves_nothing_beside_it(line):
    line.resize(900, 30)
    line.show_state("training", 0, 1000)
    line.show_reading({"speed": 5.0, "memory": 2**30})
    places = set()
    for seen in (20, 150, 990):  # from 3 min 16 s left to 2 s left
        line.show_progress(seen, 1000)
        line.layout().activate()
        places.add(line.findChild(QProgressBar).x())
    assert len(places) == 1


def test_that_a_run_that_is_prepared_has_no_speed_of_another(line):
    line.show_state("training", 0, 1000)
    line.show_reading({"speed": 10.0, "memory": 2**30})
    line.show_progress(500, 1000)
    line.show_state("idle", 500, 1000)
    line.show_state("preparing", 0, 1000)
    for of_another in ("images/s", "left", "GB"):
        assert of_another not in text(line)


def test_that_the_age_of_the_last_save_is_told(line):
    line.show_saved(time.monotonic() - 125)
    assert "saved 2 min 05 s ago" in text(line)


def test_that_what_stands_in_the_way_of_a_start_is_said_and_shown(line, qtbot):
    line.show_state("idle", 0, 0)
    line.show_problem("Size: too small.")
    assert "Cannot start" in text(line)
    assert "Size: too small." in text(line)
    assert not line.findChild(QPushButton).isVisible()
    line.show_problem("Size: too small.", has_setting=True)
    with qtbot.waitSignal(line.setting_asked):
        line.findChild(QPushButton).click()
    line.show_state("preparing", 0, 10)
    assert not line.findChild(QPushButton).isVisible()
    line.show_problem("")
    assert "Ready" in text(line)


def test_that_a_sentence_without_room_ends_in_an_ellipsis(line):
    line.resize(400, line.height())
    said = line.findChild(ElidedLabel)
    for text, whole in (("Size: too small.", True), ("Size: " + "much too small. " * 20, False)):
        line.show_problem(text)
        assert (said.shown() == [text]) == whole
        assert said.shown()[0].endswith("…") != whole
        assert said.toolTip().split() == text.split()


def test_that_a_bar_that_was_busy_comes_to_rest_at_the_very_beginning_of_a_run(qapp, qtbot, line):
    class Moves(QObject):
        seen = 0

        def eventFilter(self, watched, event):
            self.seen += event.type() == QEvent.Type.StyleAnimationUpdate
            return False

    theme.apply(qapp, "light")
    moves, bar = Moves(), line.findChild(QProgressBar)
    bar.installEventFilter(moves)
    line.show_state("preparing", 0, 10**9)
    qtbot.waitUntil(lambda: moves.seen > 0)
    line.show_state("training", 0, 10**9)
    line.show_progress(640, 10**9)
    qtbot.wait(100)
    moves.seen = 0
    qtbot.wait(150)
    assert moves.seen == 0
