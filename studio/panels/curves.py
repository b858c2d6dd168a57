"""A run's curves: losses, scores, gradients, penalties, speed, with what happened meanwhile."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from gan_engine import METRICS
from studio.i18n import mark, tr
from studio.panels.base import button, words
from studio.widgets.curve_grid import CurveGrid
from studio.widgets.curve_plot import CurvePlot

PLOTS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("loss", mark("Loss"), (("loss/d", "D"), ("loss/g", "G"))),
    ("score", mark("D's scores"), (("score/real", "D(real)"), ("score/fake", "D(fake)"))),
    ("gradient", mark("Gradient norm"), (("gradient/d", "D"), ("gradient/g", "G"))),
    ("penalty", mark("Penalty"), ()),
    ("speed", mark("Images a second"), (("speed", mark("images/s")),)),
    ("rate", mark("Learning rate"), (("rate/d", "D"), ("rate/g", "G"))),
)
"""Plots in order: key, title, and their series; a penalty's is added when it is first heard of."""
FAMILIES = ("penalty", "metric", "augment")
"""Series that only some runs have, and not with every reading."""
LEAST_PX = 150
"""What a plot needs to be read."""


class Curves(QWidget):
    """Told readings and moments; everything on it can be switched by keyboard too."""

    pointed = Signal(object)
    """The mouse is at this number of images, or None."""
    moment_asked = Signal(float)
    """The samples after so many images should be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.has_saves = False
        self.grid = CurveGrid()
        self.grid.pointed.connect(self.pointed)
        self.grid.clicked.connect(self.moment_asked)
        for key, title, series in PLOTS:
            plot = self.grid.add_plot(key, tr(title))
            plot.setMinimumHeight(LEAST_PX)
            for name, label in series:
                plot.add_series(name, tr(label))
        self._known = {name for _, _, series in PLOTS for name, _ in series}
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(area, 1)

    # --- shown -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything, for another run."""
        self.has_saves = False
        self.grid.clear()

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
        self.grid.set_all({name: _heard(name, series) for name, series in scalars.items()})

    @Slot(object)
    def point(self, seen: float | None) -> None:
        """Show what was read after so many images; None for the newest."""
        self.grid.point(seen)

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
            label = _metric_names().get(name, kind.replace("_", " "))
            plot = self.grid.plot("penalty") if family == "penalty" else self._plot_of(name, label)
            plot.add_series(name, label)

    def _plot_of(self, name: str, label: str) -> CurvePlot:
        """Return a plot for one metric: their scales have nothing in common."""
        plot = self.grid.add_plot(name, tr(label))
        plot.setMinimumHeight(LEAST_PX)
        return plot

    def _head(self) -> QHBoxLayout:
        self.raw = _switch(
            tr("Raw"), tr("Every reading: the range as a band, its mean as a line."), True
        )
        self.smooth = _switch(tr("Smooth"), tr("A running average of the readings."), True)
        self.log = _switch(
            tr("Log"), tr("Logarithmic axes; what is not above zero is left out."), False
        )
        self.raw.toggled.connect(self.grid.show_raw)
        self.smooth.toggled.connect(self.grid.show_smooth)
        self.log.toggled.connect(self.grid.show_log)
        self.weight = QSlider(Qt.Orientation.Horizontal)
        self.weight.setRange(0, 99)
        self.weight.setValue(90)
        self.weight.setFixedWidth(110)
        self.weight.setAccessibleName(tr("Smoothing"))
        self.weight.valueChanged.connect(self._smooth)
        self._weight_text = QLabel()
        self._weight_text.setProperty("role", "muted")
        self.follow = button(tr("Fit"), tr("Show the whole run again, and what comes."))
        self.follow.setProperty("small", True)
        self.follow.clicked.connect(self.grid.follow)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(words(tr("Curves"), "title"), 1)
        for widget in (
            self.raw,
            self.smooth,
            self.weight,
            self._weight_text,
            self.log,
            self.follow,
        ):
            row.addWidget(widget)
        self._smooth(self.weight.value())
        return row

    @Slot(int)
    def _smooth(self, percent: int) -> None:
        self._weight_text.setText(f"{percent / 100:.2f}")
        self.weight.setToolTip(tr("How much of the average stays at the next reading."))
        self.grid.set_smoothing(percent / 100)


def _heard(name: str, series: Any) -> Any:
    """Return readings without the gaps between them, where they are only taken now and then."""
    x, y = series
    if name.partition("/")[0] in FAMILIES:
        return x[np.isfinite(y)], y[np.isfinite(y)]
    return series


@functools.cache
def _metric_names() -> Mapping[str, str]:
    found = {name: label for metric in METRICS for name, label in metric.values.items()}
    return {
        **found,
        "augment/p": mark("Augmentation p"),
        "augment/sign": mark("How sure D is of reals"),
    }


def _switch(text: str, tip: str, on: bool) -> QCheckBox:
    made = QCheckBox(text)
    made.setToolTip(tip)
    made.setAccessibleDescription(tip)
    made.setChecked(on)
    return made
