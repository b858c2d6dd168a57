"""Names of curves with the line they are drawn in and what they read; a click hides one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from studio import theme
from studio.i18n import tr
from studio.widgets.curve_items import pen_of

_SWATCH = 18
_GAP, _BARE_GAP = 14, 8
_LEAST = 36
"""Pixels of a name that still tell something."""


@dataclass(frozen=True)
class LegendEntry:
    """One curve: its key, its name, how it is drawn, and whether it is."""

    key: str
    label: str
    color: str
    dash: str
    shown: bool


class Legend(QWidget):
    """Entries, right-aligned, in as few lines as they fit in; what is cut short is told by tooltip.

    Tab comes here; the arrow keys go from name to name, Space hides a curve and shows it again.
    """

    toggled = Signal(str)

    def __init__(self, lines: int = 1, parent: QWidget | None = None) -> None:
        """Make one without entries; with names that are long it takes at most so many lines."""
        super().__init__(parent)
        self._entries: list[LegendEntry] = []
        self._values: dict[str, str] = {}
        self._places: list[tuple[QRect, LegendEntry]] = []
        self._most, self._at = lines, 0
        self._tight = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)

    @property
    def values(self) -> dict[str, str]:
        """What each entry reads."""
        return dict(self._values)

    def show_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show these curves."""
        self._entries = list(entries)
        self._at = min(self._at, max(0, len(entries) - 1))
        self._take_height()
        self._describe()
        self.update()

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show what they read."""
        self._values = dict(values)
        self._take_height()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._line())

    # --- where things are --------------------------------------------------------------------

    def _line(self) -> int:
        return self.fontMetrics().height() + 4

    def _take_height(self) -> None:
        """Be as high as the lines are that the entries take."""
        rows, *_ = self._arranged()
        self.setFixedHeight(self._line() * max(1, len(rows)))

    def _width_of(self, entry: LegendEntry, values: bool) -> int:
        metrics = self.fontMetrics()
        width = _SWATCH + 6 + metrics.horizontalAdvance(entry.label) + 1  # it may be rounded down
        if values:  # room for the widest reading, so that nothing jumps
            width += 6 + max(
                metrics.horizontalAdvance(self._values.get(entry.key, "")),
                metrics.horizontalAdvance("0.0000"),
            )
        return width

    def _arranged(self) -> tuple[list[list[LegendEntry]], list[int], bool, int]:
        """Return the lines, how wide their columns and gaps are, and whether readings are shown."""
        rows: list[list[LegendEntry]] = []
        widths: list[int] = []
        for values in (True, False) if self._values else (False,):
            for lines in range(1, self._most + 1):
                across = -(-len(self._entries) // lines) or 1
                rows = [self._entries[n : n + across] for n in range(0, len(self._entries), across)]
                widths = [
                    max(self._width_of(row[n], values) for row in rows if n < len(row))
                    for n in range(min(across, len(self._entries)))
                ]
                if sum(widths) + _GAP * (len(widths) - 1) <= self.width():
                    return rows, widths, values, _GAP
        count = max(1, len(widths))
        if (self.width() - _GAP * (count - 1)) // count < _SWATCH + 6 + _LEAST:
            room = (self.width() - _BARE_GAP * (count - 1)) // count
            widths = [min(_SWATCH, room)] * count  # the lines alone; the tooltip names them
            return rows, widths, False, _BARE_GAP
        return rows, widths, False, _GAP

    # --- drawing -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rows, widths, values, gap = self._arranged()
        gaps = gap * (len(widths) - 1)
        wanted, room = sum(widths), self.width() - gaps
        self._tight = wanted > room > 0
        if self._tight:
            widths = _shared(widths, room)
        self._places, high = [], self._line()
        for line, row in enumerate(rows):
            x = max(0, self.width() - sum(widths) - gaps)
            for entry, width in zip(row, widths, strict=False):
                place = QRect(x, line * high, width, high)
                self._places.append((place, entry))
                self._draw(painter, place, entry, values)
                x += width + gap
        if self.hasFocus() and self._at < len(self._places):
            painter.setPen(QPen(QColor(theme.current().accent), 1))
            painter.drawRoundedRect(self._places[self._at][0].adjusted(-4, 0, 3, -1), 4, 4)
        painter.end()

    def _draw(self, painter: QPainter, place: QRect, entry: LegendEntry, values: bool) -> None:
        colors, middle = theme.current(), place.center().y()
        painter.setPen(pen_of(QColor(entry.color if entry.shown else colors.faint), 2, entry.dash))
        painter.drawLine(place.left(), middle, min(place.right(), place.left() + _SWATCH), middle)
        words = place.adjusted(_SWATCH + 6, 0, 0, 0)
        if words.width() <= 0:
            return
        painter.setPen(QColor(colors.muted if entry.shown else colors.faint))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._fitting(entry, place))
        if values and entry.shown:
            painter.setPen(QColor(colors.text))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(words, side, self._values.get(entry.key, ""))

    def _fitting(self, entry: LegendEntry, place: QRect) -> str:
        """Return a name as it is drawn: cut in its middle, as those of runs often differ at the end."""
        if not self._tight:
            return entry.label
        cut = Qt.TextElideMode.ElideMiddle
        return self.fontMetrics().elidedText(entry.label, cut, place.width() - _SWATCH - 6)

    # --- mouse and keys ----------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_height()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for place, entry in self._places:
            if place.contains(event.position().toPoint()):
                self.toggled.emit(entry.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in moves and self._entries:
            self._at = (self._at + moves[Qt.Key(event.key())]) % len(self._entries)
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) and self._entries:
            self.toggled.emit(self._entries[self._at].key)
        else:
            super().keyPressEvent(event)

    def _describe(self) -> None:
        """Say which name the keyboard is at, and whether its curve is shown."""
        if not self._entries:
            return
        at = self._entries[self._at]
        shown, hidden = tr("{name}, shown", name=at.label), tr("{name}, hidden", name=at.label)
        self.setAccessibleDescription(shown if at.shown else hidden)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            lines = [f"{e.label}: {self._values.get(e.key, '')}" for e in self._entries]
            QToolTip.showText(
                event.globalPos(), "\n".join([*lines, tr("Click a name to hide its curve.")]), self
            )
            return True
        return super().event(event)


def _shared(widths: Sequence[int], room: int) -> list[int]:
    """Return widths that fit in `room`: the widest are cut first, so that short names stay whole."""
    given, left = list(widths), room
    for rank, place in enumerate(sorted(range(len(widths)), key=lambda n: widths[n])):
        given[place] = min(widths[place], left // (len(widths) - rank))
        left -= given[place]
    return given
