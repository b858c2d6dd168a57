"""Which pictures a run did not see, each with its reason, and how to use them in the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from gan_engine import get, image_settings
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import button, words
from studio.panels.dialog import Dialog
from studio.panels.left_out import LeftOut

if TYPE_CHECKING:
    from gan_engine import Learned
    from studio.context import Studio


class RunPicturesDialog(Dialog):
    """About the run on the screen; another run takes its place."""

    asked = Signal()
    """What the run learned from should be read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Pictures left out of the run"), QSize(640, 460), parent)
        self.said = words(tr("Reading what the run learned from"), "title")
        self.note = words("", "muted")
        self.note.hide()
        self.list = LeftOut()
        self.list.put_back.connect(self._put_back)
        close = button(tr("Close"), tr("Close this; nothing changes."))
        close.clicked.connect(self.close)
        self.column.addWidget(self.said)
        self.column.addWidget(self.note)
        self.column.addWidget(self.list, 1)
        self.add_acts(close)

    def bind(self, studio: Studio) -> None:
        self._run, self._document = studio.run, studio.document
        self.asked.connect(studio.looking.read_pictures)
        studio.looking.pictures_read.connect(self.show_pictures)
        studio.run.viewed.connect(self._ask)
        studio.run.started.connect(self._ask)
        self._ask()

    @Slot(object)
    def show_pictures(self, learned: Learned | None) -> None:
        """Show what a run learned from and what it left out; None where nobody knows."""
        self._say("")
        if learned is None:
            self.said.setText(tr("This run has not noted which pictures it learned from."))
            self.list.show_files({}, ())
            return
        out = {one.path: one.reason for one in learned.left_out}
        self.said.setText(
            tr(
                "It learned from {images}; left out: {out:,}, not readable: {bad:,}",
                images=say.pictures(learned.used),
                out=len(out),
                bad=len(learned.unreadable),
            )
        )
        self.list.show_files(out, learned.unreadable)

    @Slot()
    def _ask(self) -> None:
        self.asked.emit()

    @Slot(object)
    def _put_back(self, names: list[str]) -> None:
        """Change the settings on the screen, where they are about the same pictures."""
        found = image_settings(self._document.draft)
        if found is None or found[0].folder != get(self._run.draft, "data.folder", None):
            self._say(
                tr("The settings are about other pictures now: use this run's settings first.")
            )
            return
        self._document.set_many(found[0].with_again(names))
        self._say(tr("Used again by the next run: {count:,}", count=len(names)))

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))
