"""After a crash: says which run stopped unexpectedly and offers to go on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from studio.i18n import tr
from studio.library import Library
from studio.panels import words as say
from studio.run import Run

if TYPE_CHECKING:
    from gan_engine import RunInfo


class Recovery(QObject):
    """Looks once at the newest run that began, when the library is first read."""

    told = Signal(str, object, object, object)
    """Level, text, hint and answers, each a label and a name for `answer`."""

    def __init__(self, library: Library, run: Run, parent: QObject) -> None:
        super().__init__(parent)
        self._run = run
        self._found: RunInfo | None = None
        self._looked = False
        library.changed.connect(self._look)

    @Slot(object)
    def _look(self, runs: list[RunInfo]) -> None:
        if self._looked or self._run.is_active:
            return
        self._looked = True
        newest = next((info for info in runs if info.state != "unstarted"), None)
        if newest is None or newest.state != "interrupted" or not newest.saved_images:
            return
        self._found = newest
        seen, saved = say.count(newest.images_seen), say.count(newest.saved_images)
        text = tr(
            "“{name}” stopped unexpectedly after {count} images.", name=newest.name, count=seen
        )
        hint = tr("Its last save is at {count} images.", count=saved)
        answers = [(tr("Continue"), "continue"), (tr("Look only"), "look")]
        self.told.emit("warning", text, hint, answers)

    @Slot(str)
    def answer(self, name: str) -> None:
        """Do what was answered: `continue` or `look`."""
        if self._found is not None and name == "continue":
            self._run.resume(self._found.folder)
        elif self._found is not None and name == "look":
            self._run.open_folder(self._found.folder)
