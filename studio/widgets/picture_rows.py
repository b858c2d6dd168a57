"""Rows of pictures under a caption each: the same pictures before and after something was done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gan_engine import Pixels
from studio import theme
from studio.widgets.image_view import to_image

Row = tuple[str, Sequence[Pixels | None]]


class PictureRows(QWidget):
    """As wide as it may be; crisp where a picture has fewer pixels than the screen gives it."""

    chosen = Signal(int)
    """A column was clicked."""

    def __init__(
        self, columns: int, widest: int = 96, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._columns, self._widest = columns, widest
        self._rows: list[tuple[str, list[QPixmap | None]]] = []
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    @property
    def rows(self) -> list[tuple[str, list[QPixmap | None]]]:
        """What is shown: captions, and pictures where they have arrived."""
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; a picture that is None has a place and is on its way."""
        self._rows = [
            (caption, [p if p is None else QPixmap.fromImage(to_image(p)) for p in pictures])
            for caption, pictures in rows
        ]
        self.setAccessibleDescription("; ".join(caption for caption, _ in self._rows))
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._columns * 72, self._height(72))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._columns * 36, self._height(36))

    def side(self) -> int:
        """Return how large a picture's place is, in pixels."""
        room = (self.width() - (self._columns - 1) * theme.GRID) // max(1, self._columns)
        return max(32, min(self._widest, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        column = int(event.position().x()) // (self.side() + theme.GRID)
        if 0 <= column < self._columns:
            self.chosen.emit(column)

    def _caption_height(self) -> int:
        return self.fontMetrics().height() + 4

    def _height(self, side: int) -> int:
        rows = max(1, len(self._rows))
        return rows * (self._caption_height() + side) + (rows - 1) * theme.GRID

    def _fit(self) -> None:
        height = self._height(self.side())
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, caption_height, top = self.side(), self._caption_height(), 0
        for caption, pictures in self._rows:
            painter.setPen(QColor(colors.muted))
            words = QRectF(0, top, self.width(), caption_height - 4)
            text = self.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)
            for column in range(self._columns):
                picture = pictures[column] if column < len(pictures) else None
                place = QRectF(column * (side + theme.GRID), top + caption_height, side, side)
                if column < len(pictures):
                    _draw(painter, place, picture)
            top += caption_height + side + theme.GRID
        painter.end()


def _draw(painter: QPainter, place: QRectF, picture: QPixmap | None) -> None:
    """Draw a picture into its place, whole, or the place alone while it is on its way."""
    shape = QPainterPath()
    shape.addRoundedRect(place, 5, 5)
    painter.fillPath(shape, QColor(theme.current().canvas))
    if picture is None:
        return
    size = picture.size().scaled(place.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    inner = QRectF(0, 0, size.width(), size.height())
    inner.moveCenter(place.center())
    smaller = picture.width() > inner.width()
    painter.save()
    painter.setClipPath(shape)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
    painter.drawPixmap(inner, picture, QRectF(picture.rect()))
    painter.restore()
