"""The moments of a run on a line of images seen: grids as ticks, what happened as marks, handles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip

from studio import theme
from studio.i18n import tr

_SIDE = 9
"""Pixels beside the line, so that a handle at its end is whole."""
_NEAR = 5
_MARKS = {"saved": "muted", "changed": "link", "resumed": "good", "notice": "warning"}


@dataclass(frozen=True)
class Mark:
    """Something that happened after `seen` images: "saved", "changed", "resumed" or "notice"."""

    seen: float
    kind: str
    text: str


class Track(QSlider):
    """A slider whose values are places in a list of moments, drawn where those are in images seen.

    While two moments are compared it has a second handle, A, that Shift and the arrows move.
    """

    pointed = Signal(object)
    """The mouse is at this number of images, or None: it left."""
    other_moved = Signal(int)
    """Handle A was moved to this moment."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._steps: Sequence[int] = ()
        self._marks: list[Mark] = []
        self._pointer: float | None = None
        self._other = -1
        self._dragged = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    # --- shown -------------------------------------------------------------------------------

    def show_steps(self, steps: Sequence[int], index: int) -> None:
        """Show these moments; `index` is the one that is looked at."""
        self._steps = steps
        self.setRange(0, max(0, len(steps) - 1))
        self.setValue(max(0, index))
        self.update()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show what happened."""
        self._marks = list(marks)
        self.update()

    def show_pointer(self, seen: float | None) -> None:
        """Show where somebody points in the curves; None for nowhere."""
        if seen != self._pointer:
            self._pointer = seen
            self.update()

    def show_other(self, index: int) -> None:
        """Show handle A at a moment; -1 takes it away."""
        self._other = index
        self.update()

    @property
    def other(self) -> int:
        """The moment of handle A, or -1."""
        return self._other

    @property
    def pointer(self) -> float | None:
        """Where somebody points in the curves."""
        return self._pointer

    @property
    def marks(self) -> list[Mark]:
        """What happened, as it is shown."""
        return list(self._marks)

    def nearest(self, seen: float) -> int:
        """Return the moment nearest to so many images seen, or -1 where there is none."""
        place = bisect_left(self._steps, seen)
        near = [n for n in (place - 1, place) if 0 <= n < len(self._steps)]
        return min(near, key=lambda n: abs(self._steps[n] - seen), default=-1)

    # --- places ------------------------------------------------------------------------------

    def _span(self) -> tuple[float, float]:
        ends = [float(self._steps[0]), float(self._steps[-1])] if self._steps else [0.0]
        ends += [mark.seen for mark in self._marks]
        return min(ends), max(max(ends), min(ends) + 1)

    def place_of(self, seen: float) -> float:
        """Return where so many images seen are, in pixels from the left."""
        first, last = self._span()
        share = min(1.0, max(0.0, (seen - first) / (last - first)))
        return _SIDE + share * (self.width() - 2 * _SIDE)

    def seen_at(self, x: float) -> float:
        """Return how many images are at a place."""
        first, last = self._span()
        share = (x - _SIDE) / max(1, self.width() - 2 * _SIDE)
        return first + min(1.0, max(0.0, share)) * (last - first)

    # --- drawing -----------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(200, 30)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, on = self.height() / 2, self.isEnabled()
        line = QRectF(_SIDE, middle - 1.5, self.width() - 2 * _SIDE, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.line))
        painter.drawRoundedRect(line, 1.5, 1.5)
        if self._steps and on:
            self._draw_ticks(painter, middle)
            at = self.place_of(self._steps[self.value()])
            start = self.place_of(self._steps[self._other]) if self._other >= 0 else _SIDE
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.accent))
            left, right = min(start, at), max(start, at)
            painter.drawRoundedRect(QRectF(left, middle - 1.5, right - left, 3), 1.5, 1.5)
            self._draw_marks(painter, middle)
            if self._pointer is not None:
                x = round(self.place_of(self._pointer)) + 0.5
                painter.setPen(QPen(QColor(colors.text), 1))
                painter.drawLine(QPointF(x, 2), QPointF(x, self.height() - 2))
            if self._other >= 0:
                self._draw_handle(painter, start, middle, "A")
            self._draw_handle(painter, at, middle, "B" if self._other >= 0 else "")
        painter.end()

    def _draw_ticks(self, painter: QPainter, middle: float) -> None:
        """Draw a tick a grid, at most one every two pixels."""
        painter.setPen(QPen(QColor(theme.current().faint), 1))
        last = -9.0
        for seen in self._steps:
            x = round(self.place_of(seen)) + 0.5
            if x - last >= 2:
                painter.drawLine(QPointF(x, middle - 7), QPointF(x, middle - 4))
                last = x

    def _draw_marks(self, painter: QPainter, middle: float) -> None:
        colors = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        for mark in sorted(self._marks, key=lambda mark: mark.kind != "saved"):
            x = self.place_of(mark.seen)
            painter.setBrush(QColor(getattr(colors, _MARKS.get(mark.kind, "muted"))))
            if mark.kind == "saved":
                painter.drawEllipse(QPointF(x, middle + 7), 1.8, 1.8)
            else:
                y = middle + 4
                corners = [QPointF(x - 4, y + 7), QPointF(x + 4, y + 7), QPointF(x, y)]
                painter.drawPolygon(QPolygonF(corners))

    def _draw_handle(self, painter: QPainter, x: float, middle: float, letter: str) -> None:
        colors = theme.current()
        focused = self.hasFocus() and letter != "A"
        painter.setPen(QPen(QColor(colors.window), 1))
        painter.setBrush(QColor(colors.link if focused else colors.text))
        side = 8.0 if letter else 6.5
        painter.drawEllipse(QPointF(x, middle), side, side)
        if letter:
            font = painter.font()
            font.setPixelSize(10)
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(QColor(colors.window))
            box = QRectF(x - side, middle - side, 2 * side, 2 * side)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)

    # --- mouse and keys ----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._steps:
            return
        x = event.position().x()
        self._dragged = "B"
        if self._other >= 0:
            far = abs(self.place_of(self._steps[self._other]) - x)
            near_b = abs(self.place_of(self._steps[self.value()]) - x)
            self._dragged = "A" if far < near_b else "B"
        self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        self.pointed.emit(self.seen_at(x) if self._steps else None)
        if self._dragged:
            self._drag(x)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = ""

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)
        super().leaveEvent(event)

    def _drag(self, x: float) -> None:
        index = self.nearest(self.seen_at(x))
        if self._dragged == "A":
            self.move_other(index)
        elif index >= 0:
            self.setValue(index)

    def move_other(self, index: int) -> None:
        """Move handle A and say so."""
        index = min(max(0, index), len(self._steps) - 1)
        if self._other >= 0 and index != self._other:
            self._other = index
            self.update()
            self.other_moved.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if shifted and self._other >= 0 and event.key() in moves:
            self.move_other(self._other + moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            x = event.pos().x()
            near = [m for m in self._marks if abs(self.place_of(m.seen) - x) <= _NEAR]
            near.sort(key=lambda m: (m.kind == "saved", abs(self.place_of(m.seen) - x)))
            images = tr("{count:,} images", count=round(self.seen_at(x)))
            QToolTip.showText(
                event.globalPos(), "\n".join([images, *[m.text for m in near[:4]]]), self
            )
            return True
        return super().event(event)
