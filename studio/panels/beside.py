"""What stands beside the samples: real images, what D sees, or pinned samples over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gan_engine import GAP
from studio.i18n import tr
from studio.panels.base import HEAD, button
from studio.panels.d_view import DView
from studio.widgets.image_view import ImageView
from studio.widgets.pin_strip import PinStrip

if TYPE_CHECKING:
    from gan_engine import Pixels

REALS, D_VIEW, PINNED = 0, 1, 2


class Beside(QWidget):
    """Told all of them; one is shown."""

    moment_asked = Signal(float)
    """The samples after so many images should be shown."""
    unpin_asked = Signal(int)
    """The pinned sample at this place should be followed no longer."""
    page_shown = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.real_pixels: Pixels | None = None
        self._pinned = 0
        self.reals = ImageView()
        self.reals.setAccessibleName(tr("Real images"))
        self.strip = PinStrip()
        self.strip.moment_asked.connect(self.moment_asked)
        self.strip.unpin_asked.connect(self.unpin_asked)
        self._stack = QStackedWidget()
        self.d_view = DView()
        for page in (self.reals, _scrolling(self.d_view), _scrolling(self.strip)):
            self._stack.addWidget(page)
        self.buttons = QButtonGroup(self)
        head = QHBoxLayout()
        head.setSpacing(4)
        for place, (text, tip) in enumerate(
            (
                (tr("Real"), tr("Real images: what G should learn from.")),
                (tr("D's view"), tr("Mean intensity, and what D says of each region.")),
                (tr("Pinned"), tr("Samples you follow: the same seeds across time.")),
            )
        ):
            made = self._switch(text, tip)
            self.buttons.addButton(made, place)
            head.addWidget(made)
        head.addStretch(1)
        head.addStrut(HEAD)
        self.buttons.button(REALS).setChecked(True)
        self.buttons.idToggled.connect(self._turn)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    # --- shown -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything, for another run."""
        self.show_reals(None)
        self.strip.show_strip([], [])
        self.d_view.show_statistics(None)

    def show_reals(self, pixels: Pixels | None, height: int = 0, width: int = 0) -> None:
        """Show what G should learn from: a grid of images of this size, if it is known."""
        self.real_pixels = pixels
        rows = columns = 1
        if pixels is not None and height and width:
            sides = zip(pixels.shape[:2], (height, width), strict=True)
            rows, columns = (max(1, (whole + GAP) // (side + GAP)) for whole, side in sides)
        names = [tr("real {number}", number=n + 1) for n in range(rows * columns)]
        self.reals.set_cells(rows, columns, names)
        self.reals.show_pixels(pixels)
        self.reals.show_text(tr("This run kept no real images."))

    def show_pins(self, names: Sequence[str]) -> None:
        """Say which samples are followed."""
        self._pinned = len(names)
        made = self.buttons.button(PINNED)
        made.setText(tr("Pinned ({count})", count=len(names)) if names else tr("Pinned"))
        if not names:
            self.strip.show_strip([], [])
        self.strip.show_names(names)

    def show_strip(self, moments: Sequence[tuple[int, list[Pixels]]]) -> None:
        """Show the samples that are followed, at several moments."""
        self.strip.show_strip([seen for seen, _ in moments], [cut for _, cut in moments])

    @property
    def has_something(self) -> bool:
        """Whether there is anything to show."""
        return self.real_pixels is not None or self._pinned > 0

    @property
    def shows_pins(self) -> bool:
        """Whether pinned samples are shown."""
        return self._stack.currentIndex() == PINNED

    # --- inside ------------------------------------------------------------------------------

    @staticmethod
    def _switch(text: str, tip: str) -> QPushButton:
        made = button(text, tip)
        made.setProperty("small", True)
        made.setCheckable(True)
        return made

    @Slot(int, bool)
    def _turn(self, place: int, on: bool) -> None:
        if on:
            self._stack.setCurrentIndex(place)
            self.page_shown.emit()


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(page)
    return area
