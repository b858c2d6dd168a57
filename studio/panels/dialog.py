"""What every dialog of the window is: it blocks nothing, and ends in a row of what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from studio.context import Studio


class Dialog(QDialog):
    """Fill `column` from the top, then `add_acts`."""

    def __init__(self, title: str, size: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        self.resize(size)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(10)

    def bind(self, studio: Studio) -> None:
        """Listen to the models and let them listen: the only method that names one."""
        raise NotImplementedError

    def add_acts(self, *acts: QPushButton, aside: QPushButton | None = None) -> None:
        """Put buttons below everything: one on the left, the others on the right; Enter is the last's."""
        row = QHBoxLayout()
        row.setSpacing(8)
        if aside is not None:
            row.addWidget(aside)
        row.addStretch(1)
        for act in acts:
            row.addWidget(act)
        self.column.addLayout(row)
        for other in self.findChildren(QPushButton):
            other.setAutoDefault(other is acts[-1])
        acts[-1].setDefault(True)

    def take_over(self, former: Dialog) -> None:
        """Go on where the same dialog of a window in another language was."""
