"""The prepared images on disk, as a part of the preferences: what takes room, and a way to free it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from gan_engine import escape, paths, unescape
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import Section, button, words
from studio.widgets.lists import empty

if TYPE_CHECKING:
    from studio.context import Studio
    from studio.prepared import Shelf

_ROLE = Qt.ItemDataRole.UserRole


class PreparedSection(Section):
    """Asks for the list whenever it comes to view."""

    title = "Prepared images"

    refresh_asked = Signal()
    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.summary = words("", "muted")
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Prepared images on the disk"))
        self.list.setHeaderLabels(
            [tr("Pictures"), tr("Images"), tr("Size"), tr("Last used"), tr("Runs")]
        )
        self.list.setRootIsDecorated(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setFixedHeight(150)
        self.list.header().setStretchLastSection(False)
        for column in range(5):
            mode = QHeaderView.ResizeMode.ResizeToContents
            self.list.header().setSectionResizeMode(column, mode)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.itemSelectionChanged.connect(self._refresh)
        self.remove_button = button(
            tr("Remove"), tr("Delete the chosen; the pictures themselves stay.")
        )
        self.remove_button.clicked.connect(self._remove)
        self.unused_button = button(
            tr("Remove what no run uses"), tr("They are made again when they are needed.")
        )
        self.unused_button.clicked.connect(self._remove_unused)
        for one in (self.remove_button, self.unused_button):
            one.setAutoDefault(False)  # Enter in the preferences removes nothing
        row = QHBoxLayout()
        row.addWidget(self.summary, 1)
        row.addWidget(self.unused_button)
        row.addWidget(self.remove_button)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(8)
        column_.addWidget(self.list)
        column_.addLayout(row)
        self.show_list([])

    def bind(self, studio: Studio) -> None:
        studio.prepared.listed.connect(self.show_list)
        self.refresh_asked.connect(studio.prepared.refresh)
        self.removed.connect(studio.prepared.remove)

    @Slot(object)
    def show_list(self, shelves: Sequence[Shelf]) -> None:
        """Show what there is and how much room it takes."""
        empty(self.list)
        for shelf in shelves:
            self.list.addTopLevelItem(_item(shelf))
        total = sum(shelf.set.bytes for shelf in shelves)
        self.summary.setText(
            tr("{size} in all; made again when needed.", size=say.size(total))
            if shelves
            else tr("Nothing is prepared yet: the first run prepares its images.")
        )
        self.list.setVisible(bool(shelves))
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_asked.emit()

    @Slot()
    def _refresh(self) -> None:
        self.remove_button.setEnabled(bool(self.list.selectedItems()))
        self.unused_button.setEnabled(bool(self._unused()))

    def _unused(self) -> list[QTreeWidgetItem]:
        every = [self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount())]
        return [item for item in every if item is not None and not item.data(0, _ROLE).runs]

    @Slot()
    def _remove(self) -> None:
        self.removed.emit([item.data(0, _ROLE).set.path for item in self.list.selectedItems()])

    @Slot()
    def _remove_unused(self) -> None:
        self.removed.emit([item.data(0, _ROLE).set.path for item in self._unused()])


def _source(path: str) -> str:
    """Return what the pictures of a set are called."""
    if path == escape(str(paths.builtin_images())):
        return tr("built-in images")
    return say.name(Path(unescape(path)).name) or tr("Not finished")


def _item(shelf: Shelf) -> QTreeWidgetItem:
    one = shelf.set
    height, width, channels = (*one.shape, 0, 0, 0)[:3]
    colour = tr("grey") if channels == 1 else tr("colour")
    what = tr(
        "{count:,} of {size} {colour}",
        count=one.images,
        size=say.shape((width, height)),
        colour=colour,
    )
    item = QTreeWidgetItem(
        [
            _source(one.source),
            what if one.images else "–",
            say.size(one.bytes),
            say.when(one.used),
            str(len(shelf.runs)) if shelf.runs else "–",
        ]
    )
    item.setToolTip(0, say.name(one.source))
    item.setToolTip(4, "\n".join(shelf.runs) or tr("No run of the library uses it."))
    item.setData(0, _ROLE, shelf)
    return item
