"""Pinned samples over time: a row a sample, a column a moment; a click goes to that moment."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from gan_engine import Pixels
from studio import figures, theme
from studio.i18n import tr
from studio.widgets.image_view import to_image

_HEAD, _NAME, _GAP, _MOST = 20, 18, 3, 96


class PinStrip(QWidget):
    """As many columns as there are moments; arrows move between them, Enter goes there."""

    moment_asked = Signal(float)
    """The samples after so many images should be shown."""
    unpin_asked = Signal(int)
    """The sample in this row should be followed no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moments: list[int] = []
        self._images: list[list[QImage]] = []
        self._names: list[str] = []
        self._chosen = -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(tr("Pinned samples over time"))

    # --- shown -------------------------------------------------------------------------------

    def show_names(self, names: Sequence[str]) -> None:
        """Say which samples the rows are."""
        self._names = list(names)
        self.updateGeometry()
        self.update()

    def show_strip(self, moments: Sequence[int], cut: Sequence[Sequence[Pixels]]) -> None:
        """Show the same samples at several moments: at each a picture for each row."""
        self._moments = list(moments)
        self._images = [[to_image(pixels) for pixels in column] for column in cut]
        self.updateGeometry()
        self.update()

    @property
    def moments(self) -> list[int]:
        """When the pictures were made, in images seen."""
        return list(self._moments)

    @property
    def names(self) -> list[str]:
        """What the rows are called."""
        return list(self._names)

    # --- places ------------------------------------------------------------------------------

    def _side(self) -> float:
        count = max(1, len(self._moments))
        return min(_MOST, (self.width() - 2 * _GAP) / count - _GAP)

    def _place(self, row: int, column: int) -> QRectF:
        side = self._side()
        top = _HEAD + row * (_NAME + side + _GAP) + _NAME
        return QRectF(_GAP + column * (side + _GAP), top, side, side)

    def at(self, spot: QPointF) -> tuple[int, int]:
        """Return the row and column at a place, each -1 where there is none."""
        for column, images in enumerate(self._images):
            for row in range(len(images)):
                if self._place(row, column).contains(spot):
                    return row, column
        return -1, -1

    def sizeHint(self) -> QSize:
        rows = max(1, len(self._names))
        return QSize(240, round(_HEAD + rows * (_NAME + self._side() + _GAP)) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    # --- drawing -----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.canvas))
        painter.setPen(QColor(colors.muted))
        if not self._names:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            text = tr("Right-click a sample and pin it to follow how its seed comes out over time.")
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, text)
            painter.end()
            return
        metrics, last = painter.fontMetrics(), -1.0
        for column, seen in enumerate(self._moments):
            place, text = self._place(0, column), figures.count(seen)
            wide = metrics.horizontalAdvance(text)
            if place.left() > last:  # what does not fit beside the one before is left out
                painter.drawText(QPointF(place.left(), _HEAD - 6), text)
                last = place.left() + wide + 8
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for row, name in enumerate(self._names):
            above = self._place(row, 0).top() - 5
            painter.setPen(QColor(colors.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.width() - 2 * _GAP)
            painter.drawText(QPointF(_GAP, above), shown)
            for column, images in enumerate(self._images):
                if row < len(images):
                    self._draw(painter, row, column, images[row])
        painter.end()

    def _draw(self, painter: QPainter, row: int, column: int, image: QImage) -> None:
        place = self._place(row, column)
        kept = image.size().scaled(place.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        where = QRectF(place.left(), place.top(), kept.width(), kept.height())
        painter.drawImage(where, image)
        if (row, column) == self._chosen:
            painter.setPen(QPen(QColor(theme.current().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(where)

    # --- mouse and keys ----------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose(*self.at(event.position()))
        if event.button() == Qt.MouseButton.LeftButton and self._chosen[1] >= 0:
            self.moment_asked.emit(float(self._moments[self._chosen[1]]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._chosen
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if event.key() in moves and self._images:
            down, across = moves[Qt.Key(event.key())]
            rows, columns = len(self._images[0]) - 1, len(self._images) - 1
            self._choose(min(max(0, row + down), rows), min(max(0, column + across), columns))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and column >= 0:
            self.moment_asked.emit(float(self._moments[column]))
        elif event.key() == Qt.Key.Key_Delete and row >= 0:
            self.unpin_asked.emit(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row, _ = self.at(QPointF(event.pos()))
        if row >= 0:
            self.build_menu(row).popup(event.globalPos())

    def build_menu(self, row: int) -> QMenu:
        """Return what can be done with a row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        text = tr("Unpin {name}", name=self._names[row])
        menu.addAction(theme.icon("pin"), text, lambda: self.unpin_asked.emit(row))
        return menu

    def _choose(self, row: int, column: int) -> None:
        self._chosen = row, column
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            row, column = self.at(QPointF(event.pos()))
            if row >= 0:
                text = tr(
                    "{name} after {count:,} images",
                    name=self._names[row],
                    count=self._moments[column],
                )
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
