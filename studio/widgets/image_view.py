"""Shows one picture, or a grid of them: zoom, pan, pick a cell, copy it, drag it out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gan_engine import GAP, Pixels
from studio import theme
from studio.i18n import tr
from studio.widgets.caption import draw_caption
from studio.widgets.carrier import Carrier

_MOST = 64.0
"""Screen pixels an image pixel, at most."""
_STEP = 1.2
_COARSE = 4.0
"""From so many screen pixels a pixel on, one more or less is not seen."""
_MARGIN = 8


def to_image(pixels: Pixels) -> QImage:
    """Return (H, W, 1, 3 or 4) uint8 as a QImage that shares its memory and keeps it alive."""
    pixels = np.ascontiguousarray(np.atleast_3d(pixels))
    height, width, channels = pixels.shape
    form = QImage.Format
    kinds = {1: form.Format_Grayscale8, 3: form.Format_RGB888, 4: form.Format_RGBA8888}
    image = QImage(pixels.data, width, height, channels * width, kinds[channels])
    image.pixels = pixels  # type: ignore[attr-defined]
    return image


class ImageView(QWidget):
    """Smooth when made smaller, crisp pixels when made larger."""

    cell_hovered = Signal(int)
    """The cell under the mouse; -1 when there is none."""
    cell_activated = Signal(int)
    """A cell was double-clicked, or Enter was pressed on it."""
    cell_chosen = Signal(int)
    """A key chose this cell."""
    save_asked = Signal(int)
    """This cell should be written to a file; -1 is the whole picture."""
    pin_asked = Signal(int)
    """This cell should be pinned, or be no longer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._rows, self._columns = 1, 1
        self._names: tuple[str, ...] = ()
        self._hover = self._chosen = -1
        self._larger: dict[tuple[int, int], QImage] = {}
        self._pinned: frozenset[int] | None = None
        self._captions: Mapping[int, str] = {}
        self._scale, self._offset = 1.0, QPointF()
        self._fitted = True
        self._text = ""
        self._pressed: QPointF | None = None
        self._panning = False
        self._carrier: Carrier | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(64, 64)

    # --- being shown things ----------------------------------------------------------------

    def show_pixels(self, pixels: Pixels | None) -> None:
        """Show a picture; the view stays where it is when the size does. None empties it."""
        before = self._image.size()
        self._image = QImage() if pixels is None else to_image(pixels)
        if self._fitted or self._image.size() != before:
            self.fit()
        self.update()

    def show_text(self, text: str) -> None:
        """Say this in the middle while there is no picture."""
        self._text = text
        self.update()

    def set_cells(self, rows: int, columns: int, names: Sequence[str] = ()) -> None:
        """Say that the picture is a grid; `names` become file names of cells dragged out."""
        self._rows, self._columns = rows, columns
        self.name_cells(names)
        self._choose(-1)

    def name_cells(self, names: Sequence[str]) -> None:
        """Call the cells something else."""
        self._names = tuple(names)

    def show_pins(self, cells: Iterable[int] | None) -> None:
        """Mark cells that are pinned; with None nothing can be."""
        self._pinned = None if cells is None else frozenset(cells)
        self.update()

    def show_captions(self, captions: Mapping[int, str]) -> None:
        """Write a few words over the corners of these cells; they are no part of the picture."""
        self._captions = captions
        self.update()

    def fit(self) -> None:
        """Show the whole picture, as large as the widget allows."""
        self._fitted = True
        if self._image.isNull():
            return
        room = QSize(max(1, self.width() - 2 * _MARGIN), max(1, self.height() - 2 * _MARGIN))
        scale = min(room.width() / self._image.width(), room.height() / self._image.height())
        self._scale = min(float(scale), _MOST)
        size = QPointF(self._image.width(), self._image.height()) * self._scale
        middle = QPointF(self.width() - size.x(), self.height() - size.y()) / 2
        self._offset = QPointF(middle.toPoint())
        self.update()

    def zoom(self, factor: float, around: QPointF | None = None) -> None:
        """Enlarge by `factor` and keep what is at `around`, or in the middle, where it is."""
        if self._image.isNull():
            return
        around = QPointF(self.rect().center()) if around is None else around
        least = min(1.0, self.width() / self._image.width() / 2)
        wanted = float(np.clip(self._scale * factor, least, _MOST))
        self._offset = around - (around - self._offset) * (wanted / self._scale)
        self._scale, self._fitted = wanted, False
        self.update()

    # --- what it is asked ------------------------------------------------------------------

    @property
    def selected(self) -> int:
        """The chosen cell, or -1."""
        return self._chosen

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self._rows * self._columns

    def cell_at(self, place: QPointF) -> int:
        """Return the cell under a point of this widget, or -1."""
        if self._image.isNull():
            return -1
        spot = (place - self._offset) / self._scale
        if not (0 <= spot.x() < self._image.width() and 0 <= spot.y() < self._image.height()):
            return -1
        across, down = self._pitch()
        column, row = int(spot.x() / across), int(spot.y() / down)
        return row * self._columns + column

    def cell_rect(self, cell: int) -> QRect:
        """Return which pixels of the picture a cell is; all of them for -1."""
        if cell < 0:
            return self._image.rect()
        across, down = self._pitch()
        row, column = divmod(cell, self._columns)
        width, height = round(across - GAP), round(down - GAP)
        return QRect(round(column * across), round(row * down), width, height)

    def cell_image(self, cell: int) -> QImage:
        """Return a copy of one cell, or of everything for -1; it knows its name as text."""
        image = self._image.copy(self.cell_rect(cell))
        if 0 <= cell < len(self._names):
            image.setText("name", self._names[cell])
        return image

    def copy(self, cell: int = -1) -> None:
        """Put a cell, or everything, on the clipboard."""
        if not self._image.isNull():
            QGuiApplication.clipboard().setImage(self.cell_image(cell))

    def _pitch(self) -> tuple[float, float]:
        across = (self._image.width() + GAP) / self._columns
        return across, (self._image.height() + GAP) / self._rows

    # --- drawing ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colors.canvas))
        if self._image.isNull():
            painter.setPen(QColor(colors.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self._text)
        else:
            self.draw_picture(painter)
            for cell, text in self._captions.items():
                draw_caption(painter, self.place_of(cell).topLeft(), text)
            for cell in self._pinned or ():
                self._draw_pin(painter, self.place_of(cell))
            for cell, color, width in (
                (self._hover if self.count > 1 else -1, colors.on_accent, 1),
                (self._chosen, colors.accent, 2),
            ):
                if 0 <= cell < self.count:
                    painter.setPen(QPen(QColor(color), width))
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(self.place_of(cell).adjusted(-1, -1, 0, 0))
        if self.hasFocus():
            painter.setPen(QColor(colors.link))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def draw_picture(self, painter: QPainter) -> None:
        """Draw what is shown, without what is chosen."""
        self.draw_image(painter, self._image)

    def draw_image(self, painter: QPainter, image: QImage) -> None:
        """Draw it smooth when smaller, and with pixels that are square and equal when larger."""
        factor = self._scale * self.devicePixelRatioF()
        uneven = abs(factor - round(factor)) > 1e-3
        source = image
        if 1.0 < factor < _COARSE and uneven:
            source = self._enlarged(image, math.ceil(factor))
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, uneven and factor < _COARSE
        )
        painter.drawImage(self.shown_rect(), source)

    def _enlarged(self, image: QImage, times: int) -> QImage:
        """Return a picture with each pixel a square: what is drawn a little smaller than this."""
        key = (image.cacheKey(), times)
        if key not in self._larger:
            kept = list(self._larger.items())[-1:]  # two are compared
            self._larger = dict([*kept, (key, image.scaled(image.size() * times))])
        return self._larger[key]

    @staticmethod
    def _draw_pin(painter: QPainter, place: QRectF) -> None:
        """Mark a cell in its corner."""
        colors, side, corner = theme.current(), min(14.0, place.width() / 3), place.topRight()
        tip = [corner, corner + QPointF(-side, 0), corner + QPointF(0, side)]
        painter.setPen(QPen(QColor(colors.on_accent), 1))
        painter.setBrush(QColor(colors.accent))
        painter.drawPolygon(QPolygonF(tip))

    def shown_rect(self) -> QRectF:
        """Return where on this widget the picture is."""
        return self._on_screen(self._image.rect())

    def place_of(self, cell: int) -> QRectF:
        """Return where on this widget a cell is."""
        return self._on_screen(self.cell_rect(cell))

    def _on_screen(self, rect: QRect) -> QRectF:
        corner = QPointF(rect.topLeft()) * self._scale + self._offset
        return QRectF(
            corner.x(), corner.y(), rect.width() * self._scale, rect.height() * self._scale
        )

    # --- mouse and keys --------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._fitted:
            self.fit()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        self._panning = event.button() == Qt.MouseButton.MiddleButton or self._overflows()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._panning = False
        if event.button() == Qt.MouseButton.LeftButton and self.count > 1:
            self._choose(self.cell_at(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._pressed is None:
            self._point_at(self.cell_at(place))
            return
        if self._panning:
            self._offset += place - self._pressed
            self._pressed, self._fitted = place, False
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.update()
            return
        far = (place - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and event.buttons() & Qt.MouseButton.LeftButton:
            cell = self.cell_at(self._pressed)
            self._pressed = None
            self._drag_out(cell)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._panning = None, False
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell >= 0 and self.count > 1:
            self.cell_activated.emit(cell)
        else:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
        }
        if key in moves and self.count > 1:
            wanted = self._chosen + moves[Qt.Key(key)] if self._chosen >= 0 else 0
            self._choose(min(max(0, wanted), self.count - 1))
            self.cell_chosen.emit(self._chosen)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen >= 0:
            self.cell_activated.emit(self._chosen)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / _STEP if key == Qt.Key.Key_Minus else _STEP)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy(self._chosen)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        menu = self.build_menu(self._chosen if by_key else self.cell_at(QPointF(event.pos())))
        menu.popup(event.globalPos())

    def build_menu(self, cell: int) -> QMenu:
        """Return what can be done with a cell, and with the whole picture."""
        from studio.widgets.image_menu import menu_of

        return menu_of(self, cell)

    @property
    def pinned(self) -> frozenset[int] | None:
        """The cells that are pinned; None where nothing can be."""
        return self._pinned

    @property
    def is_empty(self) -> bool:
        """Whether there is no picture."""
        return self._image.isNull()

    def name_of(self, cell: int) -> str:
        """Return what a cell is called."""
        known = 0 <= cell < len(self._names)
        return self._names[cell] if known else tr("image {number}", number=cell + 1)

    def _overflows(self) -> bool:
        shown = self._on_screen(self._image.rect())
        return shown.width() > self.width() or shown.height() > self.height()

    def _point_at(self, cell: int) -> None:
        if cell != self._hover:
            self._hover = cell
            self.cell_hovered.emit(cell)
            self.update()

    def _choose(self, cell: int) -> None:
        self._chosen = cell
        self.update()

    def _drag_out(self, cell: int) -> None:
        if cell < 0:
            return
        if self._carrier is None:
            self._carrier = Carrier()
        self._carrier.carry(self, self.cell_image(cell), self.name_of(cell))
