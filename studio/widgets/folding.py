"""A title with two groups beside it in one row, or in two rows where one has no room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

_GAP = 12


class FoldingRow(QWidget):
    """Where it is narrow, what is in the middle goes below the title and the end."""

    def __init__(self, title: QWidget, middle: QWidget, end: QWidget) -> None:
        super().__init__()
        self._title, self._middle, self._end = title, middle, end
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self.is_folded = False
        self._place()

    def minimumSizeHint(self) -> QSize:
        ends = self._title.sizeHint().width() + _GAP + self._end.minimumSizeHint().width()
        wide = max(ends, self._middle.minimumSizeHint().width())
        return QSize(wide, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fold()  # what it holds has its size only now, dressed

    def event(self, event: QEvent) -> bool:
        told = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold()  # something it holds has come, gone, or another size
        return told

    def _fold(self) -> None:
        parts = (self._title, self._middle, self._end)
        needed = sum(part.sizeHint().width() for part in parts) + 2 * _GAP
        if self.is_folded != (self.width() < needed):
            self.is_folded = not self.is_folded
            self._place()

    def _place(self) -> None:
        self._grid.addWidget(self._title, 0, 0)
        self._grid.addWidget(self._end, 0, 2)
        if self.is_folded:
            self._grid.addWidget(self._middle, 1, 0, 1, 3, Qt.AlignmentFlag.AlignLeft)
        else:
            self._grid.addWidget(self._middle, 0, 1)


def row_of(*children: QWidget, spacing: int) -> QWidget:
    """Return children beside each other, without a margin."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for child in children:
        row.addWidget(child)
    return made
