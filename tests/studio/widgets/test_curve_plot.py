from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QScrollArea, QWidget

from studio import theme
from studio.widgets.curve_grid import CurveGrid
from studio.widgets.curve_items import ImagesAxis, ValueAxis, images_text, runs, value_text
from studio.widgets.curve_plot import CurvePlot

X = np.arange(100) * 64.0


@pytest.fixture
def plot(qtbot):
    made = CurvePlot("Loss")
    qtbot.addWidget(made)
    made.add_series("loss/d", "D")
    made.add_series("loss/g", "G")
    made.resize(500, 300)
    made.show()
    return made


def view(plot):
    return plot.area.box.viewRange()


def test_that_a_plot_follows_what_arrives(plot):
    plot.extend({"loss/d": (X, np.ones(100)), "loss/g": (X, np.zeros(100))})
    assert view(plot)[0] == pytest.approx([0, X[-1]])
    plot.extend({"loss/d": (np.array([9000.0]), np.array([2.0]))})
    assert view(plot)[0] == pytest.approx([0, 9000], rel=0.05)
    low, high = view(plot)[1]
    assert low < 0
    assert high > 2


def test_that_axes_rest_while_what_arrives_fits(plot):
    def arrive(x, y):
        plot.extend({"loss/d": (np.array([x]), np.array([y]))})
        return view(plot)

    plot.extend({"loss/d": (X, np.sin(X))})
    before = arrive(6400.0, 0.5)
    assert arrive(6464.0, -0.5) == before
    assert arrive(6528.0, 3.0)[1][1] > 3
    plot.follow()
    assert view(plot)[0] == pytest.approx([0, 6528])  # nothing is left free


def test_that_what_arrives_is_painted_once(plot, qtbot):
    painted = []
    plot.area.scene().sigPrepareForPaint.connect(lambda: painted.append(1))
    plot.extend({"loss/d": (X, np.ones(100))})
    qtbot.waitUntil(lambda: bool(painted))
    qtbot.wait(50)
    painted.clear()
    plot.extend({"loss/d": (np.array([9000.0]), np.array([2.0]))})
    qtbot.waitUntil(lambda: bool(painted))
    qtbot.wait(50)
    assert len(painted) == 1


def test_that_a_zoomed_plot_stays_until_it_is_told_to_follow(plot):
    plot.extend({"loss/d": (X, X)})
    plot.look_at(640, 1280)
    plot.extend({"loss/d": (np.array([9000.0]), np.array([1.0]))})
    assert view(plot)[0] == pytest.approx([640, 1280])
    assert view(plot)[1][1] < 1600  # as high as what is in sight
    plot.follow()
    assert view(plot)[0] == pytest.approx([0, 9000])


def test_that_the_legend_reads_the_newest_or_what_is_under_the_mouse(plot):
    plot.extend({"loss/d": (X, np.arange(100.0)), "loss/g": (X, -np.arange(100.0))})
    assert plot.reading("loss/d") == 99
    plot.show_cursor(64.0 * 7 + 3)
    assert (plot.reading("loss/d"), plot.reading("loss/g")) == (7, -7)
    plot.show_cursor(None)
    assert plot.reading("loss/g") == -99


def test_that_a_log_axis_shows_powers_of_ten(plot):
    plot.extend({"loss/d": (X, 10.0 ** np.linspace(-3, 2, 100))})
    plot.show_log(True)
    low, high = view(plot)[1]
    assert low == pytest.approx(-3, abs=0.5)
    assert high == pytest.approx(2, abs=0.5)
    assert plot.area.values.tickStrings([-3.0, 0.0, 2.0], 1, 1) == ["0.001", "1", "100"]


def test_that_one_spike_does_not_flatten_the_rest(plot):
    y = np.sin(X / 100)
    y[50] = 1e6
    plot.extend({"loss/d": (X, y)})
    assert view(plot)[1][1] < 100


def test_that_a_plot_without_readings_or_with_one_is_drawn(plot):
    plot.clear()
    plot.grab()
    plot.extend({"loss/d": (np.array([5.0]), np.array([1.0]))})
    plot.extend({"loss/g": (np.array([5.0]), np.array([math.nan]))})
    plot.grab()
    assert math.isnan(plot.reading("loss/g"))


def test_that_every_mix_of_raw_and_smooth_is_drawn(plot):
    plot.extend({"loss/d": (X, np.random.default_rng(0).normal(size=100))})
    pictures = []
    for raw, smooth in ((True, True), (True, False), (False, True)):
        plot.show_raw(raw)
        plot.show_smooth(smooth)
        pictures.append(plot.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]


