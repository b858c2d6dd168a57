"""A text of a few lines that ends in an ellipsis where it does not fit; its tooltip is all of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio import theme, tips


class ElidedLabel(QWidget):
    """Takes the width that is left and never asks for more."""

    def __init__(self, lines: int = 1, title: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._lines = "", lines
        self.color = "text" if title else "muted"
        """Which of the theme's colours it is written in."""
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
        self.setToolTip(tips.lines(text))
        self.setAccessibleName(text)
        self.update()

    def setLines(self, lines: int) -> None:
        """Take room for another number of lines."""
        self._lines = lines
        self.updateGeometry()
        self.update()

    def shown(self) -> list[str]:
        """Return the lines that are drawn."""
        return lines_of(self._text, self.font(), max(1, self.width()), self._lines)

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().lineSpacing() * self._lines + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, metrics = QPainter(self), self.fontMetrics()
        colors = theme.current()
        painter.setPen(QColor(getattr(colors, self.color)))
        y = float(metrics.ascent() + 1)
        if self._lines == 1:
            y += (self.height() - metrics.height()) / 2 - 1
        for line in self.shown():
            painter.drawText(QPointF(0, y), line)
            y += metrics.lineSpacing()
        painter.end()


def lines_of(text: str, font: QFont, width: float, most: int = 99) -> list[str]:
    """Return a text in at most so many lines of this width; the last says where there is more."""
    layout, option = QTextLayout(text, font), QTextOption(Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    found: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start = line.textStart()
        if len(found) == most - 1:
            found.append(_cut(text[start:], QFontMetricsF(font), width, whole=most > 1))
            break
        found.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return found


def _cut(text: str, metrics: QFontMetricsF, width: float, whole: bool) -> str:
    """Return what fits, with an ellipsis for the rest: after a `whole` word where there are several."""
    cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    if cut == text or not whole or " " not in cut:
        return cut
    kept = cut.removesuffix("…")
    before, _, word = kept.rpartition(" ")
    if word.isascii() and not text[len(kept) :].startswith(" "):  # Chinese breaks anywhere
        kept = before
    return kept.rstrip(" ,;:.") + "…"
