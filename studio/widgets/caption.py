"""A few words over the corner of a picture, readable on anything."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

_PAD = 4
_SHADE = QColor(0, 0, 0, 170)


def draw_caption(painter: QPainter, corner: QPointF, text: str) -> None:
    """Draw words at a picture's top left, light on a shade of their own."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 2 * _PAD, metrics.height() + 2
    place = QRectF(corner.x(), corner.y(), width, height)
    painter.fillRect(place, _SHADE)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
