"""Names of curves, by mouse and by keyboard."""

import itertools

import pytest
from PySide6.QtCore import Qt

from studio.widgets.legend import Legend, LegendEntry


def entry(key, shown=True):
    return LegendEntry(key, f"{key} for a real", "#1f77b4", "solid", shown)


@pytest.fixture
def legend(qtbot):
    made = Legend(lines=2)
    qtbot.addWidget(made)
    made.resize(900, 40)
    made.show_entries([entry(key) for key in "abcd"])
    made.show()
    return made


def test_that_curves_are_hidden_by_keyboard(legend, qtbot):
    told = []
    legend.toggled.connect(told.append)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Space):
        qtbot.keyClick(legend, key)
    assert told == ["b", "a"]
    assert legend.accessibleDescription() == "a for a real, shown"
    legend.show_entries([entry("a", shown=False), entry("b")])
    assert legend.accessibleDescription() == "a for a real, hidden"


def test_that_names_take_a_second_line_before_they_are_cut(legend):
    low = legend.height()
    legend.resize(300, 40)
    assert legend.height() == 2 * low
    legend.resize(900, 40)
    assert legend.height() == low


def test_that_where_no_name_fits_the_lines_stand_alone(qtbot):
    legend = Legend()
    qtbot.addWidget(legend)
    legend.show_entries([entry(key) for key in "abcdef"])
    legend.resize(130, 40)
    legend.show()
    legend.grab()
    places = [place for place, _ in legend._places]
    assert len({place.width() for place in places}) == 1
    assert all(b.left() - a.right() > 6 for a, b in itertools.pairwise(places))


def test_that_a_long_name_is_cut_before_short_ones(qtbot):
    legend = Legend()
    qtbot.addWidget(legend)
    names = ("001", "002", "all of my cats at half the rate of learning, R1 of 10")
    legend.show_entries([LegendEntry(name, name, "#1f77b4", "solid", True) for name in names])
    legend.resize(300, 40)
    legend.show()
    legend.grab()
    drawn = [legend._fitting(entry, place) for place, entry in legend._places]
    assert drawn[:2] == ["001", "002"]
    assert drawn[2].startswith("all")
    assert drawn[2].endswith("10")
    assert "…" in drawn[2]
    assert legend._places[2][0].right() < legend.width()
