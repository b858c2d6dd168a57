"""A list of runs: a picture, a name that wraps, how far it came and when, its tags."""

from __future__ import annotations

from collections.abc import Sequence
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
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from studio import theme
from studio.i18n import tr
from studio.widgets.elided import lines_of

Index = QModelIndex | QPersistentModelIndex
PICTURE, PAD, DOT = 52, 10, 7
MOST_PICTURES = 400
SOON_MS = 40
"""How long a list rests before it asks for pictures; scrolling by asks for none."""


@dataclass(frozen=True)
class RunRow:
    """One run as it is drawn; `mood` colours its dot: muted, good, warning or error."""

    key: object
    name: str
    state: str
    far: str
    when: str
    mood: str
    picture: object = None
    """What the picture is known by, so that it can arrive later."""
    tip: str = ""
    tags: tuple[str, ...] = ()
    origin: str = ""
    """What it began from, where that is another run."""

    @property
    def about(self) -> str:
        """Its state and how far it came, as one line."""
        return " · ".join(part for part in (self.state, self.far) if part)

    @property
    def lines(self) -> list[str]:
        """What stands below how far it came."""
        return [line for line in (self.origin, self.when) if line]

    @property
    def tag_line(self) -> str:
        """The tags as one line."""
        return "  ".join(f"#{tag}" for tag in self.tags)


class RunModel(QAbstractListModel):
    """Rows and the pictures that arrived for them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self._places: dict[object, int] = {}
        self._pictures: dict[object, QPixmap] = {}
        self._waiting: dict[object, list[int]] = {}

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Show `rows`; what is unchanged stays as it is, chosen or not, and so does what goes on."""
        old = [row.key for row in self.rows]
        if old != [row.key for row in rows[: len(old)]]:
            self.beginResetModel()
            self._keep(rows)
            self.endResetModel()
            return
        for number, row in enumerate(rows[: len(old)]):
            if self.rows[number] != row:
                self.rows[number] = row
                self.dataChanged.emit(self.index(number), self.index(number))
        if len(rows) > len(old):
            self.beginInsertRows(QModelIndex(), len(old), len(rows) - 1)
            self._keep(rows)
            self.endInsertRows()
        else:
            self._keep(rows)

    def show_row(self, row: RunRow) -> None:
        """Show one run anew."""
        number = self._places.get(row.key)
        if number is not None and self.rows[number] != row:
            self.rows[number] = row
            self.dataChanged.emit(self.index(number), self.index(number))

    def show_picture(self, key: object, picture: QPixmap) -> None:
        """Give every row that waits for `key` its picture."""
        self._pictures.pop(key, None)
        self._pictures[key] = picture
        while len(self._pictures) > MOST_PICTURES:
            self._pictures.pop(next(iter(self._pictures)))
        for number in self._waiting.get(key, ()):
            self.dataChanged.emit(self.index(number), self.index(number))

    def missing_pictures(self, first: int, last: int) -> list[object]:
        """Return the pictures that rows from `first` to `last` wait for."""
        wanted = dict.fromkeys(row.picture for row in self.rows[max(0, first) : last + 1])
        return [key for key in wanted if key is not None and key not in self._pictures]

    def picture_of(self, row: RunRow) -> QPixmap | None:
        return self._pictures.get(row.picture)

    def place_of(self, key: object) -> int:
        """Return the row of a run, or -1."""
        return self._places.get(key, -1)

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
                parts = (row.name, row.about, *row.lines, row.tag_line)
                return ", ".join(part for part in parts if part)
            case Qt.ItemDataRole.ToolTipRole:
                return row.tip
            case _:
                return None

    def _keep(self, rows: Sequence[RunRow]) -> None:
        self.rows = list(rows)
        self._places = {row.key: number for number, row in enumerate(self.rows)}
        self._waiting = {}
        for number, row in enumerate(self.rows):
            self._waiting.setdefault(row.picture, []).append(number)


