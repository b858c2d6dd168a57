"""Names of curves with the line they are drawn in and what they read; a click hides one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.i18n import tr
from studio.widgets.curve_items import pen_of

_SWATCH = 18
_GAP = 14


@dataclass(frozen=True)
class LegendEntry:
    """One curve: its key, its name, how it is drawn, and whether it is."""

    key: str
    label: str
    color: str
    dash: str
    shown: bool


class Legend(QWidget):
    """One line of entries, right-aligned; what does not fit is told by tooltip."""

    toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: list[LegendEntry] = []
        self._values: dict[str, str] = {}
        self._places: list[tuple[QRect, LegendEntry]] = []
        self._tight = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)

    @property
    def values(self) -> dict[str, str]:
        """What each entry reads."""
        return dict(self._values)

    def show_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show these curves."""
        self._entries = list(entries)
        self.update()

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show what they read."""
        self._values = dict(values)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 4)

    def _width_of(self, entry: LegendEntry, values: bool) -> int:
        metrics = self.fontMetrics()
        width = _SWATCH + 6 + metrics.horizontalAdvance(entry.label)
        if values:  # room for the widest reading, so that nothing jumps
            width += 6 + max(
                metrics.horizontalAdvance(self._values.get(entry.key, "")),
                metrics.horizontalAdvance("0.0000"),
            )
        return width

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), theme.current()
        widths = {v: [self._width_of(e, v) for e in self._entries] for v in (True, False)}
        values = sum(widths[True]) + _GAP * len(widths[True]) <= self.width() + _GAP
        gaps = _GAP * (len(self._entries) - 1)
        wanted, room = sum(widths[values]), self.width() - gaps
        self._tight = wanted > room > 0
        if self._tight:  # names end in an ellipsis rather than in the middle of a letter
            widths[values] = [width * room // wanted for width in widths[values]]
        self._places = []
        x = max(0, self.width() - sum(widths[values]) - gaps)
        for entry, width in zip(self._entries, widths[values], strict=True):
            place = QRect(x, 0, width, self.height())
            self._places.append((place, entry))
            self._draw(painter, place, entry, values)
            x += width + _GAP
        painter.setPen(QColor(colors.text))
        painter.end()

    def _draw(self, painter: QPainter, place: QRect, entry: LegendEntry, values: bool) -> None:
        colors, middle = theme.current(), place.center().y()
        painter.setPen(pen_of(QColor(entry.color if entry.shown else colors.faint), 2, entry.dash))
        painter.drawLine(place.left(), middle, place.left() + _SWATCH, middle)
        painter.setPen(QColor(colors.muted if entry.shown else colors.faint))
        words = place.adjusted(_SWATCH + 6, 0, 0, 0)
        label = entry.label
        if self._tight:
            cut = Qt.TextElideMode.ElideRight
            label = painter.fontMetrics().elidedText(label, cut, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, label)
        if values and entry.shown:
            painter.setPen(QColor(colors.text))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(words, side, self._values.get(entry.key, ""))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, entry in self._places:
            if place.contains(event.position().toPoint()):
                self.toggled.emit(entry.key)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            lines = [f"{e.label}: {self._values.get(e.key, '')}" for e in self._entries]
            QToolTip.showText(
                event.globalPos(), "\n".join([*lines, tr("Click a name to hide its curve.")]), self
            )
            return True
        return super().event(event)
