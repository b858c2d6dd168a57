"""A small bar chart: how many things are in each of a few ranges."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme

_GAP = 0.18
"""Of a bar's place."""


class HistogramPlot(QWidget):
    """Told counts, a short name below each, and what a tooltip says of each."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.counts: tuple[int, ...] = ()
        self._names: tuple[str, ...] = ()
        self._tips: tuple[str, ...] = ()
        self._mark, self._note = -1, ""
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(220, 132)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 110)

    def show_bars(
        self, counts: Sequence[int], names: Sequence[str], tips: Sequence[str], mark: int = -1
    ) -> None:
        """Draw these; the bar at `mark` stands out."""
        self.counts, self._names, self._tips = tuple(counts), tuple(names), tuple(tips)
        self._mark, self._note = mark, ""
        self.setAccessibleDescription("; ".join(self._tips))
        self.update()

    def show_note(self, text: str) -> None:
        """Say why there is nothing to draw."""
        self.counts, self._names, self._tips, self._note = (), (), (), text
        self.setAccessibleDescription(text)
        self.update()

    def tip_at(self, x: float) -> str:
        """Return what is said of the bar at this place."""
        place = int(x * len(self.counts) / max(1, self.width()))
        return self._tips[place] if 0 <= place < len(self._tips) else ""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().x()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        painter.setPen(QColor(colors.muted))
        painter.drawText(QRectF(0, 0, self.width(), line), self.title)
        plot = QRectF(0, line + 6, self.width(), self.height() - 2 * line - 12)
        if not self.counts:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.setPen(QColor(colors.dim))
            painter.drawText(plot, int(flags), self._note)
            painter.end()
            return
        painter.setPen(QColor(colors.line))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        most, step = max(1, *self.counts), plot.width() / len(self.counts)
        for place, count in enumerate(self.counts):
            height = plot.height() * count / most
            height = max(height, 1.5) if count else 0.0
            left = plot.left() + (place + _GAP / 2) * step
            bar = QRectF(left, plot.bottom() - height, step * (1 - _GAP), height)
            color = colors.series[1] if place == self._mark else colors.series[0]
            painter.fillRect(bar, QColor(color))
        self._write_names(painter, plot, step, line)
        painter.end()

    def _write_names(self, painter: QPainter, plot: QRectF, step: float, line: int) -> None:
        """Write as many names as there is room for, each under its own bar."""
        painter.setPen(QColor(theme.current().muted))
        widest = max(self.fontMetrics().horizontalAdvance(name) for name in self._names) + 6
        every = max(1, -(-int(widest) // max(1, int(step))))
        for place in range(0, len(self._names), every):
            middle = plot.left() + (place + 0.5) * step
            width = max(step * every, widest)
            left = min(max(plot.left(), middle - width / 2), plot.right() - width)
            box = QRectF(left, plot.bottom() + 4, width, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._names[place])
