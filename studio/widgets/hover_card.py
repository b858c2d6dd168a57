"""A card beside the mouse: a sample enlarged, what it is nearest to, and a few words."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from gan_engine import Pixels
from studio.widgets.image_view import to_image

SIDE = 112
"""Pixels of each picture."""


class HoverCard(QFrame):
    """Two pictures with a caption each, and a line below; never in the way of the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self.setObjectName("hoverCard")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._pictures = QLabel(), QLabel()
        self._captions = QLabel(), QLabel()
        self._line = QLabel()
        self._line.setProperty("role", "muted")
        self._line.setWordWrap(True)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place in range(2):
            self._pictures[place].setFixedSize(SIDE, SIDE)
            self._pictures[place].setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._captions[place].setFixedWidth(SIDE)
            self._captions[place].setProperty("role", "title" if not place else "muted")
            grid.addWidget(self._pictures[place], 0, place)
            grid.addWidget(self._captions[place], 1, place)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(6)
        column.addLayout(grid)
        column.addWidget(self._line)

    def show_sample(self, pixels: Pixels, caption: str) -> None:
        """Show a sample, and that what it is nearest to is being looked for."""
        self._put(0, pixels, caption)

    def show_nearest(self, pixels: Pixels | None, caption: str, line: str) -> None:
        """Show what it is nearest to; None while that is not known."""
        self._put(1, pixels, caption)
        self._line.setText(line)
        self.adjustSize()

    def said(self) -> str:
        """Return everything it says; empty while it is hidden."""
        parts = [label.text() for label in (*self._captions, self._line)]
        return " ".join(part for part in parts if part) if self.isVisible() else ""

    def show_beside(self, place: QRect) -> None:
        """Appear beside this part of the screen, inside the screen."""
        self.adjustSize()
        spot = QPoint(place.right() + 10, place.top())
        if (screen := self.screen()) is not None:
            room = screen.availableGeometry()
            if spot.x() + self.width() > room.right():
                spot.setX(place.left() - 10 - self.width())
            spot.setY(max(room.top(), min(spot.y(), room.bottom() - self.height())))
        self.move(spot)
        self.show()

    def _put(self, place: int, pixels: Pixels | None, caption: str) -> None:
        label = self._pictures[place]
        if pixels is None:
            label.setPixmap(QPixmap())
        else:
            kept = Qt.AspectRatioMode.KeepAspectRatio
            crisp = max(pixels.shape[:2]) <= SIDE
            how = (
                Qt.TransformationMode.FastTransformation
                if crisp
                else (Qt.TransformationMode.SmoothTransformation)
            )
            label.setPixmap(QPixmap.fromImage(to_image(pixels).scaled(SIDE, SIDE, kept, how)))
        metrics = self._captions[place].fontMetrics()
        cut = metrics.elidedText(caption, Qt.TextElideMode.ElideMiddle, SIDE)
        self._captions[place].setText(cut)
        self._captions[place].setToolTip(caption)
