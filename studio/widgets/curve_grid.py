"""Several plots that pan, zoom and point together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from studio.widgets.curve_plot import CurvePlot, Readings

_NARROW_PX = 340
PACE_MS = 50
"""Between two plots that are drawn: all of them together took longer than a click may wait, and the
oftener they are drawn the slower a run on the same processor is."""
_UNITS = 12
"""One to four plots in a row divide it."""


class CurveGrid(QWidget):
    """As many columns as fit; what one plot does in images seen, all do."""

    pointed = Signal(object)
    """The mouse is at this number of images, or None."""
    clicked = Signal(float)
    """This number of images was clicked at."""
    menu_asked = Signal(str, object)
    """What can be done with the plot of this key should be shown at this place."""

    def __init__(self, parent: QWidget | None = None, columns: int = 0) -> None:
        super().__init__(parent)
        self._plots: dict[str, CurvePlot] = {}
        self._cards: list[QFrame] = []
        self._wanted, self._columns = columns, 0
        self._undrawn: list[CurvePlot] = []
        self._pace = QTimer(self)
        self._pace.setInterval(PACE_MS)
        self._pace.timeout.connect(self._draw_next)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)

    @property
    def plots(self) -> tuple[CurvePlot, ...]:
        """The plots, in order."""
        return tuple(self._plots.values())

    def plot(self, key: str) -> CurvePlot:
        """Return the plot called `key`."""
        return self._plots[key]

    def add_plot(self, key: str, title: str, names: int = 1) -> CurvePlot:
        """Add a plot and return it; the names of its curves take at most so many lines."""
        plot = self._plots[key] = CurvePlot(title, names=names)
        self.add_card(plot)
        plot.menu_asked.connect(lambda place: self.menu_asked.emit(key, place))
        plot.pointed.connect(self._point)
        plot.area.clicked.connect(self.clicked)
        plot.zoomed.connect(self._zoom)
        plot.followed.connect(self.follow)
        return plot

    def add_card(self, widget: QWidget) -> None:
        """Add something else that belongs among the plots."""
        card = QFrame()
        card.setProperty("card", True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(widget)
        self._cards.append(card)
        self._arrange(again=True)

    def extend(self, readings: Readings) -> None:
        """Give every plot the readings of its series; others are left out.

        They are drawn one plot after the other, so that the window can answer in between.
        """
        self._share(readings, "take")
        # Each keeps its turn, however soon the next readings come.
        self._undrawn += [plot for plot in self.plots if plot not in self._undrawn]
        if not self._pace.isActive():
            self._pace.start()

    def set_all(self, readings: Readings) -> None:
        """Replace the readings of all plots."""
        self._share(readings, "set_all")

    def clear(self) -> None:
        """Forget readings and markers."""
        for plot in self.plots:
            plot.clear()

    def add_marker(self, x: float, text: str, kind: str) -> None:
        """Mark a moment in every plot."""
        for plot in self.plots:
            plot.add_marker(x, text, kind)

    def set_markers(self, markers: Sequence[tuple[float, str, str]]) -> None:
        """Replace the markers of every plot."""
        for plot in self.plots:
            plot.set_markers(markers)

    def show_raw(self, on: bool) -> None:
        """Show bands and means."""
        for plot in self.plots:
            plot.show_raw(on)

    def show_smooth(self, on: bool) -> None:
        """Show smoothed lines."""
        for plot in self.plots:
            plot.show_smooth(on)

    def show_log(self, on: bool) -> None:
        """Use logarithmic axes."""
        for plot in self.plots:
            plot.show_log(on)

    def set_smoothing(self, weight: float) -> None:
        """Set how much of the averages stays at the next reading."""
        for plot in self.plots:
            plot.set_smoothing(weight)

    def follow(self) -> None:
        """Show everything, and what comes."""
        for plot in self.plots:
            plot.follow()

    def zoom(self, factor: float) -> None:
        """Show a stretch so many times as long, around the crosshair if it is in sight, else to its end."""
        found = [extent for plot in self.plots if (extent := plot.extent()) is not None]
        if not found:
            return
        first, last = min(start for start, _ in found), max(end for _, end in found)
        start, end = self.plots[0].span
        at, length = self.plots[0].crosshair, factor * (end - start)
        if length >= last - first:
            return self.follow()
        at = min(end, last) if at is None or not start <= at <= end else at
        start = at - factor * (at - start)
        start = min(max(first, start), last - length)
        for plot in self.plots:
            plot.look_at(start, start + length)

    def _share(self, readings: Mapping[str, object], method: str) -> None:
        for plot in self.plots:
            own = {key: readings[key] for key in plot.keys if key in readings}
            if own or method == "set_all":
                getattr(plot, method)(own)

    @Slot()
    def _draw_next(self) -> None:
        while self._undrawn:
            plot = self._undrawn.pop(0)
            if plot.waits:
                plot.renew()
                break
        if not self._undrawn:
            self._pace.stop()

    def point(self, x: float | None) -> None:
        """Point at a number of images in every plot; None points at none."""
        for plot in self.plots:
            plot.show_cursor(x, tagged=plot is self.plots[0])

    def _point(self, x: object) -> None:
        self.pointed.emit(x)
        for plot in self.plots:
            if plot is not self.sender():
                plot.show_cursor(x, tagged=False)  # type: ignore[arg-type]

    def _zoom(self, start: float, end: float) -> None:
        for plot in self.plots:
            if plot is not self.sender():
                plot.look_at(start, end)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self, again: bool = False) -> None:
        fitting = min(3, len(self._cards) or 1, max(1, self.width() // _NARROW_PX))
        columns = self._wanted or fitting
        if columns == self._columns and not again:
            return
        self._columns = columns
        rest = len(self._cards) % columns
        for place, card in enumerate(self._cards):
            row, column = divmod(place, columns)
            last = place >= len(self._cards) - rest  # the last row shares the whole width
            span = _UNITS // (rest if last else columns)
            self._grid.addWidget(card, row, column * span, 1, span)
        for column in range(_UNITS):
            self._grid.setColumnStretch(column, 1)
