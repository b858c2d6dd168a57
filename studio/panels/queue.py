"""The queue: runs that wait for their turn, what became of the others, and a way to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio import theme
from studio.i18n import tr
from studio.panels.base import EmptyState, Pages, Panel, button, column_of, words
from studio.panels.queue_list import QueueList

if TYPE_CHECKING:
    from studio.context import Studio
    from studio.queue import Entry


class QueuePanel(Panel):
    """A dock beside the runs."""

    key, title = "queue", "Queue"

    removed = Signal(int)
    moved = Signal(int, int)
    """A place in the queue, and how many places it should go down."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self.empty = EmptyState(
            tr("Nothing queued"),
            tr(
                "Runs for the night train one after the other. Add the settings as they are now,"
                " change them, and add them again."
            ),
            tr("Add these settings"),
            primary=False,
        )
        self.empty.pressed.connect(self._add)
        self._full = self._content()
        self._stack = Pages()
        column_of(self, self._stack)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._full)
        QShortcut(
            QKeySequence(Qt.Key.Key_Delete),
            self.list,
            self._remove,
            context=Qt.ShortcutContext.WidgetShortcut,
        )

    def bind(self, studio: Studio) -> None:
        self._queue = studio.queue
        studio.queue.changed.connect(self._take_change)
        self.removed.connect(studio.queue.remove)
        self.moved.connect(self._move_in_queue)
        self._take_change()

    # --- shown -------------------------------------------------------------------------------

    def show_entries(self, entries: list[Entry], is_on: bool) -> None:
        """Show the queue, and whether the next run begins by itself."""
        self._entries, self._on = list(entries), is_on
        self.list.show_entries(self._entries)
        self._stack.setCurrentWidget(self._full if entries else self.empty)
        waiting = sum(entry.state == "waiting" for entry in entries)
        self.start_button.setText(tr("Let it rest") if is_on else tr("Start the queue"))
        self.start_button.setAccessibleName(self.start_button.text())
        self.start_button.setToolTip(
            tr("Begin no further run; the one that is going goes on.")
            if is_on
            else tr("Train what waits, one after the other.")
        )
        self.start_button.setEnabled(is_on or waiting > 0)
        self._enable()

    # --- building ----------------------------------------------------------------------------

    _on = False

    def _content(self) -> QWidget:
        self.list = QueueList()
        self.list.selectionModel().currentChanged.connect(self._enable)
        self.start_button = button(tr("Start the queue"), primary=True)
        self.start_button.clicked.connect(self._start)
        self.up = _tool("chevron-up", tr("Earlier"), self._up)
        self.down = _tool("chevron-down", tr("Later"), self._down)
        self.add = _tool("plus", tr("Add these settings"), self._add)
        self.drop = _tool("trash", tr("Take it off the queue"), self._remove)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 8, 8, 8)
        foot.setSpacing(2)
        foot.addWidget(self.start_button)
        foot.addStretch(1)
        for made in (self.add, self.up, self.down, self.drop):
            foot.addWidget(made)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        note = words(tr("The computer stays awake while a run goes."), "muted")
        note.setContentsMargins(10, 4, 8, 0)
        column.addWidget(note)
        column.addLayout(foot)
        return full

    # --- inside ------------------------------------------------------------------------------

    @Slot()
    def _take_change(self) -> None:
        self.show_entries(self._queue.entries, self._queue.is_on)

    @Slot()
    def _enable(self) -> None:
        row, count = self.list.currentRow(), len(self._entries)
        free = [entry.state != "going" for entry in self._entries]
        here = 0 <= row < count and free[row]
        self.drop.setEnabled(here)
        self.up.setEnabled(here and row > 0 and free[row - 1])
        self.down.setEnabled(here and row + 1 < count and free[row + 1])

    @Slot()
    def _add(self) -> None:
        self.action_asked.emit("queue_add")

    @Slot()
    def _start(self) -> None:
        self.action_asked.emit("queue_rest" if self._on else "queue_start")

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.list.currentRow())

    @Slot()
    def _up(self) -> None:
        self.moved.emit(self.list.currentRow(), -1)

    @Slot()
    def _down(self) -> None:
        self.moved.emit(self.list.currentRow(), 1)

    @Slot(int, int)
    def _move_in_queue(self, row: int, by: int) -> None:
        self.list.setCurrentRow(self._queue.move(row, by))


def _tool(glyph: str, tip: str, does: object) -> QToolButton:
    made = QToolButton()
    made.setProperty("tight", True)
    theme.wear(made, glyph)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.clicked.connect(does)
    return made
