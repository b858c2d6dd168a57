"""A run's curves: losses, scores, gradients, penalties, speed, with what happened meanwhile."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QMenu,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gan_engine import METRICS, RunConfig, score_edges, walk
from studio import theme
from studio.i18n import mark, tr
from studio.panels.base import button, words
from studio.panels.saving import ask_for_file
from studio.tables import Table, table_of
from studio.widgets.curve_grid import CurveGrid
from studio.widgets.curve_plot import CurvePlot
from studio.widgets.folding import FoldingRow, row_of
from studio.widgets.score_plot import ScorePlot

PLOTS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("loss", mark("Loss"), (("loss/d", "D"), ("loss/g", "G"))),
    ("score", mark("D's scores"), (("score/real", "D(real)"), ("score/fake", "D(fake)"))),
    ("gradient", mark("Gradient norm"), (("gradient/d", "D"), ("gradient/g", "G"))),
    ("penalty", mark("Penalty"), ()),
    ("speed", mark("Images a second"), (("speed", mark("images/s")),)),
    ("rate", mark("Learning rate"), (("rate/d", "D"), ("rate/g", "G"))),
)
"""Plots in order: key, title, and their series; a penalty's is added when it is first heard of."""
FAMILIES = ("penalty", "metric", "augment", "intensity")
"""Series that only some runs have, and not with every reading."""
SPREAD = "spread"
"""The key of the one plot that is no curve: how D's scores are spread at a moment."""
LEAST_PX = 150
"""What a plot needs to be read."""
ZOOM = 2.0
"""How much longer or shorter the stretch in sight becomes by a click."""