def test_that_smoothing_changes_the_line(plot):
    plot.extend({"loss/d": (X, np.random.default_rng(0).normal(size=100))})
    plot.show_raw(False)
    before = plot.grab().toImage()
    plot.set_smoothing(0.99)
    assert plot.grab().toImage() != before


def test_that_a_curve_is_hidden_by_its_name(plot):
    plot.extend({"loss/d": (X, np.ones(100)), "loss/g": (X, np.full(100, 50.0))})
    plot._legend.toggled.emit("loss/g")
    assert view(plot)[1][1] < 10
    plot._legend.toggled.emit("loss/g")
    assert view(plot)[1][1] > 50


def test_that_the_crosshair_marks_only_what_is_drawn(plot):
    plot.extend({"loss/d": (X, np.ones(100)), "loss/g": (X, np.full(100, -5.0))})
    plot.show_cursor(640.0)
    assert len(plot.area._dots) == 2
    plot.show_log(True)
    assert len(plot.area._dots) == 1
    plot._legend.toggled.emit("loss/d")
    assert not plot.area._dots


def test_that_markers_are_drawn_and_the_one_under_the_mouse_is_told(plot):
    plot.extend({"loss/d": (X, np.ones(100))})
    before = plot.grab().toImage()
    plot.add_marker(3200, "rate 2e-4 to 1e-4", "changed")
    plot.add_marker(3200, "saved", "saved")
    assert plot.grab().toImage() != before
    plot.show_cursor(3201.0)
    assert plot.area.near_marker().text == "rate 2e-4 to 1e-4"
    plot.set_markers([])
    assert plot.area.near_marker() is None


def test_that_another_run_replaces_the_readings(plot):
    plot.extend({"loss/d": (X, X)})
    plot.look_at(0, 10)
    plot.set_all({"loss/d": (X[:2], X[:2])})
    assert len(plot.series("loss/d")) == 2
    assert len(plot.series("loss/g")) == 0
    assert view(plot)[0] == pytest.approx([0, 64])


def test_that_a_hidden_plot_draws_when_it_is_seen(plot):
    plot.hide()
    plot.extend({"loss/d": (X, X)})
    assert view(plot)[0] != pytest.approx([0, X[-1]])
    plot.show()
    plot.grab()
    assert view(plot)[0] == pytest.approx([0, X[-1]])


def test_that_a_plot_out_of_sight_is_drawn_when_somebody_looks_or_takes_its_picture(qtbot):
    area, inside = QScrollArea(), QWidget()
    qtbot.addWidget(area)
    area.setWidget(inside)
    inside.setFixedSize(400, 2000)
    plots = [CurvePlot(place, inside) for place in ("above", "below", "taken away")]
    for place, plot in enumerate(plots):
        plot.setGeometry(0, 800 * place, 400, 200)
    area.resize(420, 300)
    area.show()
    qtbot.waitExposed(area)
    for plot in plots:
        plot.extend({"loss/d": (X, X)})
    assert [view(plot)[0][1] > 100 for plot in plots] == [True, False, False]
    area.verticalScrollBar().setValue(800)
    qtbot.waitUntil(lambda: view(plots[1])[0] == pytest.approx([0, X[-1]]))
    taken = plots[2].grab().toImage()
    area.verticalScrollBar().setValue(1600)
    plots[2].renew()
    assert taken == plots[2].grab().toImage()


def test_that_an_unknown_series_is_added(plot):
    plot.extend({"penalty/r1": (X, X)})
    assert plot.keys[-1] == "penalty/r1"


def test_that_a_theme_recolours_a_plot(qapp, plot):
    plot.extend({"loss/d": (X, np.sin(X))})
    theme.apply(qapp, "dark")
    try:
        seen = plot.grab().toImage()
        colors = {
            seen.pixelColor(x, y).name()
            for x in range(0, seen.width(), 2)
            for y in range(seen.height())
        }
        assert theme.DARK.text in colors or theme.DARK.muted in colors
        assert QColor(theme.LIGHT.series[0]).name() not in colors
    finally:
        theme.apply(qapp, "light")


@pytest.fixture
def grid(qtbot):
    made = CurveGrid()
    qtbot.addWidget(made)
    for key in ("loss", "score", "speed"):
        made.add_plot(key, key).add_series(key, key)
    made.resize(1100, 300)
    made.show()
    made.extend({key: (X, X) for key in ("loss", "score", "speed")})
    return made


