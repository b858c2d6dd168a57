"""How D's scores are spread at one moment: reals and fakes as outlines over a score."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio import theme
from studio.i18n import tr
from studio.widgets.curve_items import images_text, pen_style
from studio.widgets.elided import ElidedLabel
from studio.widgets.legend import Legend, LegendEntry

_TICKS = (-100.0, -10.0, -3.0, -1.0, 0.0, 1.0, 3.0, 10.0, 100.0)
_DASHES = "solid", "dash"
_FINE = 4.0


class _Area(QWidget):
    """Scores from left to right, fine near zero; how many have one as height."""

    def __init__(self, edges: NDArray[np.float64]) -> None:
        super().__init__()
        self._places = np.arcsinh(_FINE * edges)
        self.counts: NDArray[np.int64] | None = None
        self.span = 0, 1
        self.shown = [True, True]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(240, 110)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme.current()
        inside = QRectF(self.rect()).adjusted(12, 4, -12, -22)
        first, last = self.span
        low, high = float(self._places[first]), float(self._places[last])

        def x_of(place: float) -> float:
            return inside.left() + (place - low) / (high - low) * inside.width()

        painter.setPen(QPen(QColor(colors.grid), 1))
        painter.drawLine(inside.bottomLeft(), inside.bottomRight())
        for tick in _TICKS:
            place = math.asinh(_FINE * tick)
            if low <= place <= high:
                x = x_of(place)
                painter.setPen(QPen(QColor(colors.edge if tick == 0 else colors.grid), 1))
                painter.drawLine(QPointF(x, inside.top()), QPointF(x, inside.bottom()))
                painter.setPen(QColor(colors.muted))
                box = QRectF(x - 24, inside.bottom() + 3, 48, 16)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{tick:g}".replace("-", "−"))
        if self.counts is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shares = self.counts / np.maximum(1, self.counts.sum(1, keepdims=True))
            # A wide bin is not higher for being wide.
            heights = shares / np.diff(self._places)
            most = max(1e-9, float(heights[self.shown].max())) if any(self.shown) else 1.0
            for side in (0, 1):
                if self.shown[side]:
                    self._draw(painter, inside, x_of, heights[side] / most, side)
        painter.end()

    def _draw(
        self,
        painter: QPainter,
        inside: QRectF,
        x_of: object,
        heights: NDArray[np.float64],
        side: int,
    ) -> None:
        color = QColor(theme.current().series[side])
        points = [QPointF(x_of(self._places[self.span[0]]), inside.bottom())]  # type: ignore[operator]
        for n in range(*self.span):
            y = inside.bottom() - float(heights[n]) * (inside.height() - 4)
            for edge in (n, n + 1):
                points.append(QPointF(x_of(float(self._places[edge])), y))  # type: ignore[operator]
        points.append(QPointF(x_of(self._places[self.span[1]]), inside.bottom()))  # type: ignore[operator]
        shape, fill = QPolygonF(points), QColor(color)
        fill.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(shape)
        painter.setPen(QPen(color, 1.3, pen_style(_DASHES[side])))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(shape)


class ScorePlot(QWidget):
    """Told counts as they come; shows those of the crosshair, or the newest."""

    menu_asked = Signal(object)
    """What can be done with it should be shown at this place."""

    def __init__(self, edges: NDArray[np.float64], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edges = edges
        self._moments: list[float] = []
        self._counts: list[NDArray[np.int64]] = []
        self._cursor: float | None = None
        self._stale = False
        self._title, self._when = QLabel(tr("Spread of scores")), ElidedLabel()
        self._title.setProperty("role", "title")
        self._legend = Legend()
        self._legend.setMinimumWidth(140)
        self._legend.setAccessibleName(
            tr("{plot}: which curves are shown", plot=self._title.text())
        )
        self._legend.toggled.connect(self._toggle)
        self.area = _Area(edges)
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 10, 0)
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self._when, 1)
        head.addWidget(self._legend, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 2)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.area, 1)
        self.setMinimumSize(220, 130)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self._title.text())
        self._name_entries()

    # --- shown -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything, for another run."""
        self.set_all([], [])

    def set_all(self, moments: Sequence[float], counts: Sequence[NDArray[np.int64]]) -> None:
        """Replace everything by a run's history: images seen, and (2, bins) for each."""
        self._moments, self._counts = [float(m) for m in moments], list(counts)
        self._cursor = None
        self.renew()

    def add(self, moment: float, counts: NDArray[np.int64]) -> None:
        """Append counts; what lies beyond a run that went back is forgotten."""
        keep = bisect_right(self._moments, moment)
        del self._moments[keep:], self._counts[keep:]
        self._moments.append(float(moment))
        self._counts.append(counts)

    def show_cursor(self, x: float | None, tagged: bool = True) -> None:
        """Show the counts nearest to `x` images; None shows the newest again."""
        if x != self._cursor:
            self._cursor = x
            self.renew()

    def renew(self) -> None:
        """Draw what is new; what nobody sees waits until somebody does."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        place = self._place()
        self.area.counts = self._counts[place] if place >= 0 else None
        seen = images_text(self._moments[place]) if place >= 0 else ""
        self._when.setText(seen)
        self._when.setToolTip(tr("after {images} images", images=seen) if seen else "")
        if place >= 0:
            filled = np.flatnonzero(self._counts[place].sum(0))
            middle = len(self._edges) // 2
            first = min(int(filled[0]), middle - 8) if len(filled) else middle - 8
            last = max(int(filled[-1]) + 1, middle + 8) if len(filled) else middle + 8
            self.area.span = max(0, first - 1), min(len(self._edges) - 1, last + 1)
        self.area.update()

    # --- asked -------------------------------------------------------------------------------

    @property
    def moments(self) -> list[float]:
        """When scores were counted, in images seen."""
        return list(self._moments)

    @property
    def shown(self) -> NDArray[np.int64] | None:
        """The counts that are shown."""
        return self.area.counts

    def table(self) -> tuple[list[str], list[list[int]]]:
        """Return everything as a table: images seen, whose scores, and the count of each bin."""
        names = [
            f"{low:.4g} to {high:.4g}"
            for low, high in zip(self._edges[:-1], self._edges[1:], strict=True)
        ]
        rows = [
            [int(moment), int(side == 0), *counts[side].tolist()]
            for moment, counts in zip(self._moments, self._counts, strict=True)
            for side in (0, 1)
        ]
        return ["images_seen", "real", *names], rows

    # --- inside ------------------------------------------------------------------------------

    def _place(self) -> int:
        if self._cursor is None or not self._moments:
            return len(self._moments) - 1
        place = bisect_right(self._moments, self._cursor)
        near = [n for n in (place - 1, place) if 0 <= n < len(self._moments)]
        return min(near, key=lambda n: abs(self._moments[n] - (self._cursor or 0.0)))

    def _name_entries(self) -> None:
        series = theme.current().series
        self._legend.show_entries(
            [
                LegendEntry(key, label, series[side], _DASHES[side], self.area.shown[side])
                for side, (key, label) in enumerate((("real", tr("Reals")), ("fake", tr("Fakes"))))
            ]
        )

    def _toggle(self, key: str) -> None:
        side = 0 if key == "real" else 1
        self.area.shown[side] = not self.area.shown[side]
        self._name_entries()
        self.area.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_asked.emit(event.globalPos())

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._stale:
            self.renew()

    def changeEvent(self, event: object) -> None:
        super().changeEvent(event)  # type: ignore[arg-type]
        if hasattr(self, "area"):
            self._name_entries()
            self.area.update()
