"""A search over everything one can do: type a few letters, choose with the arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.i18n import tr
from studio.widgets.fuzzy import score
from studio.widgets.lists import empty

_WIDTH, _ROW, _ROWS, _TOP = 620, 34, 11, 72
_MOST = 60
"""More lines than anyone scrolls through."""
_ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One line: what it is called, where it belongs, its keys, and what choosing it does."""

    text: str
    kind: str
    act: Callable[[], object]
    where: str = ""
    more: str = ""
    """What it is about; it is searched too, and shown as a tip."""
    keys: str = ""
    on: bool = True
    names: str = ""
    """What else it is called; it is searched too, and not shown."""


class _Lines(QStyledItemDelegate):
    """Draws a name, where it belongs, and at the right its keys or its kind."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry, colors, place = index.data(_ENTRY), theme.current(), option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.selected))
            painter.drawRoundedRect(place.adjusted(2, 1, -2, -1), 5, 5)
        inner = place.adjusted(12, 0, -12, 0)
        quiet = QColor(colors.muted if entry.on else colors.dim)
        right = entry.keys or entry.kind
        width = self._write(painter, inner, right, quiet, Qt.AlignmentFlag.AlignRight)
        inner.setRight(inner.right() - width - 16)
        color = QColor(colors.text if entry.on else colors.dim)
        width = self._write(painter, inner, entry.text, color, Qt.AlignmentFlag.AlignLeft)
        inner.setLeft(inner.left() + width + 10)
        self._write(painter, inner, entry.where, quiet, Qt.AlignmentFlag.AlignLeft)
        painter.restore()

    def _write(
        self, painter: QPainter, place: QRect, text: str, color: QColor, side: Qt.AlignmentFlag
    ) -> int:
        metrics = QFontMetrics(painter.font())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, place.width()))
        painter.setPen(color)
        painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)


class Palette(QFrame):
    """Lies over the top of its parent while it is asked for; the keyboard is enough to use it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self._entries: tuple[Entry, ...] = ()
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Search commands, settings, presets and runs"))
        self.field.setAccessibleName(tr("Search commands, settings, presets and runs"))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("What fits"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Lines(self.list))
        self.list.itemClicked.connect(self._choose)
        self._none = QLabel(tr("Nothing is called that."))
        self._none.setProperty("role", "muted")
        self._none.setContentsMargins(12, 6, 12, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.field, self._none, self.list):
            column.addWidget(widget)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self.field.setFont(font)
        self.hide()

    def open(self, entries: Sequence[Entry]) -> None:
        """Come up with an empty search over these entries; asked for again, go."""
        if self.isVisible():
            self.close_and_return()
            return
        self._entries, self._before = tuple(entries), self.window().focusWidget()
        self.field.clear()
        self._search("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_and_return(self) -> None:
        """Go, and give the keyboard back to what had it."""
        before, self._before = self._before, None
        self.hide()
        still = before in self.window().findChildren(QWidget)  # what is gone cannot be asked
        if before is not None and still and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def found(self) -> list[Entry]:
        """What fits, best first."""
        return [self.list.item(row).data(_ENTRY) for row in range(self.list.count())]

    # --- inside ------------------------------------------------------------------------------

    def _search(self, text: str) -> None:
        """Show what fits; without a text, what can be done now."""
        ranked = [
            (score(text, f"{e.text} {e.where}", f"{e.more} {e.names}"), e) for e in self._entries
        ]
        fits = [(points, e) for points, e in ranked if points > 0 and (text.strip() or e.on)]
        fits.sort(key=lambda pair: (-pair[0] if text.strip() else 0.0, not pair[1].on))
        empty(self.list)
        for _, entry in fits[:_MOST]:
            item = QListWidgetItem(entry.text)
            item.setData(_ENTRY, entry)
            item.setToolTip(entry.more)
            said = (entry.text, entry.where, entry.kind, entry.keys, "" if entry.on else "off")
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in said if part)
            )
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(fits))
        self._none.setVisible(not fits)
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        room = parent.size() if parent is not None else self.size()
        rows = min(max(1, self.list.count()), _ROWS)
        self.list.setFixedHeight(rows * _ROW + 4)
        width = min(_WIDTH, room.width() - 40)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((room.width() - width) // 2, min(_TOP, max(0, room.height() - self.height())))

    def _choose(self, item: QListWidgetItem | None) -> None:
        entry = item.data(_ENTRY) if item is not None else None
        if entry is not None and entry.on:
            self.close_and_return()
            entry.act()

    def _step(self, by: int) -> None:
        count = self.list.count()
        if count:
            row = self.list.currentRow() + by
            self.list.setCurrentRow(row % count if abs(by) == 1 else max(0, min(count - 1, row)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move through the list while one types, and go when one turns away."""
        if event.type() == QEvent.Type.FocusOut and not self.isAncestorOf(
            self.window().focusWidget() or self
        ):
            self._before = None
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: _ROWS - 1,
                Qt.Key.Key_PageUp: 1 - _ROWS,
            }
            key = Qt.Key(event.key())
            if key in steps:
                self._step(steps[key])
            elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentItem())
            elif key == Qt.Key.Key_Escape:
                self.close_and_return()
            elif key not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return super().eventFilter(watched, event)
            return True
        return super().eventFilter(watched, event)