def test_that_plots_of_a_grid_zoom_and_point_together(grid):
    one, two, _ = grid.plots
    one.area.box.setXRange(64, 640, padding=0)
    one.area.zoomed.emit()
    assert view(two)[0] == pytest.approx([64, 640])
    one.pointed.emit(128.0)
    assert two.reading("score") == 128
    two.grab()
    one.area.fit_asked.emit()
    assert view(two)[0] == pytest.approx([0, X[-1]])


def test_that_a_grid_gives_each_plot_only_its_own_readings(grid):
    assert [plot.keys for plot in grid.plots] == [("loss",), ("score",), ("speed",)]
    grid.set_all({"loss": (X[:3], X[:3]), "other": (X, X)})
    assert [len(plot.series(plot.keys[0])) for plot in grid.plots] == [3, 0, 0]


def test_that_the_last_row_of_a_grid_shares_the_width(grid):
    grid.resize(760, 600)
    grid.layout().activate()
    assert grid.plots[2].width() > 1.8 * grid.plots[0].width()


def test_that_numbers_of_images_are_short():
    assert [images_text(n) for n in (0, 950, 12_000, 2_500_000)] == [
        "0",
        "950",
        "12 k",
        "2.5 M",
    ]
    assert images_text(1_200_000, 200_000) == "1.2 M"


def test_that_readings_show_four_digits_that_mean_something():
    shown = [value_text(v) for v in (0.0, 1.23456, 0.000123456, 123456.0, 8e-4, math.nan)]
    assert shown == ["0", "1.235", "1.235e\N{MINUS SIGN}4", "1.235e5", "8e\N{MINUS SIGN}4", "–"]


def test_that_readings_that_change_keep_their_digits_in_place():
    assert [value_text(v) for v in (17.0, 1.58, 0.749)] == ["17.00", "1.580", "0.7490"]
    assert [value_text(v) for v in (1234.5, 12345.6)] == ["1234", "12346"]


def test_that_readings_and_axes_write_the_same_minus():
    axis = ValueAxis()
    assert value_text(-1.761) == "\N{MINUS SIGN}1.761"
    assert axis.tickStrings([-2.0, 0.0], 1.0, 2.0) == ["\N{MINUS SIGN}2", "0"]


def test_that_gaps_split_a_line():
    assert runs(np.array([np.nan, 1, 2, np.nan, 3])) == [(1, 3), (4, 5)]
    assert runs(np.array([])) == []


def test_that_a_single_reading_is_drawn(plot):
    plot.show_smooth(False)
    empty = plot.area.grab().toImage()
    plot.extend({"loss/d": (np.array([32.0]), np.array([1.0]))})
    image = plot.area.grab().toImage()
    color = QColor(theme.current().series[0]).rgb()
    dots = sum(
        image.pixel(x, y) == color for x in range(image.width()) for y in range(image.height())
    )
    assert image != empty
    assert dots >= 4  # its edges are smoothed


def test_that_an_axis_of_images_names_whole_images_once():
    axis = ImagesAxis()
    found = [place for _, places in axis.tickValues(31.5, 33.0, 400) for place in places]
    assert set(found) == {32.0, 33.0}


def test_that_every_plot_gets_its_turn_however_fast_readings_come(qtbot):
    grid = CurveGrid()
    qtbot.addWidget(grid)
    plots = [grid.add_plot(str(n), str(n)) for n in range(3)]
    for n, plot in enumerate(plots):
        plot.add_series(str(n), str(n))
    drawn = []
    for n, plot in enumerate(plots):
        plot.renew = lambda n=n: drawn.append(n)
    grid.resize(1100, 300)
    grid.show()
    for reading in range(3):
        grid.extend({str(n): (np.array([float(reading)]), np.ones(1)) for n in range(3)})
        grid._draw_next()
    assert drawn == [0, 1, 2]


def test_that_a_line_is_as_thick_on_a_screen_with_small_dots(plot):
    plot.show_smooth(False)
    plot.extend({"loss/d": (X, np.ones(100))})
    there = plot.area.viewport().rect()
    rows = {}
    for ratio in (1, 3):
        image = QImage(there.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(0)
        painter = QPainter(image)
        plot.area.render(painter, QRectF(there), there)
        painter.end()
        column = [QColor(image.pixel(image.width() // 2, y)) for y in range(image.height())]
        rows[ratio] = sum(color.blue() - color.red() > 40 for color in column)  # the curve is blue
    assert 1 <= rows[1] < rows[3]
