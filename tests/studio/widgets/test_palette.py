"""The search over everything one can do."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.widgets.palette import Entry, Palette


@pytest.fixture
def done():
    return []


@pytest.fixture
def palette(qtbot, done):
    window = QWidget()
    window.resize(900, 600)
    window.other = QLineEdit(window)
    qtbot.addWidget(window)
    window.show()
    window.other.setFocus()
    made = Palette(window)
    made.open(
        [
            Entry("Start", "Run", lambda: done.append("start"), keys="F5"),
            Entry("Stop", "Run", lambda: done.append("stop"), keys="Shift+F5", on=False),
            Entry("Learning rate", "Setting", lambda: done.append("rate"), "Optimiser of G"),
            Entry("Learning rate", "Setting", lambda: done.append("rate d"), "Optimiser of D"),
        ]
    )
    yield made
    window.close()


def names(palette):
    return [entry.text for entry in palette.found]


def test_that_what_can_be_done_now_is_offered_first(palette):
    assert names(palette) == ["Start", "Learning rate", "Learning rate"]
    assert palette.window().focusWidget() is palette.field


def test_that_typing_and_the_arrow_keys_are_enough(palette, done, qtbot):
    qtbot.keyClicks(palette.field, "rate")
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["rate d"]
    assert palette.isHidden()


def test_that_the_arrows_go_round(palette, done, qtbot):
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 2
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 0
    qtbot.keyClick(palette.field, Qt.Key.Key_PageDown)
    assert palette.list.currentRow() == 2


def test_that_where_something_belongs_is_searched_too(palette):
    palette.field.setText("rate d")
    assert [entry.where for entry in palette.found] == ["Optimiser of D"]


def test_that_escape_gives_the_keyboard_back(palette, done, qtbot):
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert palette.window().focusWidget() is palette.window().other
    assert not done


def test_that_it_goes_when_one_turns_away(palette):
    palette.window().other.setFocus()
    assert palette.isHidden()


def test_that_it_goes_when_asked_for_again(palette):
    palette.open([])
    assert palette.isHidden()


def test_that_what_is_off_is_found_but_does_nothing(palette, done, qtbot):
    palette.field.setText("stop")
    assert names(palette) == ["Stop"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not done
    assert palette.isVisible()


def test_that_it_says_when_nothing_fits(palette, qtbot):
    palette.field.setText("zebra")
    assert not names(palette)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_that_a_line_says_all_of_it_to_those_who_listen(palette):
    said = palette.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Start, Run, F5"


def test_that_a_click_chooses_too(palette, done, qtbot):
    place = palette.list.visualItemRect(palette.list.item(0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert done == ["start"]


def test_that_it_goes_where_what_had_the_keyboard_is_gone(palette):
    palette.close_and_return()
    palette.window().other.setFocus()
    palette.open([])
    shiboken6.delete(palette.window().other)
    palette.close_and_return()
    assert palette.isHidden()
