"""Asks where a file should be written, or which picture is meant; all goes on meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDir, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from gan_engine import paths, suffixes
from studio.i18n import tr


def ask_for_file(parent: QWidget, name: str, write: Callable[[Path], None]) -> None:
    """Ask for a file's place, `name` suggested, and have it written once it is chosen.

    It is a PNG or a CSV, as its name ends.
    """
    kind = name.rpartition(".")[2]
    png = kind == "png"
    dialog = QFileDialog(parent, tr("Save as PNG") if png else tr("Export as CSV"))
    dialog.setObjectName(f"save-{kind}")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(kind)
    dialog.setNameFilters([tr("PNG image (*.png)") if png else tr("Table (*.csv)")])
    if dialog.directory() == QDir.current() and paths.home().is_dir():
        # Nowhere was chosen before, and where the program was started from is no place for pictures.
        dialog.setDirectory(str(paths.home()))
    dialog.selectFile(name)
    dialog.setModal(False)
    dialog.fileSelected.connect(lambda chosen: write(Path(chosen)))
    dialog.show()


def ask_for_picture(parent: QWidget, title: str, take: Callable[[Path], None]) -> None:
    """Ask for a picture's file, and have it taken once it is chosen."""
    dialog = QFileDialog(parent, title)
    dialog.setObjectName("open-picture")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    kinds = " ".join(f"*{suffix}" for suffix in sorted(suffixes()))
    dialog.setNameFilters([f"{tr('Pictures')} ({kinds})"])
    dialog.setModal(False)
    dialog.fileSelected.connect(lambda chosen: take(Path(chosen)))
    dialog.show()
