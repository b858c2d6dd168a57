"""How D's scores are spread at one moment."""

import numpy as np
import pytest

from gan_engine import score_edges
from studio.widgets.score_plot import ScorePlot

BINS = len(score_edges()) - 1


def spread(place, other):
    counts = np.zeros((2, BINS), np.int64)
    counts[0, place], counts[1, other] = 30, 30
    return counts


@pytest.fixture
def plot(qtbot):
    made = ScorePlot(score_edges())
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    for seen, place in ((64, 34), (128, 38), (192, 42)):
        made.add(seen, spread(place, 64 - place))
    made.renew()
    return made


def test_that_the_newest_is_shown_or_what_the_crosshair_is_at(plot):
    assert plot.shown[0, 42] == 30
    plot.show_cursor(100.0)
    assert plot.shown[0, 38] == 30
    assert "128" in plot._when.text()
    plot.show_cursor(None)
    assert plot.shown[0, 42] == 30


def test_that_what_a_run_went_back_from_is_forgotten(plot):
    plot.add(100, spread(40, 20))
    assert plot.moments == [64, 100]


def test_that_reals_and_fakes_are_drawn_and_one_can_be_hidden(plot):
    before = plot.area.grab().toImage()
    plot._legend.toggled.emit("fake")
    assert plot.area.shown == [True, False]
    assert plot.area.grab().toImage() != before


def test_that_everything_is_a_table(plot):
    names, rows = plot.table()
    assert names[:2] == ["images_seen", "real"]
    assert len(names) == 2 + BINS
    assert [row[:2] for row in rows[:2]] == [[64, 1], [64, 0]]
    assert sum(rows[0][2:]) == 30


def test_that_an_empty_plot_draws_nothing_but_its_axis(plot):
    plot.clear()
    assert plot.shown is None
    assert not plot.grab().toImage().isNull()
