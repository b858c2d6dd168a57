"""Thousands of pictures as a grid of thumbnails; only those on the screen are asked for."""

from __future__ import annotations

from collections.abc import Container, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gan_engine import Pixels
from studio import theme
from studio.i18n import tr
from studio.widgets.image_view import to_image

Index = QModelIndex | QPersistentModelIndex
MARKED = Qt.ItemDataRole.UserRole
_INSET = QPoint(theme.GRID, theme.GRID)
_MOST_KEPT = 4000
"""How many thumbnails are remembered; at 96 px that is some 150 MB."""
_MANY = 200
"""With more rows than this it is quicker to begin anew than to take away one after the other."""


class ThumbnailModel(QAbstractListModel):
    """Names in order, and the pictures that have arrived."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keys: list[str] = []
        self.pictures: dict[str, QPixmap] = {}
        self.marked: Container[str] = ()
        """Names that are drawn as left out."""
        self._rows: dict[str, int] = {}

    def set_keys(self, keys: Sequence[str]) -> None:
        """Replace the names; pictures that are still named stay."""
        self.beginResetModel()
        self.keys = list(keys)
        self._rows = {key: row for row, key in enumerate(self.keys)}
        self.pictures = {k: p for k, p in self.pictures.items() if k in self._rows}
        self.endResetModel()

    def drop(self, keys: Container[str]) -> None:
        """Take names away; the others keep their place on the screen where few go."""
        rows = [row for row, key in enumerate(self.keys) if key in keys]
        if len(rows) > _MANY:
            self.set_keys([key for key in self.keys if key not in keys])
            return
        for row in reversed(rows):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self.keys[row]
            self.endRemoveRows()
        self._rows = {key: row for row, key in enumerate(self.keys)}

    def set_picture(self, key: str, picture: QPixmap) -> None:
        """Take a picture that has arrived; the one that is oldest may be forgotten."""
        if key not in self._rows:
            return
        if len(self.pictures) >= _MOST_KEPT:
            self.pictures.pop(next(iter(self.pictures)))
        self.pictures[key] = picture
        index = self.index(self._rows[key])
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def index_of(self, key: str) -> QModelIndex:
        """Return where a name is; nowhere where it is not shown."""
        return self.index(self._rows[key]) if key in self._rows else QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        key = self.keys[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return key
        if role == MARKED:
            return key in self.marked
        return self.pictures.get(key) if role == Qt.ItemDataRole.DecorationRole else None


class _Delegate(QStyledItemDelegate):
    """Draws a picture with round corners, or its place while it is on its way."""

    def __init__(self, side: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.side = side

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.side + theme.GRID, self.side + theme.GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme.current()
        place = QRect(0, 0, self.side, self.side)
        place.moveCenter(option.rect.center())
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        shape = QPainterPath()
        shape.addRoundedRect(place, 5, 5)
        painter.fillPath(shape, QColor(colors.canvas))
        if isinstance(picture, QPixmap):
            painter.setClipPath(shape)
            size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inner = QRect(place.topLeft(), size)
            inner.moveCenter(place.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(0.3 if index.data(MARKED) else 1.0)
            painter.drawPixmap(inner, picture)
            painter.setOpacity(1.0)
            painter.setClipping(False)
        if index.data(MARKED):
            _draw_sign(painter, place)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        pointed = bool(state & QStyle.StateFlag.State_MouseOver)
        edge = colors.accent if chosen else colors.edge if pointed else colors.line
        painter.setPen(QPen(QColor(edge), 2 if chosen else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.restore()


def _draw_sign(painter: QPainter, place: QRect) -> None:
    """Draw what says that a picture is left out, besides its paler colours."""
    colors = theme.current()
    sign = QRectF(place.right() - 24, place.bottom() - 24, 18, 18)
    painter.setPen(QPen(QColor(colors.error), 2))
    painter.setBrush(QColor(colors.surface))
    painter.drawEllipse(sign)
    painter.drawLine(sign.center() - QPointF(4, 0), sign.center() + QPointF(4, 0))


class ThumbnailGrid(QListView):
    """Shows names as pictures; asks for the pictures it is about to show."""

    wanted = Signal(object)
    """Names whose pictures are on the screen and have not arrived: a list."""
    picked = Signal(str)
    """A picture was clicked, or reached with the arrow keys."""
    chosen = Signal(str)
    """A picture was double-clicked, or Enter was pressed on it."""

    def __init__(self, side: int = 96, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ThumbnailModel(self)
        self._asked: set[str] = set()
        self._largest, self._delegate = side, _Delegate(side, self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Pictures"))
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(60)
        self._soon.timeout.connect(self.ask)
        self.verticalScrollBar().valueChanged.connect(self._later)
        self.activated.connect(self._activate)
        self.clicked.connect(self._pick)

    @property
    def keys(self) -> list[str]:
        """The names shown."""
        return self._model.keys

    def set_items(self, keys: Sequence[str]) -> None:
        """Show these names."""
        self._asked.clear()
        self._model.set_keys(keys)
        self._later()

    def drop(self, keys: Container[str]) -> None:
        """Take names away; the others stay where they are."""
        self._model.drop(keys)
        self._later()

    def set_picture(self, key: str, pixels: Pixels) -> None:
        """Show a picture at its name."""
        self._model.set_picture(key, QPixmap.fromImage(to_image(pixels)))

    def set_marked(self, keys: Container[str]) -> None:
        """Draw these names as left out."""
        self._model.marked = keys
        self.viewport().update()

    def select(self, key: str) -> None:
        """Choose a name and bring it into view, without telling."""
        index = self._model.index_of(key)
        if index.isValid() and index != self.currentIndex():
            self.selectionModel().setCurrentIndex(
                index, QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
            self.scrollTo(index)

    def selected_keys(self) -> list[str]:
        """Return the names that are chosen, in order."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self.keys[row] for row in rows]

    def visible_keys(self) -> list[str]:
        """Return the names that are on the screen."""
        view = self.viewport().rect()
        first, last = (
            self.indexAt(view.topLeft() + _INSET),
            self.indexAt(view.bottomRight() - _INSET),
        )
        if not self.keys:
            return []
        start = first.row() if first.isValid() else 0
        return self.keys[start : self._end(last, start) + 1]

    def ask(self) -> None:
        """Ask for the pictures on the screen, each once."""
        missing = [
            key
            for key in self.visible_keys()
            if key not in self._model.pictures and key not in self._asked
        ]
        if missing:
            self._asked.update(missing)
            self.wanted.emit(missing)

    def _end(self, last: QModelIndex, start: int) -> int:
        if last.isValid():
            return last.row()
        step = self.itemDelegate().sizeHint(QStyleOptionViewItem(), QModelIndex())
        view = self.viewport().size()
        across = max(1, view.width() // step.width())
        return start + across * (view.height() // step.height() + 2)

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _activate(self, index: QModelIndex) -> None:
        self.chosen.emit(self.keys[index.row()])

    def _pick(self, index: QModelIndex) -> None:
        self.picked.emit(self.keys[index.row()])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex().isValid() and self.currentIndex() != before:
            self._pick(self.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._later()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Let as many pictures stand side by side as fill a row, none larger than it is asked for."""
        # Whether or not there is a scroll bar at the moment, or one would come and go for ever.
        room = self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width()
        columns = max(1, -(-room // (self._largest + theme.GRID)))
        side = max(self._largest // 2, (room - 1) // columns - theme.GRID)
        if side != self._delegate.side:
            self._delegate.side = side
            self.scheduleDelayedItemsLayout()
