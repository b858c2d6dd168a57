"""What is told of the sample under the mouse: enlarged, beside the training image it is nearest to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QTimer, Signal, Slot

from gan_engine import unescape
from studio.i18n import tr
from studio.widgets.hover_card import HoverCard
from studio.widgets.image_view import ImageView

if TYPE_CHECKING:
    from gan_engine import Neighbour, Pixels

_CALM_MS = 350
"""The mouse rests so long on a sample before its card appears."""
_COPY, _CLOSE = 0.35, 0.7


class SampleCard(QObject):
    """Follows a view's mouse and keys; told the pixels that are shown and what they are nearest to."""

    nearest_asked = Signal(object)
    """Of these pixels the nearest training images are wanted."""

    def __init__(self, view: ImageView, name_of: Callable[[int], str]) -> None:
        super().__init__(view)
        self._view, self._name_of = view, name_of
        self._pixels: Pixels | None = None
        self._asked: Pixels | None = None
        self._nearest: tuple[Pixels, list[Neighbour]] | None = None
        self._cell = -1
        self.card = HoverCard(view)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._show)
        view.cell_hovered.connect(self._point)
        view.cell_chosen.connect(self._choose)

    # --- shown -------------------------------------------------------------------------------

    def show_pixels(self, pixels: Pixels | None) -> None:
        """Tell of other samples from now on."""
        self._pixels = pixels
        if pixels is None:
            self._asked = self._nearest = None
            self.card.hide()
        elif self.card.isVisible():
            self._fill()

    def show_nearest(self, pixels: Pixels, found: list[Neighbour]) -> None:
        """Know the nearest training image of every sample of a grid."""
        self._nearest = pixels, found
        if self.card.isVisible():
            self._fill()

    @Slot(str)
    def show_no_nearest(self, why: str) -> None:
        """Say why they are not known."""
        self.card.show_nearest(None, "", why)

    # --- inside ------------------------------------------------------------------------------

    @Slot(int)
    def _point(self, cell: int) -> None:
        self._cell = cell
        if cell < 0:
            self._calm.stop()
            self.card.hide()
        elif self.card.isVisible():
            self._show()
        else:
            self._calm.start()

    @Slot(int)
    def _choose(self, cell: int) -> None:
        self._cell = cell
        self._show()

    @Slot()
    def _show(self) -> None:
        if self._pixels is None or not 0 <= self._cell < self._view.count:
            return
        self._fill()
        place = self._view.place_of(self._cell).toRect()
        corner = self._view.mapToGlobal(place.topLeft())
        self.card.show_beside(QRect(corner, place.size()))

    def _fill(self) -> None:
        assert self._pixels is not None  # only while there is a sample
        sample = cut(self._view, self._pixels, self._cell)
        self.card.show_sample(sample, self._name_of(self._cell))
        known = self._nearest
        if known is not None and known[0] is self._pixels and self._cell < len(known[1]):
            near = known[1][self._cell]
            self.card.show_nearest(near.pixels, unescape(near.name), _closeness(near))
            return
        self.card.show_nearest(None, "", tr("Looking for the nearest training image…"))
        if self._asked is not self._pixels:
            self._asked = self._pixels
            self.nearest_asked.emit(self._pixels)


def _closeness(near: Neighbour) -> str:
    """Return in words how close a sample is to a training image."""
    if near.ratio < _COPY:
        told = tr("Nearly a copy of this training image")
    elif near.ratio < _CLOSE:
        told = tr("Close to this training image")
    else:
        told = tr("Its nearest training image, and not close")
    return tr("{said}: {ratio:.2f} of the usual distance between two.", said=told, ratio=near.ratio)


def cut(view: ImageView, pixels: Pixels, cell: int) -> Pixels:
    """Return the pixels of one cell of a view, of all for -1."""
    area = view.cell_rect(cell)
    return pixels[
        area.top() : area.top() + area.height(), area.left() : area.left() + area.width()
    ].copy()