class _Delegate(QStyledItemDelegate):
    """Draws a row; as tall as its name needs at the list's width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._fonts: _Fonts | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row, fonts = _row(index), self._fonts_of(option.font)
        height = fonts.name_height(row.name, _text_width(option.widget)) + 2
        height += fonts.line * (1 + len(row.lines) + bool(row.tags))
        return QSize(PICTURE, max(PICTURE, height) + 2 * PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, fonts = _row(index), self._fonts_of(option.font)
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        option.text = ""
        view = option.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = option.rect.adjusted(PAD, PAD, -PAD, -PAD)
        model = index.model()
        picture = model.picture_of(row) if isinstance(model, RunModel) else None
        draw_picture(painter, QRect(area.topLeft(), QSize(PICTURE, PICTURE)), picture)
        self._paint_words(painter, area.adjusted(PICTURE + PAD, 0, 0, 0), row, fonts)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, row: RunRow, fonts: _Fonts) -> None:
        colors = theme.current()
        painter.setFont(fonts.bold)
        painter.setPen(QColor(colors.text))
        name_height = fonts.name_height(row.name, area.width())
        painter.drawText(area, 0, "\n".join(fonts.name_lines(row.name, area.width())))
        line = QRect(area.left(), area.top() + name_height + 2, area.width(), fonts.line)
        painter.setFont(fonts.plain)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_dot(painter, line, row.mood)
        painter.setPen(QColor(colors.muted))
        about = fonts.elided(row.about, line.width() - DOT - 6)
        painter.drawText(line.adjusted(DOT + 6, 0, 0, 0), 0, about)
        for text in row.lines:
            line.translate(0, fonts.line)
            painter.drawText(line, 0, fonts.elided(text, line.width()))
        painter.setPen(QColor(colors.link))
        line.translate(0, fonts.line)
        painter.drawText(line, 0, fonts.elided(row.tag_line, line.width()))

    def _fonts_of(self, plain: QFont) -> _Fonts:
        if self._fonts is None or self._fonts.plain != plain:
            self._fonts = _Fonts(plain)
        return self._fonts


class _Fonts:
    """A row's two fonts and what they take up."""

    def __init__(self, plain: QFont) -> None:
        self.plain, self.bold = QFont(plain), QFont(plain)
        self.bold.setWeight(QFont.Weight.DemiBold)
        self._metrics, self._bold_metrics = QFontMetrics(self.plain), QFontMetrics(self.bold)
        self.line = self._metrics.height() + 1
        self._names: dict[tuple[str, int], list[str]] = {}

    def name_lines(self, name: str, width: int) -> list[str]:
        """Return a name in lines `width` wide."""
        known = self._names.get((name, width))
        if known is None:
            known = self._names[name, width] = lines_of(name, self.bold, max(40, width))
        return known

    def name_height(self, name: str, width: int) -> int:
        """Return how tall a name is in lines `width` wide."""
        return self._bold_metrics.lineSpacing() * len(self.name_lines(name, width))

    def elided(self, text: str, width: int) -> str:
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


class RunList(QListView):
    """The list itself: one column, rows as tall as their names need."""

    wanted = Signal(object)
    """Pictures of the rows on the screen that have not arrived: a list of what they are known by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = RunModel(self)
        self.setModel(self.runs)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr("Runs"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self.ask)
        self.verticalScrollBar().valueChanged.connect(self._later)

    def show_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these runs; those that were chosen and are still there stay chosen."""
        chosen, current = self.chosen_keys, self.chosen
        self.runs.show_rows(rows)
        if not self.chosen_keys and chosen:
            self.choose(current, chosen)
        self._later()

    def choose(self, key: object, others: Sequence[object] = ()) -> None:
        """Make the row called `key` the current one, the first when there is none, and choose `others`."""
        chosen = self.selectionModel()
        flag = chosen.SelectionFlag
        # Said outright: Qt would look at the keyboard, and choose nothing while Ctrl is down.
        current = self.runs.index(max(0, self.runs.place_of(key)))
        chosen.setCurrentIndex(current, flag.ClearAndSelect)
        for other in others:
            if (place := self.runs.place_of(other)) >= 0:
                chosen.select(self.runs.index(place), flag.Select)

    @property
    def chosen(self) -> object:
        """The key of the current row, or None."""
        number = self.currentIndex().row()
        return self.runs.rows[number].key if 0 <= number < len(self.runs.rows) else None

    @property
    def chosen_keys(self) -> list[object]:
        """The keys of all selected rows, from the top."""
        numbers = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.runs.rows[number].key for number in numbers]

    @Slot()
    def ask(self) -> None:
        """Ask for the pictures on the screen."""
        view, rows = self.viewport().rect(), len(self.runs.rows)
        if not rows or not self.isVisible():
            return
        first = self.indexAt(view.topLeft()).row()
        last = self.indexAt(view.bottomLeft()).row()
        missing = self.runs.missing_pictures(first, last if last >= 0 else rows)
        if missing:
            self.wanted.emit(missing)

    def _later(self) -> None:
        self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._later()


def draw_picture(painter: QPainter, area: QRect, picture: QPixmap | None) -> None:
    """Draw a run's picture, or its place while there is none."""
    if picture is None:
        painter.setPen(QColor(theme.current().line))
        painter.setBrush(QColor(theme.current().canvas))
        painter.drawRect(area.adjusted(0, 0, -1, -1))
    else:
        painter.drawPixmap(area, picture)


def draw_dot(painter: QPainter, line: QRect, mood: str) -> None:
    """Draw the dot that stands before a run's state."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(theme.current(), mood)))
    painter.drawEllipse(line.left(), line.center().y() - DOT // 2 + 1, DOT, DOT)


def _row(index: Index) -> RunRow:
    model = index.model()
    assert isinstance(model, RunModel)
    return model.rows[index.row()]


def _text_width(view: QWidget | None) -> int:
    width = view.viewport().width() if isinstance(view, QListView) else 220
    return width - PICTURE - 3 * PAD
