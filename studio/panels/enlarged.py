"""One picture of a folder, large: as it is beside what the networks see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import button, words
from studio.panels.dialog import Dialog
from studio.panels.picture_card import facts_of
from studio.widgets.image_view import ImageView

if TYPE_CHECKING:
    from gan_engine import Preview
    from studio.context import Studio


class _View(ImageView):
    """Zooms and pans; there is nothing to save: the file is there already."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()


class Enlarged(Dialog):
    """Told what to show by who opens it; the arrow keys go to the pictures beside it."""

    stepped = Signal(int)
    """The picture so many places on is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Picture"), QSize(1000, 620), parent)
        self.name = ""
        self.facts = words("", "muted")
        self.original, self.seen = _View(), _View()
        sides = QHBoxLayout()
        sides.setSpacing(12)
        captions = tr("As it is"), tr("As the networks see it")
        for view, caption in zip((self.original, self.seen), captions, strict=True):
            view.setAccessibleName(caption)
            side = QVBoxLayout()
            side.setSpacing(4)
            side.addWidget(words(caption, "muted", wraps=False))
            side.addWidget(view, 1)
            sides.addLayout(side, 1)
        back = button(tr("Previous picture"), tr("The picture before this one (left arrow)."))
        on = button(tr("Next picture"), tr("The picture after this one (right arrow)."))
        close = button(tr("Close"), tr("Close the picture"))
        back.clicked.connect(lambda: self.stepped.emit(-1))
        on.clicked.connect(lambda: self.stepped.emit(1))
        close.clicked.connect(self.close)
        self.column.addLayout(sides, 1)
        self.column.addWidget(self.facts)
        self.add_acts(back, on, close)

    def bind(self, studio: Studio) -> None:
        """Nothing: who opens it says what to show."""

    def show_name(self, name: str) -> None:
        """Show which picture this is, before it arrives."""
        self.name = name
        self.setWindowTitle(say.name(name))
        self.facts.setText("")
        for view in (self.original, self.seen):
            view.show_pixels(None)
            view.show_text(tr("Loading"))

    def show_preview(self, made: Preview) -> None:
        """Show the picture, where it is still the one that is wanted."""
        if made.name == self.name:
            self.original.show_pixels(made.original)
            self.seen.show_pixels(made.seen)
            self.facts.setText(facts_of(made))

    def show_refusal(self, name: str, reason: str) -> None:
        """Say why the picture cannot be shown."""
        if name == self.name:
            for view in (self.original, self.seen):
                view.show_text(reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
