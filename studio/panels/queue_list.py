"""The entries of the queue as a list: what each is called, what tells it apart, what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio import theme, tips
from studio.comparison import differences_of
from studio.i18n import listed, tr
from studio.panels import words as say

if TYPE_CHECKING:
    from studio.queue import Entry

Index = QModelIndex | QPersistentModelIndex
_SIGN, _PAD = 18, theme.GRID
"""Pixels of an entry's sign, and of the room around it and the words."""
_NAMED = ("data.folder", "data.size", "architecture.kind", "loss.kind")
"""What the name of an entry says already."""
_MOST_APART = 3
"""So many of the settings in which the entries differ are told."""
_GLYPHS = {
    "waiting": ("clock", "muted"),
    "going": ("start", "good"),
    "done": ("done", "good"),
    "failed": ("error", "error"),
}


class _Model(QAbstractListModel):
    """The entries as they are shown, a line each for name, differences and state."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self._apart: list[str] = []
        self._names: list[str] = []

    def show_entries(self, entries: list[Entry]) -> None:
        self._apart = _told_apart(entries)
        self._names = [entry.name for entry in entries]
        if len(entries) == len(self.entries):
            self.entries = entries
            self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        entry = self.entries[row]
        said = _state(entry)
        text = "\n".join(part for part in (self._names[row], self._apart[row], said) if part)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return text
            case Qt.ItemDataRole.AccessibleTextRole:
                return text.replace("\n", ": ")
            case Qt.ItemDataRole.ToolTipRole:
                return tips.lines(entry.why or said)
            case _:
                return None


class _Delegate(QStyledItemDelegate):
    """Draws an entry: its sign beside its name, below it what is told of it; as tall as that needs."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = option.widget
        assert isinstance(view, QListView)
        room = max(60, view.viewport().width() - _SIGN - 3 * _PAD)
        pieces = list(_pieces(option.font, str(index.data()), room))
        return QSize(60, sum(height for *_, height in pieces) + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        said, model = str(index.data()), index.model()
        assert isinstance(model, _Model)
        state = model.entries[index.row()].state
        option = QStyleOptionViewItem(option)
        self.initStyleOption(option, index)
        option.text = ""
        view, colors = option.widget, theme.current()
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, view)
        glyph, color = _GLYPHS[state]
        area = option.rect.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        sign = theme.pixmap(glyph, _SIGN, getattr(colors, color))
        painter.save()
        painter.drawPixmap(area.topLeft(), sign)
        line = area.adjusted(_SIGN + _PAD, 0, 0, 0)
        pieces = list(_pieces(option.font, said, line.width()))
        for number, (text, font, height) in enumerate(pieces):
            last = number == len(pieces) - 1
            shade = color if last else "muted"
            painter.setFont(font)
            painter.setPen(QColor(getattr(colors, shade if number else "text")))
            line.setHeight(height)
            painter.drawText(line, int(Qt.TextFlag.TextWordWrap), text)
            line.translate(0, height)
        painter.restore()


def _pieces(plain: QFont, said: str, room: int) -> Iterator[tuple[str, QFont, int]]:
    """Yield what is said of an entry line by line, with its font and its height in so much room."""
    for number, text in enumerate(said.splitlines()):
        font = QFont(plain)
        if not number:
            font.setWeight(QFont.Weight.DemiBold)
        box, wraps = QRect(0, 0, room, 10_000), int(Qt.TextFlag.TextWordWrap)
        yield text, font, QFontMetrics(font).boundingRect(box, wraps, text).height() + 1


class QueueList(QListView):
    """The entries, each as tall as its words need."""

    def __init__(self) -> None:
        super().__init__()
        self._entries = _Model(self)
        self.setModel(self._entries)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr("Queue"))
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_entries(self, entries: list[Entry]) -> None:
        """Show these; the place that was chosen stays chosen."""
        row = self.currentRow()
        self._entries.show_entries(entries)
        self.setCurrentRow(min(max(row, 0), len(entries) - 1))

    def currentRow(self) -> int:
        return self.currentIndex().row()

    def setCurrentRow(self, row: int) -> None:
        self.setCurrentIndex(self._entries.index(row))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


def _told_apart(entries: list[Entry]) -> list[str]:
    """Return, per entry, its values of the first settings in which not all of them are alike."""
    found = [one for one in differences_of([e.draft for e in entries]) if one.path not in _NAMED]
    return [
        listed(
            (
                tr(
                    "{name}: {what}",
                    name=say.label_of(one.path, entry.draft),
                    what=say.chosen(one.path, value, entry.draft),
                )
                for one in found[:_MOST_APART]
                if (value := one.values[place]) is not None
            ),
            "; ",
        )
        for place, entry in enumerate(entries)
    ]


def _state(entry: Entry) -> str:
    match entry.state:
        case "waiting":
            return tr("Waits, half done: goes on from its save") if entry.folder else tr("Waits")
        case "going":
            return tr("Training")
        case "done":
            return tr("Finished")
        case _:
            return tr("Failed: {why}", why=entry.why)
