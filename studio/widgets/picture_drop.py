"""A part of a page where a picture can be dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from studio.opening import what_is


class PictureDrop(QWidget):
    """Takes one picture from another program; all else that is dropped is the window's."""

    picture_dropped = Signal(object)
    """Its Path."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.is_open = False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._taken(event) is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = self._taken(event)
        if path is not None:
            event.acceptProposedAction()
            self.picture_dropped.emit(path)

    def _taken(self, event: QDropEvent) -> Path | None:
        urls = event.mimeData().urls()
        if not self.is_open or event.source() is not None or len(urls) != 1:
            return None
        path = Path(urls[0].toLocalFile())
        return path if urls[0].isLocalFile() and what_is(path) == "picture" else None
