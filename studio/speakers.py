"""Whoever asks something above the page and is answered there; what is open outlives a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.leaving import Leaving
from studio.offers import Offers
from studio.originals import Originals
from studio.panels.start import StartPanel
from studio.recovery import Recovery
from studio.taking_back import TakingBack

if TYPE_CHECKING:
    from studio.context import Studio
    from studio.window import MainWindow


class Speakers(QObject):
    """Belongs to the models: a window in another language asks on where the former one was."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._keeping = studio.keeping
        self.leaving = Leaving(studio.run, self)
        self.taking_back = TakingBack(studio.document, studio.run, self)
        self.recovery = Recovery(studio.library, studio.run, self)
        self.offers, self.originals = Offers(studio, self), Originals(studio.run, self)

    def speak_in(self, window: MainWindow) -> None:
        """Be heard in this window, and answered."""
        notices = window.notices
        for asking in (self.leaving, self.taking_back, self.offers, self.originals):
            asking.told.connect(notices.show_notice)
        self.taking_back.withdrawn.connect(notices.withdraw)
        self._keeping.withdrawn.connect(notices.withdraw)
        self._keeping.told.connect(notices.show_first)
        every = (self.leaving, self.recovery, self._keeping, self.taking_back, self.offers, self.originals)  # fmt: skip
        for speaker in every:
            notices.act.connect(speaker.answer)
        self.leaving.ready.connect(window.close)
        if isinstance(start := window.panels.get("start"), StartPanel):
            start.answered.connect(self.recovery.answer)
            self.recovery.told.connect(start.show_offer)


def speakers_of(studio: Studio) -> Speakers:
    """Return those of these models, made when first asked for."""
    found = studio.findChild(Speakers)
    return found if isinstance(found, Speakers) else Speakers(studio)
