"""Two pictures in one place: a divider that is dragged shows one left of it, the other right of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from gan_engine import Pixels
from studio import theme
from studio.widgets.image_view import ImageView, to_image

_GRIP = 8
_STEP = 0.05


class WipeView(ImageView):
    """An ImageView that can hold another picture of the same size beside its own."""

    wiped = Signal(float)
    """The divider is at this share of the picture's width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._other = QImage()
        self._names_of_sides = "", ""
        self.divider = 0.5
        """Where the other picture ends and this one begins, as a share of the width."""
        self._wiping = False

    @property
    def compares(self) -> bool:
        """Whether there is another picture."""
        return not self._other.isNull()

    def show_other(self, pixels: Pixels | None, left: str = "", right: str = "") -> None:
        """Show another picture left of the divider, and what the two are called; None for none."""
        self._other = QImage() if pixels is None else to_image(pixels)
        self._names_of_sides = left, right
        self.update()

    def wipe(self, share: float) -> None:
        """Move the divider."""
        self.divider = min(1.0, max(0.0, share))
        self.update()
        self.wiped.emit(self.divider)

    # --- drawing -----------------------------------------------------------------------------

    def _x(self) -> float:
        shown = self.shown_rect()
        return shown.left() + self.divider * shown.width()

    def draw_picture(self, painter: QPainter) -> None:
        super().draw_picture(painter)
        if not self.compares:
            return
        x, whole = self._x(), QRectF(self.rect())
        painter.save()
        painter.setClipRect(QRectF(whole.left(), whole.top(), x - whole.left(), whole.height()))
        self.draw_image(painter, self._other)
        painter.restore()
        self._draw_divider(painter, x)

    def _draw_divider(self, painter: QPainter, x: float) -> None:
        colors, shown = theme.current(), self.shown_rect().intersected(QRectF(self.rect()))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colors.on_accent), 3))
        painter.drawLine(QPointF(x, shown.top()), QPointF(x, shown.bottom()))
        painter.setPen(QPen(QColor(colors.accent), 1))
        painter.drawLine(QPointF(x, shown.top()), QPointF(x, shown.bottom()))
        knob = QPointF(x, shown.center().y())
        painter.setPen(QPen(QColor(colors.on_accent), 1.5))
        painter.setBrush(QColor(colors.accent))
        painter.drawEllipse(knob, _GRIP, _GRIP)
        for side in (-1, 1):
            tip = knob + QPointF(side * 5, 0)
            painter.drawLine(tip, tip + QPointF(-side * 3, -3))
            painter.drawLine(tip, tip + QPointF(-side * 3, 3))
        for name, left in zip(self._names_of_sides, (True, False), strict=True):
            self._draw_name(painter, x, shown, name, left)
        painter.restore()

    def _draw_name(self, painter: QPainter, x: float, shown: QRectF, name: str, left: bool) -> None:
        metrics, colors = painter.fontMetrics(), theme.current()
        box = QRectF(0, shown.top() + 6, metrics.horizontalAdvance(name) + 14, metrics.height() + 4)
        box.moveLeft(shown.left() + 6 if left else shown.right() - 6 - box.width())
        room = x - shown.left() if left else shown.right() - x
        if not name or room < box.width() + 10:
            return
        painter.setPen(QPen(QColor(colors.line), 1))
        painter.setBrush(QColor(colors.raised))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(colors.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    # --- mouse and keys ----------------------------------------------------------------------

    def _near(self, place: QPointF) -> bool:
        return self.compares and abs(place.x() - self._x()) <= _GRIP

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._near(event.position()):
            self._wiping = True
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._wiping:
            shown = self.shown_rect()
            self.wipe((event.position().x() - shown.left()) / max(1.0, shown.width()))
            return
        super().mouseMoveEvent(event)
        if self._near(event.position()):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif not event.buttons():
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._wiping = False
        super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.unsetCursor()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: -_STEP, Qt.Key.Key_Right: _STEP}
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self.compares and held and event.key() in moves:
            self.wipe(self.divider + moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
