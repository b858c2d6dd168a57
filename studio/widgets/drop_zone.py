"""A place to drop a folder of pictures, or to choose one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from studio import theme
from studio.i18n import mark, tr
from studio.opening import meant


class DropZone(QWidget):
    """Tells of a folder, never opens it."""

    folder_dropped = Signal(object)
    """The path of what was dropped, or of the folder around a picture."""

    def __init__(
        self,
        title: str = mark("Drop a folder of pictures here"),
        hint: str = mark(
            "PNG, JPEG, WebP, BMP, TIFF or GIF, subfolders included; a zip or tar of them, too."
        ),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._over = False
        self.setAcceptDrops(True)
        self._mark = QLabel()
        self._title, self._hint = QLabel(tr(title)), QLabel(tr(hint))
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        font.setWeight(QFont.Weight.DemiBold)
        self._title.setFont(font)
        self._hint.setProperty("role", "muted")
        self.button = QPushButton(tr("Choose a folder…"))
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self.browse)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 32, 32, 32)
        column.setSpacing(8)
        column.addStretch(1)
        for widget in (self._mark, self._title, self._hint):
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
                widget.setWordWrap(widget is not self._mark)
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.setMinimumHeight(220)
        self._recolor()

    def browse(self) -> None:
        """Ask for a folder in a window that blocks nothing."""
        dialog = QFileDialog(self, tr("Choose a folder of pictures"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setModal(False)
        dialog.fileSelected.connect(self._take)
        dialog.show()

    def _take(self, name: str) -> None:
        self.folder_dropped.emit(Path(name))

    def _recolor(self) -> None:
        self._mark.setPixmap(theme.pixmap("image", 40, theme.current().muted))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._recolor()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local(event.mimeData()) is not None:
            event.acceptProposedAction()
            self._show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over(False)
        path = _local(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.folder_dropped.emit(meant(path))

    def _show_over(self, over: bool) -> None:
        self._over = over
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(colors.accent if self._over else colors.edge), 1.5)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(colors.selected if self._over else colors.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 10, 10)
        painter.end()


def _local(data: QMimeData) -> Path | None:
    for url in data.urls():
        if url.isLocalFile():
            return Path(url.toLocalFile())
    return None
