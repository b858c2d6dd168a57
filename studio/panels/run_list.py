"""A list of runs: a picture, a name that wraps, how far it came and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio import theme

Index = QModelIndex | QPersistentModelIndex
PICTURE, PAD, DOT = 52, 10, 7
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)


@dataclass(frozen=True)
class RunRow:
    """One run as it is drawn; `mood` colours its dot: quiet, good, warning or error."""

    key: object
    name: str
    about: str
    when: str
    mood: str
    picture: object = None
    """What the picture is known by, so that it can arrive later."""
    tip: str = ""


class RunModel(QAbstractListModel):
    """Rows and the pictures that arrived for them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self._pictures: dict[object, QPixmap] = {}

    def show_rows(self, rows: list[RunRow]) -> None:
        """Show `rows`; what is unchanged stays as it is, chosen or not."""
        if [row.key for row in rows] != [row.key for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        for number, (old, new) in enumerate(zip(self.rows, rows, strict=True)):
            if old != new:
                self.rows[number] = new
                self.dataChanged.emit(self.index(number), self.index(number))

    def show_picture(self, key: object, picture: QPixmap) -> None:
        """Give every row that waits for `key` its picture."""
        self._pictures[key] = picture
        self._tell(lambda row: row.picture == key)

    def missing_pictures(self) -> list[object]:
        """Return the pictures that rows wait for."""
        return [
            row.picture
            for row in self.rows
            if row.picture is not None and row.picture not in self._pictures
        ]

    def picture_of(self, row: RunRow) -> QPixmap | None:
        return self._pictures.get(row.picture)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{row.name}, {row.about}, {row.when}"
            case Qt.ItemDataRole.ToolTipRole:
                return row.tip
            case _:
                return None

    def _tell(self, wanted: Callable[[RunRow], bool]) -> None:
        for number, row in enumerate(self.rows):
            if wanted(row):
                self.dataChanged.emit(self.index(number), self.index(number))


class _Delegate(QStyledItemDelegate):
    """Draws a row; as tall as its name needs at the list's width."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row, fonts = _row(index), _Fonts(option.font)
        width = _text_width(option.widget)
        height = fonts.name_height(row.name, width) + fonts.line * 2 + 2
        return QSize(PICTURE, max(PICTURE, height) + 2 * PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, fonts = _row(index), _Fonts(option.font)
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        option.text = ""
        view = option.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = option.rect.adjusted(PAD, PAD, -PAD, -PAD)
        self._paint_picture(painter, QRect(area.topLeft(), QSize(PICTURE, PICTURE)), index)
        self._paint_words(painter, area.adjusted(PICTURE + PAD, 0, 0, 0), row, fonts)
        painter.restore()

    def _paint_picture(self, painter: QPainter, area: QRect, index: Index) -> None:
        model = index.model()
        picture = model.picture_of(_row(index)) if isinstance(model, RunModel) else None
        if picture is None:
            painter.setPen(QColor(theme.current().line))
            painter.setBrush(QColor(theme.current().canvas))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
            return
        side = min(picture.width(), picture.height()) // 2  # a corner, so that samples can be told
        painter.drawPixmap(area, picture, QRect(0, 0, side, side))

    def _paint_words(self, painter: QPainter, area: QRect, row: RunRow, fonts: _Fonts) -> None:
        colors = theme.current()
        painter.setFont(fonts.bold)
        painter.setPen(QColor(colors.text))
        name_height = fonts.name_height(row.name, area.width())
        painter.drawText(area, _WRAP, row.name)
        line = QRect(area.left(), area.top() + name_height + 2, area.width(), fonts.line)
        painter.setFont(fonts.plain)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(getattr(colors, row.mood)))
        painter.drawEllipse(line.left(), line.center().y() - DOT // 2 + 1, DOT, DOT)
        painter.setPen(QColor(colors.muted))
        painter.drawText(line.adjusted(DOT + 6, 0, 0, 0), 0, row.about)
        painter.drawText(line.translated(0, fonts.line), 0, row.when)


class _Fonts:
    """A row's two fonts and what they take up."""

    def __init__(self, plain: QFont) -> None:
        self.plain, self.bold = plain, QFont(plain)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self.line = QFontMetrics(plain).height() + 1

    def name_height(self, name: str, width: int) -> int:
        """Return how tall a name is in lines `width` wide."""
        room = QRect(0, 0, max(40, width), 10_000)
        return QFontMetrics(self.bold).boundingRect(room, _WRAP, name).height()


class RunList(QListView):
    """The list itself: one column, rows as tall as their names need."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = RunModel(self)
        self.setModel(self.runs)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Runs")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def choose(self, key: object) -> None:
        """Make the row called `key` the current one; the first when there is none."""
        keys = [row.key for row in self.runs.rows]
        number = keys.index(key) if key in keys else 0
        self.setCurrentIndex(self.runs.index(number))

    @property
    def chosen(self) -> object:
        """The key of the current row, or None."""
        number = self.currentIndex().row()
        return self.runs.rows[number].key if 0 <= number < len(self.runs.rows) else None


def _row(index: Index) -> RunRow:
    model = index.model()
    assert isinstance(model, RunModel)
    return model.rows[index.row()]


def _text_width(view: QWidget | None) -> int:
    width = view.viewport().width() if isinstance(view, QListView) else 220
    return width - PICTURE - 3 * PAD
