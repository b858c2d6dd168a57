"""Which pictures a run does not see, each with its reason, and how to put one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QHBoxLayout, QTableView, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import button, words

if TYPE_CHECKING:
    from gan_engine import BadFile

Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractTableModel):
    """Names and reasons; those the settings leave out come first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[tuple[str, str]] = []
        self.back = 0
        """How many of the first rows can be put back."""

    def fill(self, out: Mapping[str, str], bad: Sequence[BadFile]) -> None:
        self.beginResetModel()
        self.rows = [(name, tr(reason)) for name, reason in sorted(out.items())]
        self.back = len(self.rows)
        self.rows += [(file.path, tr(file.reason)) for file in bad if file.path not in out]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = self.rows[index.row()][index.column()]
            return text if index.column() else say.name(text)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Picture"), tr("Why it is left out"))[section]
        return None


class LeftOut(QWidget):
    """A table; what cannot be read stands below what can be put back."""

    put_back = Signal(object)
    """Pictures to use again: a list of names."""
    picked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._model = _Rows(self)
        self.none = words(
            tr("Every picture is used. Leave one out where it is shown, or by a finding."), "muted"
        )
        self.table = QTableView()
        self.table.setModel(self._model)
        self.table.setAccessibleName(tr("Pictures that are left out"))
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setColumnWidth(0, 150)  # the reasons are what has to be read
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.selectionModel().selectionChanged.connect(self._refresh)
        self.back_button = button(tr("Put back"), tr("Use the chosen pictures again."))
        self.back_button.clicked.connect(self._put_back)
        self.all_button = button(
            tr("Put all back"), tr("Use every picture that can be read, whatever the rules say.")
        )
        self.all_button.clicked.connect(self._put_all_back)
        self._hint = words(
            tr("Nothing on the disk was changed. What cannot be read cannot be put back."), "muted"
        )
        row = QHBoxLayout()
        row.addWidget(self._hint, 1)
        row.addWidget(self.back_button)
        row.addWidget(self.all_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.none)
        column.addWidget(self.table, 1)
        column.addLayout(row)
        column.addStretch(0)
        self.show_files({}, ())

    def show_files(self, out: Mapping[str, str], bad: Sequence[BadFile]) -> None:
        """Show what the settings leave out and what cannot be read, each with its reason."""
        self._model.fill(out, bad)
        there = bool(self._model.rows)
        self.none.setVisible(not there)
        for widget in (self.table, self._hint, self.back_button, self.all_button):
            widget.setVisible(there)
        self._refresh()

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What is listed: names and reasons."""
        return self._model.rows

    def show_unreadable(self) -> None:
        """Bring what cannot be read into view."""
        if self._model.back < len(self._model.rows):
            place = self._model.index(self._model.back, 0)
            self.table.scrollTo(place, QTableView.ScrollHint.PositionAtTop)
            self.table.selectRow(self._model.back)

    def _chosen(self) -> list[str]:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        return [self._model.rows[row][0] for row in rows if row < self._model.back]

    @Slot()
    def _refresh(self) -> None:
        self.back_button.setEnabled(bool(self._chosen()))
        self.all_button.setEnabled(self._model.back > 0)

    @Slot()
    def _put_back(self) -> None:
        self.put_back.emit(self._chosen())

    @Slot()
    def _put_all_back(self) -> None:
        self.put_back.emit([name for name, _ in self._model.rows[: self._model.back]])
