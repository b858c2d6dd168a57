"""Asks what a preset of the user's own is called, and says when one that is there would be replaced."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from gan_engine import preset_file
from studio.i18n import tr


class PresetName(QInputDialog):
    """A name to type; the button says what it does with the one that is typed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Save as preset"))
        self.textValueChanged.connect(self._tell)
        self._tell("")

    @Slot(str)
    def _tell(self, title: str) -> None:
        there = bool(title.strip()) and preset_file(title.strip()).exists()
        name, told = (
            tr("Name of the preset"),
            tr("There is a preset of that name; it will be replaced."),
        )
        self.setLabelText(f"{name}\n{told}" if there else name)
        self.setOkButtonText(tr("Replace") if there else tr("Save"))
