"""What can be done about a run's trouble: an older save, settings that take less memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import MemoryFullError, OlderSaveError, check, paths, put, reliefs_of
from studio.failures import sentence_of
from studio.i18n import tr
from studio.panels import words as say

if TYPE_CHECKING:
    from gan_engine import Draft, Notice, Relief
    from studio.context import Studio

MOST = 3
"""How many settings are offered at once; the page of costs has them all."""


class Offers(QObject):
    """Listens to the run; offers stand above the page and are answered there."""

    told = Signal(str, object, object, object)
    """Level, text, hint and answers, each a label and a name for `answer`."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._run, self._document, self._jobs = studio.run, studio.document, studio.jobs
        self._older: OlderSaveError | None = None
        self._said = ("", "", "")
        self._reliefs: dict[str, Relief] = {}
        self._run.failed.connect(self._take_failure)
        self._run.noticed.connect(self._take_notice)

    @Slot(str)
    def answer(self, name: str) -> None:
        """Do what was answered: `older`, `look at it`, or a relief's path."""
        older = self._older
        if older is not None and name == "older":
            self._run.resume(older.folder, older.images, older=True)
        elif older is not None and name == "look at it":
            self._run.open_folder(older.folder)
        elif name in self._reliefs:
            self._document.set(name, self._reliefs[name].value)

    # --- inside ----------------------------------------------------------------------------

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        if isinstance(error, OlderSaveError):
            self._older = error
            text, hint = sentence_of(error)
            go_on = tr("Continue from {count} images", count=say.count(error.seen))
            answers = [(go_on, "older"), (tr("Look only"), "look at it")]
            self.told.emit("warning", tr(text), tr(hint), answers)
        elif isinstance(error, MemoryFullError):
            self._seek("error", *sentence_of(error))

    @Slot(object)
    def _take_notice(self, notice: Notice) -> None:
        if notice.key == "memory":
            self._seek(notice.level, notice.text, notice.hint)

    def _seek(self, level: str, text: str, hint: str) -> None:
        """Find what would take less, off the window's thread; then say it all."""
        self._said, draft = (level, text, hint), self._run.draft
        job = self._jobs.call(lambda: _found(draft))
        job.done.connect(self._offer)
        job.failed.connect(self._offer_nothing)

    @Slot(object)
    def _offer_nothing(self, error: Exception) -> None:
        """What was said is said all the same where nothing can be found that would take less."""
        self._offer(())

    @Slot(object)
    def _offer(self, reliefs: tuple[Relief, ...]) -> None:
        level, text, hint = self._said
        self._reliefs = {relief.path: relief for relief in reliefs}
        answers = [(say.relief(relief, self._run.draft), relief.path) for relief in reliefs]
        self.told.emit(level, tr(text), tr(hint), answers)


def _found(draft: Draft) -> tuple[Relief, ...]:
    """Return the settings that take least, of those that take less than these."""
    config, _ = check(put(draft, "data.folder", paths.BUILTIN))
    if config is None:
        return ()
    found: tuple[Relief, ...] = reliefs_of(config)
    return tuple(sorted(found, key=lambda relief: relief.memory)[:MOST])
