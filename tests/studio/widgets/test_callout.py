"""A few words beside a part of the window."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from studio.widgets.callout import Callout


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


@pytest.fixture
def callout(window):
    made = Callout(window)
    made.show_step("Title", "Some words that are long enough to need more than one line.", 2, 6)
    return made


@pytest.mark.parametrize(
    ("area", "side"),
    [
        (QRect(300, 10, 200, 40), "below"),
        (QRect(0, 0, 200, 700), "right"),
        (QRect(800, 0, 200, 700), "left"),
        (QRect(0, 640, 1000, 60), "above"),
        (QRect(0, 0, 1000, 700), ""),
    ],
)
def test_that_it_stands_where_there_is_room_and_inside_the_window(callout, window, area, side):
    callout.point_at(area)
    assert callout._side == side
    assert window.rect().contains(callout.geometry())
    assert side == "" or not callout.geometry().intersects(area)
    callout.grab()


def test_that_without_a_part_it_stands_in_the_middle(callout, window):
    callout.point_at(None)
    assert (callout.geometry().center() - window.rect().center()).manhattanLength() <= 2
    assert not callout._ring.isVisible()


def test_that_buttons_say_what_they_do_at_the_ends(callout, qtbot):
    assert callout.back_button.isEnabled()
    callout.show_step("Title", "Words.", 1, 6)
    assert not callout.back_button.isEnabled()
    callout.show_step("Title", "Words.", 6, 6)
    assert callout.next_button.text() == "Done"
    assert not callout.skip_button.isVisible()
    with qtbot.waitSignal(callout.next_asked):
        callout.next_button.click()
