"""Asks where a picture should be written; training and looking go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.i18n import tr


def ask_for_png(parent: QWidget, name: str, write: Callable[[Path], None]) -> None:
    """Ask for a PNG file's place, `name` suggested, and have it written once it is chosen."""
    dialog = QFileDialog(parent, tr("Save as PNG"))
    dialog.setObjectName("save-picture")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("png")
    dialog.setNameFilters([tr("PNG image (*.png)")])
    dialog.selectFile(name)
    dialog.setModal(False)
    dialog.fileSelected.connect(lambda chosen: write(Path(chosen)))
    dialog.show()
