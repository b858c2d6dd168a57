"""The bar chart: what it says where, and that it draws every bar and no more."""

import pytest
from PySide6.QtGui import QColor

from studio import theme
from studio.widgets.histogram import HistogramPlot


@pytest.fixture
def plot(qtbot):
    made = HistogramPlot("Shorter side")
    qtbot.addWidget(made)
    made.resize(300, 140)
    made.show()
    return made


def colors_in(plot):
    image = plot.grab().toImage()
    ratio = image.devicePixelRatio()
    step = 300 / max(1, len(plot.counts))
    bottom = int((140 - plot.fontMetrics().height() - 10) * ratio)
    return [
        image.pixelColor(int((place + 0.5) * step * ratio), bottom).name()
        for place in range(len(plot.counts))
    ]


def test_that_there_is_a_bar_where_there_is_something_and_the_marked_one_stands_out(plot):
    plot.show_bars([60, 0, 90], ["16", "32", "64"], ["a: 60", "b: 0", "c: 90"], mark=2)
    first, empty, marked = colors_in(plot)
    series = [QColor(color).name() for color in theme.current().series]
    assert first == series[0]
    assert marked == series[1]
    assert empty not in series


def test_that_each_bar_says_what_it_is(plot):
    plot.show_bars([3, 0, 90], ["16", "32", "64"], ["a: 3", "b: 0", "c: 90"])
    assert [plot.tip_at(x) for x in (10, 150, 290)] == ["a: 3", "b: 0", "c: 90"]
    assert plot.tip_at(5000) == ""
    assert plot.accessibleDescription() == "a: 3; b: 0; c: 90"


def test_that_without_bars_it_says_why(plot):
    plot.show_bars([1], ["16"], ["a: 1"])
    plot.show_note("Being counted")
    assert plot.counts == ()
    assert plot.accessibleDescription() == "Being counted"
    assert not plot.grab().isNull()
