"""A field to search with: clears with its button or with Escape."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit


class SearchField(QLineEdit):
    """Tells by `textChanged`; its name stands in it while it is empty."""

    def __init__(self, name: str, tip: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setClearButtonEnabled(True)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.clear)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)

    def take_over(self, former: SearchField) -> None:
        """Search for what was typed into another one."""
        if former.text():
            self.setText(former.text())
