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
        self._grids: dict[tuple[tuple[str, ...], int], CurveGrid] = {}
        """One for each set of plots and number of runs: plots are used again, never deleted."""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_runs(self, runs: Sequence[RunCurves]) -> None:
        """Show these runs' curves instead."""
        plots = self._plots(runs)
        self.grid.hide()
        self.grid = self._grid_of(plots, len(runs))
        self.grid.show()
        for name in plots:
            plot = self.grid.plot(name)
            for place, run in enumerate(runs):
                plot.rename_series(str(place), run.name)
            there = {str(n): run for n, run in enumerate(runs) if name in run.scalars}
            plot.set_all({key: heard(run.scalars[name]) for key, run in there.items()})

    def _grid_of(self, plots: Mapping[str, str], count: int) -> CurveGrid:
        key = tuple(plots), count
        if key not in self._grids:
            grid = self._grids[key] = CurveGrid()
            for name, title in plots.items():
                plot = grid.add_plot(name, title, names=2)
                plot.setMinimumHeight(_LEAST_PX)
                plot.show_raw(False)
                plot.as_read = name in metric_names()
                for place in range(count):
                    plot.add_series(str(place), str(place), place, DASHES[place])
            self._column.addWidget(grid)
        return self._grids[key]

    def _plots(self, runs: Sequence[RunCurves]) -> dict[str, str]:
        there = dict.fromkeys(name for run in runs for name in run.scalars)
        metrics = {name: tr(label) for name, label in metric_names().items() if name in there}
        plain = {name: tr(title) for name, title in _TITLES.items() if name in there}
        return {**metrics, **plain}


def heard(series: Any) -> Any:
    """Return readings without the gaps between them."""
    x, y = series
    return x[np.isfinite(y)], y[np.isfinite(y)]