class Curves(QWidget):
    """Told readings and moments; everything on it can be switched by keyboard too."""

    pointed = Signal(object)
    """The mouse is at this number of images, or None."""
    moment_asked = Signal(float)
    """The samples after so many images should be shown."""
    picture_saved = Signal(object, object)
    """A path, and the picture to be written there."""
    table_saved = Signal(object, object)
    """A path, and the table to be written there."""

    def __init__(self) -> None:
        super().__init__()
        self.has_saves = False
        self.grid = CurveGrid()
        self.grid.pointed.connect(self.pointed)
        self.grid.clicked.connect(self.moment_asked)
        self.grid.pointed.connect(self.spread_at)
        self.grid.menu_asked.connect(self._offer)
        for key, title, series in PLOTS:
            plot = self.grid.add_plot(key, tr(title))
            plot.setMinimumHeight(LEAST_PX)
            for name, label in series:
                plot.add_series(name, tr(label))
            if key == "score":
                self.spread = ScorePlot(score_edges())
                self.spread.setMinimumHeight(LEAST_PX)
                self.spread.menu_asked.connect(self._offer_spread)
                self.grid.add_card(self.spread)
        self._plots_made: set[str] = set()
        self._known = {name for _, _, series in PLOTS for name, _ in series}
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._head())
        column.addWidget(area, 1)

    # --- shown -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything, for another run."""
        self.has_saves = False
        self.grid.clear()
        self.spread.clear()

    def show_spreads(self, moments: Sequence[float], counts: Sequence[Any]) -> None:
        """Replace how D's scores were spread: images seen, and (2, bins) for each."""
        self.spread.set_all(moments, counts)

    def add_spread(self, moment: float, counts: Any) -> None:
        """Append how D's scores were spread of late."""
        self.spread.add(moment, counts)
        self.spread.renew()

    @Slot(object)
    def spread_at(self, seen: float | None) -> None:
        """Show how scores were spread after so many images; None is the newest."""
        self.spread.show_cursor(seen)

    def extend(self, readings: Sequence[tuple[int, Mapping[str, float]]]) -> None:
        """Append readings: images seen, and values by name."""
        names = dict.fromkeys(name for _, values in readings for name in values)
        found = {}
        for name in names:
            pairs = [(seen, values[name]) for seen, values in readings if name in values]
            found[name] = (
                np.array([x for x, _ in pairs], float),
                np.array([y for _, y in pairs], float),
            )
        self._know(found)
        self.grid.extend(found)

    def show_history(self, scalars: Mapping[str, Any]) -> None:
        """Replace everything by a run's history: (images seen, values) by name."""
        self._know(scalars)
        self.grid.set_all(scalars)

    @Slot(object)
    def point(self, seen: float | None) -> None:
        """Show what was read after so many images; None for the newest."""
        self.grid.point(seen)
        self.spread_at(seen)

    def mark(self, seen: int, text: str, kind: str) -> None:
        """Mark that something happened: "changed", "saved", "resumed" or "notice"."""
        self.has_saves |= kind == "saved"
        self.grid.add_marker(seen, text, kind)

    # --- inside ------------------------------------------------------------------------------

    def _know(self, names: Mapping[str, Any]) -> None:
        for name in names:
            family, _, kind = name.partition("/")
            if name in self._known or family not in FAMILIES:
                continue
            self._known.add(name)
            label = tr(_names().get(name, kind.replace("_", " ")))
            plot = self.grid.plot("penalty") if family == "penalty" else self._plot_of(name, label)
            plot.add_series(name, label)

    def _plot_of(self, name: str, label: str) -> CurvePlot:
        """Return a plot for one metric: their scales have nothing in common."""
        if name.startswith("intensity/"):
            if "intensity" not in self._plots_made:
                self._plots_made.add("intensity")
                self.grid.add_plot("intensity", tr("Mean intensity")).setMinimumHeight(LEAST_PX)
            return self.grid.plot("intensity")
        plot = self.grid.add_plot(name, label)
        plot.setMinimumHeight(LEAST_PX)
        plot.as_read = name.startswith("metric/")
        if (better := _better().get(name)) is not None:
            plot.mark_best(better)
        return plot

    # --- taking away -------------------------------------------------------------------------

    @Slot(str, object)
    def _offer(self, key: str, place: QPoint) -> None:
        self.menu_of(key).popup(place)

    @Slot(object)
    def _offer_spread(self, place: QPoint) -> None:
        self.menu_of(SPREAD).popup(place)

    def menu_of(self, key: str = "") -> QMenu:
        """Return what can be taken away of one plot, or of all of them."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        acts = [
            ("copy", tr("Copy as PNG"), lambda: self.copy(key)),
            ("save", tr("Save as PNG…"), lambda: self._ask(key, "png")),
            ("export", tr("Export as CSV…"), lambda: self._ask(key, "csv")),
        ]
        if not key:  # its rows are others than those of the curves
            spread = tr("Export the spread of scores as CSV…")
            acts.append(("export", spread, lambda: self._ask(SPREAD, "csv")))
        for glyph, text, act in acts:
            menu.addAction(theme.icon(glyph), text).triggered.connect(lambda _=False, a=act: a())
        if key == SPREAD:
            return menu
        menu.addSeparator()
        again = menu.addAction(theme.icon("fit"), tr("Show the whole run"))
        again.triggered.connect(lambda _=False: self.grid.follow())
        return menu

    def picture(self, key: str = "") -> QPixmap:
        """Return a plot, or all of them, as they are drawn."""
        if key == SPREAD:
            return self.spread.grab()
        return (self.grid.plot(key) if key else self.grid).grab()

    def table(self, key: str = "") -> Table:
        """Return a plot, or all curves, as a table."""
        return self.spread.table() if key == SPREAD else table_of(self.readings(key))

    def readings(self, key: str = "") -> dict[str, Any]:
        """Return the readings of a plot, or of all of them, by what they are called."""
        plots = [self.grid.plot(key)] if key else self.grid.plots
        return {name: found for plot in plots for name, found in plot.readings().items()}

    def copy(self, key: str = "") -> None:
        """Put a plot, or all of them, on the clipboard as a picture."""
        QGuiApplication.clipboard().setPixmap(self.picture(key))

    def _ask(self, key: str, kind: Literal["png", "csv"]) -> None:
        name = f"{key.replace('/', '-') or 'curves'}.{kind}"
        ask_for_file(self, name, lambda path: self.save(key, path, kind))

    def save(self, key: str, path: Path, kind: Literal["png", "csv"]) -> None:
        """Tell what is to be written where."""
        if kind == "png":
            self.picture_saved.emit(path, self.picture(key).toImage())
        else:
            self.table_saved.emit(path, self.table(key))

    def _head(self) -> FoldingRow:
        self.raw = _switch(
            tr("Raw"), tr("Every reading: the range as a band, its mean as a line."), True
        )
        self.smooth = _switch(tr("Smooth"), tr("A running average of the readings."), True)
        self.log = _switch(
            tr("Log axes"), tr("Logarithmic axes; what is not above zero is left out."), False
        )
        self.raw.toggled.connect(self.grid.show_raw)
        self.smooth.toggled.connect(self.grid.show_smooth)
        self.log.toggled.connect(self.grid.show_log)
        self.weight = QSlider(Qt.Orientation.Horizontal)
        self.weight.setRange(0, 99)
        self.weight.setValue(90)
        self.weight.setMinimumWidth(40)
        self.weight.setMaximumWidth(110)
        self.weight.setAccessibleName(tr("Smoothing"))
        self.weight.valueChanged.connect(self._smooth)
        self._weight_text = QLabel()
        self._weight_text.setProperty("role", "muted")
        self.wider = button("−", tr("Show a longer stretch of the run"))
        self.wider.clicked.connect(lambda: self.grid.zoom(ZOOM))
        self.closer = button("+", tr("Show a shorter stretch, around the crosshair"))
        self.closer.clicked.connect(lambda: self.grid.zoom(1 / ZOOM))
        self.follow = button(tr("Fit"), tr("Show the whole run again, and what comes."))
        self.follow.clicked.connect(self.grid.follow)
        self.export = button(tr("Export"), tr("Take all curves away, as a picture or a table."))
        self.export.clicked.connect(self._offer_all)
        self.wider.setAccessibleName(tr("Zoom out of the curves"))
        self.closer.setAccessibleName(tr("Zoom into the curves"))
        buttons = self.wider, self.closer, self.follow, self.export
        for made in buttons:
            made.setProperty("small", True)
            made.setProperty("sign", len(made.text()) == 1)
        switches = self.raw, self.smooth, self.weight, self._weight_text, self.log
        row = FoldingRow(
            words(tr("Curves"), "title", wraps=False),
            row_of(*switches, spacing=12),
            row_of(*buttons, spacing=6),
        )
        self._smooth(self.weight.value())
        return row

    @Slot()
    def _offer_all(self) -> None:
        self.menu_of().popup(self.export.mapToGlobal(self.export.rect().bottomLeft()))

    @Slot(int)
    def _smooth(self, percent: int) -> None:
        self._weight_text.setText(f"{percent / 100:.2f}")
        self.weight.setToolTip(tr("How much of the average stays at the next reading."))
        self.grid.set_smoothing(percent / 100)


@functools.cache
def _names() -> Mapping[str, str]:
    """Return what series are called that not every run has."""
    parts = [part for one in walk(RunConfig, {}) if one.path == "penalties" for part in one.parts]
    return {
        **{f"penalty/{part.key()}": part.title for part in parts},
        **{name: label for metric in METRICS for name, label in metric.values.items()},
        "augment/p": mark("Augmentation p"),
        "augment/sign": mark("How sure D is of reals"),
        "intensity/real": mark("Real"),
        "intensity/fake": mark("Generated"),
    }


@functools.cache
def _better() -> Mapping[str, Literal["lower", "higher"]]:
    return {name: metric.better for metric in METRICS for name in metric.values}


def _switch(text: str, tip: str, on: bool) -> QCheckBox:
    made = QCheckBox(text)
    made.setToolTip(tip)
    made.setAccessibleDescription(tip)
    made.setChecked(on)
    return made
