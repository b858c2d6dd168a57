"""Curves of several runs over each other: one plot a reading, one colour and dash a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.i18n import mark, tr
from studio.panels.run_words import metric_names
from studio.widgets.curve_grid import CurveGrid

DASHES = ("solid", "dash", "dot", "dashdot", "long", "dashdotdot")
"""One a run, so that six can be told apart without their colours."""
_TITLES = {
    "loss/d": mark("Loss of D"),
    "loss/g": mark("Loss of G"),
    "score/real": mark("D(real)"),
    "score/fake": mark("D(fake)"),
    "gradient/d": mark("Gradient norm of D"),
    "gradient/g": mark("Gradient norm of G"),
    "speed": mark("Images a second"),
}
_LEAST_PX = 190


@dataclass(frozen=True)
class RunCurves:
    """A run's name, and its readings: (images seen, values) by name."""

    name: str
    scalars: Mapping[str, Any]


class Overlay(QWidget):
    """Plots of everything that at least one of the runs has read."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = CurveGrid()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.grid)

    def show_runs(self, runs: Sequence[RunCurves]) -> None:
        """Show these runs' curves instead."""
        old, self.grid = self.grid, CurveGrid()
        self._column.replaceWidget(old, self.grid)
        old.hide()
        old.deleteLater()
        for name, title in self._plots(runs).items():
            plot = self.grid.add_plot(name, title)
            plot.setMinimumHeight(_LEAST_PX)
            plot.show_raw(False)
            for place, run in enumerate(runs):
                plot.add_series(str(place), run.name, place, DASHES[place])
                if name in run.scalars:
                    plot.take({str(place): heard(run.scalars[name])})
            plot.renew()

    def _plots(self, runs: Sequence[RunCurves]) -> dict[str, str]:
        there = dict.fromkeys(name for run in runs for name in run.scalars)
        metrics = {name: label for name, label in metric_names().items() if name in there}
        plain = {name: tr(title) for name, title in _TITLES.items() if name in there}
        return {**metrics, **plain}


def heard(series: Any) -> Any:
    """Return readings without the gaps between them."""
    x, y = series
    return x[np.isfinite(y)], y[np.isfinite(y)]
