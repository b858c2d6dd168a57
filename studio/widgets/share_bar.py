"""Parts of a whole as one bar; what is too much runs over a mark."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme


class ShareBar(QWidget):
    """Told parts and the whole in the same unit; the parts' names are told beside it, not on it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: tuple[float, ...] = ()
        self.whole = 1.0
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 14)

    def show_parts(self, parts: Sequence[float], whole: float) -> None:
        """Draw these; when they are more than the whole, a mark shows where that ends."""
        self.parts, self.whole = tuple(parts), max(whole, 1e-9)
        self.setAccessibleDescription(f"{100 * sum(parts) / self.whole:.0f} %")
        self.update()

    @property
    def overfull(self) -> bool:
        """Whether the parts are more than the whole."""
        return sum(self.parts) > self.whole

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(self.rect()).adjusted(0, 3, 0, -3)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(bar, 3, 3)
        most, left = max(self.whole, sum(self.parts)), bar.left()
        for place, part in enumerate(self.parts):
            width = bar.width() * part / most
            painter.setBrush(QColor(colors.series[place % len(colors.series)]))
            painter.drawRect(QRectF(left, bar.top(), width, bar.height()))
            left += width
        if self.overfull:
            x = bar.left() + bar.width() * self.whole / most
            painter.setPen(QPen(QColor(colors.error), 2))
            painter.drawLine(round(x), 0, round(x), self.height())
        painter.end()
