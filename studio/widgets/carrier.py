"""Takes a picture out of the window: dragged to another program, as pixels and as a PNG file."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDrag, QImage, QPixmap
from PySide6.QtWidgets import QWidget

_UNWRITABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
"""What the name of a file cannot have on some system; a class may be called anything."""
_SHOWN = 96


class Carrier:
    """Keeps the files for as long as somebody may still read them."""

    def __init__(self) -> None:
        self._folder = QTemporaryDir()

    def mime_of(self, image: QImage, name: str) -> QMimeData:
        """Return a picture as other programs take it: pixels, and a PNG file with its name."""
        path = Path(self._folder.path()) / f"{_UNWRITABLE.sub('-', name)}.png"
        image.save(str(path), "PNG")  # type: ignore[call-overload]
        data = QMimeData()
        data.setImageData(image)
        data.setUrls([QUrl.fromLocalFile(str(path))])
        return data

    def carry(self, source: QWidget, image: QImage, name: str) -> None:
        """Let a picture be dragged from `source` to wherever it is dropped.

        The drag is the window's: `source` may be deleted while it is under way.
        """
        drag = QDrag(source.window())
        drag.setMimeData(self.mime_of(image, name))
        small = image.scaled(_SHOWN, _SHOWN, Qt.AspectRatioMode.KeepAspectRatio)
        drag.setPixmap(QPixmap.fromImage(small))
        drag.setHotSpot(QPoint(small.width() // 2, small.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)
