from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.forms.numbers import NumberBox, number_text, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2e-4", 2e-4),
        (" 0,5 ", 0.5),
        ("10,000", 10_000),
        ("1,000,000", 1_000_000),
        ("1.5M", 1_500_000),
        ("200k", 200_000),
        ("1 000", 1000),
        ("\N{MINUS SIGN}2", -2),
        ("1E-8", 1e-8),
        ("", None),
        ("fast", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
    ],
)
def test_that_numbers_may_be_written_as_one_likes(text, value):
    assert parse_number(text) == value


def test_that_a_whole_number_is_an_int_and_half_a_one_is_left_for_the_check():
    assert type(parse_number("1e6", whole=True)) is int
    assert parse_number("2.5", whole=True) == 2.5


@pytest.mark.parametrize("value", [0, 1, -3, 64, 10_000, 2e-4, 1e-8, 0.999, 12345.678, 1e20, -0.5])
def test_that_a_number_survives_being_written_and_read(value):
    assert parse_number(number_text(value)) == value


def test_that_numbers_are_written_short():
    shown = [number_text(v) for v in (0.0002, 1e-8, 5.0, 1_000_000, 9999)]
    assert shown == ["0.0002", "1e-8", "5", "1,000,000", "9999"]


@pytest.fixture
def box(qtbot):
    made = NumberBox(low=0, high=1, open_low=True, log=True)
    qtbot.addWidget(made)
    made.show_value(2e-4)
    made.show()
    return made


def typed(qtbot, box, text):
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)


def test_that_typing_is_told_a_moment_later_and_once(box, qtbot):
    told = []
    box.edited.connect(told.append)
    typed(qtbot, box, "1e-3")
    assert told == []
    with qtbot.waitSignal(box.edited):
        pass
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told == [1e-3]


def test_that_enter_tells_at_once(box, qtbot):
    typed(qtbot, box, "0.5")
    with qtbot.waitSignal(box.edited, timeout=100) as told:
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told.args == [0.5]


def test_that_what_is_out_of_bounds_is_told_for_the_check_to_judge(box, qtbot):
    typed(qtbot, box, "7")
    with qtbot.waitSignal(box.edited, timeout=100) as told:
        box.flush()
    assert told.args == [7]


def test_that_nonsense_is_told_to_nobody_and_taken_back(box, qtbot):
    typed(qtbot, box, "fast")
    with qtbot.assertNotEmitted(box.edited):
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.text() == "0.0002"


def test_that_escape_takes_typing_back(box, qtbot):
    typed(qtbot, box, "0.7")
    with qtbot.assertNotEmitted(box.edited, wait=400):
        qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == "0.0002"


def test_that_what_comes_back_while_typing_leaves_the_text_alone(box, qtbot):
    typed(qtbot, box, "5e-4")
    box.flush()
    box.show_value(5e-4)
    assert box.text() == "5e-4"
    box.show_value(0.25)
    assert box.text() == "0.25"


def test_that_arrows_climb_a_logarithmic_ladder(box):
    told = []
    box.edited.connect(told.append)
    for _ in range(3):
        box.stepBy(1)
    box.stepBy(-1)
    assert told == [5e-4, 1e-3, 2e-3, 1e-3]
    box.show_value(1.0)
    box.stepBy(1)
    assert box.value == 1.0


def test_that_arrows_stop_before_a_bound_that_is_itself_too_much(qtbot):
    box = NumberBox(low=0, high=1, open_high=True)
    qtbot.addWidget(box)
    box.show_value(0.85)
    steps = [(1, 0.95), (1, 0.95), (-1, 0.85)]
    for step, value in steps:
        box.stepBy(step)
        assert box.value == value
    box.show_value(7)
    box.stepBy(1)
    assert box.value == 0.9


@pytest.mark.parametrize("steps", [1, -1, 30, -30])
@pytest.mark.parametrize("start", [0, 1, 3, 1000, 10**6])
def test_that_steps_of_whole_numbers_stay_whole_and_within_bounds(qtbot, start, steps):
    box = NumberBox(whole=True, low=0, high=10**6, log=True)
    qtbot.addWidget(box)
    box.show_value(start)
    box.stepBy(steps)
    assert isinstance(box.value, int)
    assert 0 <= box.value <= 10**6


def test_that_linear_steps_suit_the_range(qtbot):
    for low, high, step in ((-2, 2, 0.1), (0, 1, 0.1), (8, 1024, 1.0)):
        box = NumberBox(low=low, high=high)
        qtbot.addWidget(box)
        box.show_value(low + 0.0)
        box.stepBy(1)
        assert box.value == pytest.approx(low + step)


def test_that_the_wheel_scrolls_the_form_and_not_a_number(box, qtbot):
    other = QWidget()
    qtbot.addWidget(other)
    box.clearFocus()
    spot = QPointF(5, 5)
    turn = QWheelEvent(
        spot, spot, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    with qtbot.assertNotEmitted(box.edited):
        box.wheelEvent(turn)
    assert not turn.isAccepted()


def test_that_anything_a_draft_holds_can_be_shown(box):
    box.show_value("a lot")
    assert box.text() == "a lot"
    assert math.isnan(box.value)
    box.show_value(True)
    assert box.text() == "True"


def test_that_the_bar_shows_where_between_its_bounds_a_number_is(qtbot):
    box = NumberBox(low=-2, high=2)
    qtbot.addWidget(box)
    box.show_value(0)
    assert box.share() == 0.5
    log = NumberBox(low=0.001, high=1000, log=True)
    qtbot.addWidget(log)
    log.show_value(1.0)
    assert log.share() == pytest.approx(0.5)
    assert NumberBox(whole=True, low=0, high=9).share() is None


def test_that_a_unit_makes_room_for_the_number(qtbot):
    box = NumberBox(whole=True, low=1, high=10**9, unit="images")
    qtbot.addWidget(box)
    box.show()
    box.show_value(300_000)
    box.resize(220, 28)
    assert box._unit.isVisible()
    box.resize(90, 28)
    assert not box._unit.isVisible()
    box.show_value(3)
    box.resize(110, 28)
    assert box._unit.isVisible()
