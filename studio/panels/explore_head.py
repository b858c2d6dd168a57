"""The head of the page Explore: what is explored, which save of it, and what takes a picture away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize

from gan_engine import escape
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import HEAD, tool
from studio.panels.save_choice import SaveChoice
from studio.widgets.elided import ElidedLabel
from studio.widgets.folding import FoldingRow, row_of

if TYPE_CHECKING:
    from studio.loading import Opened


_NAME_PX = 160
"""So much of a name is seen before what stands beside it goes below it."""


class _Name(ElidedLabel):
    """A name in one line that asks for some room."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(
            min(_NAME_PX, self.fontMetrics().horizontalAdvance(self.text())), hint.height()
        )


class ExploreHead(FoldingRow):
    """A name, the saves where there are several, and buttons."""

    def __init__(self) -> None:
        self._opened: Opened | None = None
        self.heading = _Name(title=True)
        self.save = SaveChoice()
        self.save.hide()
        self.copy_button = tool("copy", tr("Put the chosen sample, or the grid, on the clipboard"))
        self.save_button = tool(
            "save", tr("Save the chosen sample, or the grid when none is chosen, as PNG")
        )
        self.export_button = tool("export", tr("Take the generator or its images away."))
        buttons = row_of(self.copy_button, self.save_button, self.export_button, spacing=4)
        buttons.setMinimumHeight(HEAD)
        super().__init__(self.heading, row_of(self.save, spacing=0), buttons)

    def show_opened(self, opened: Opened | None) -> None:
        """Say what is explored; with None nothing is."""
        self._opened = opened
        self.show_saves()
        self.save.choose(opened.save if opened else None)

    def show_saves(self) -> None:
        """Offer the saves that there are by now."""
        opened = self._opened
        self.save.show_saves(opened.source if opened else None)
        if opened is None:
            self.heading.setText("")
            return
        name, seen = escape(opened.name), say.images(opened.images_seen)
        told = self.save.count() > 1  # how far it is stands in the choice
        self.heading.setText(
            name if told else tr("“{name}” after {images}", name=name, images=seen)
        )

    def show_pictures(self, on: bool) -> None:
        """Say whether there is something to take away."""
        for one in (self.copy_button, self.save_button):
            one.setEnabled(on)
