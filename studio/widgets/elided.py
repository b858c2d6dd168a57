"""A text of a few lines that ends in an ellipsis where it does not fit; its tooltip is all of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme


class ElidedLabel(QWidget):
    """Takes the width that is left and never asks for more."""

    def __init__(self, lines: int = 1, title: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._lines, self._is_title = "", lines, title
        if title:
            font = self.font()
            font.setWeight(QFont.Weight.DemiBold)
            self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return all of what it says."""
        return self._text

    def setText(self, text: str) -> None:
        """Say something else."""
        self._text = text
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.update()

    def shown(self) -> list[str]:
        """Return the lines that are drawn."""
        layout = QTextLayout(self._text, self.font())
        layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
        layout.beginLayout()
        found: list[str] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, self.width()))
            start = line.textStart()
            if len(found) == self._lines - 1:  # the last one says that there is more
                rest = self._text[start:]
                side = Qt.TextElideMode.ElideRight
                found.append(self.fontMetrics().elidedText(rest, side, self.width()))
                break
            found.append(self._text[start : start + line.textLength()].rstrip())
        layout.endLayout()
        return found

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().lineSpacing() * self._lines + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, metrics = QPainter(self), self.fontMetrics()
        colors = theme.current()
        painter.setPen(QColor(colors.text if self._is_title else colors.muted))
        y = float(metrics.ascent() + 1)
        if self._lines == 1:
            y += (self.height() - metrics.height()) / 2 - 1
        for line in self.shown():
            painter.drawText(QPointF(0, y), line)
            y += metrics.lineSpacing()
        painter.end()
