"""Two pictures compared in one place."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from studio.widgets.wipe import WipeView


def flat(level):
    return np.full((32, 32, 3), level, np.uint8)


@pytest.fixture
def view(qtbot):
    made = WipeView()
    qtbot.addWidget(made)
    made.resize(200, 200)
    made.show_pixels(flat(250))
    made.show_other(flat(10), "A", "B")
    made.show()
    return made


def level_at(view, share):
    place = view.shown_rect()
    spot = QPoint(round(place.left() + share * place.width()), round(place.bottom() - 8))
    return view.grab().toImage().pixelColor(spot).red()


def test_that_one_picture_is_left_and_the_other_right_of_the_divider(view):
    assert level_at(view, 0.2) == 10
    assert level_at(view, 0.8) == 250


def test_that_the_divider_is_dragged(view, qtbot):
    place = view.shown_rect()
    y = round(place.center().y())
    x = round(place.left() + 0.5 * place.width())
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    qtbot.mouseMove(view, QPoint(round(place.left() + 0.9 * place.width()), y))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert view.divider == pytest.approx(0.9, abs=0.02)
    assert level_at(view, 0.8) == 10


def test_that_the_divider_moves_by_keys_and_stays_in_the_picture(view, qtbot):
    held = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(view, Qt.Key.Key_Right, held)
    assert view.divider == pytest.approx(0.55)
    for _ in range(20):
        qtbot.keyClick(view, Qt.Key.Key_Left, held)
    assert view.divider == 0


def test_that_without_another_picture_there_is_no_divider(view):
    view.show_other(None)
    assert not view.compares
    assert level_at(view, 0.2) == 250
