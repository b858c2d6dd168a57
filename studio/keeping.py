"""Settings that were saved to no file: kept every few seconds, and back at the next start."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gan_engine import EngineError, first_draft, read_draft, write_draft
from studio.document import Document
from studio.failures import note
from studio.i18n import tr
from studio.jobs import Job, Jobs

if TYPE_CHECKING:
    from gan_engine import Draft

NAME = "unsaved.toml"
EVERY_MS = 3_000
"""How old the newest edit gets before it is written; a kill costs at most this and the writing."""


class Keeping(QObject):
    """Writes the draft while it is edited; the file goes when there is nothing of one's own in it."""

    told = Signal(str, object, object, object)
    """Level, text, hint and answers, each a label and a name for `answer`."""
    withdrawn = Signal(str)
    """What was offered with this answer has no meaning any more."""

    def __init__(self, document: Document, jobs: Jobs, folder: Path) -> None:
        super().__init__()
        self._document, self._jobs = document, jobs
        self._file = folder / NAME
        self._job: Job | None = None
        self._kept: Draft = document.draft
        self._offered: Draft | None = None
        self._closed = self._restored = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._keep)
        document.changed.connect(self._take_change)

    def restore(self) -> None:
        """Bring back what was kept, one undo step, and say so; what cannot be read is set aside.

        Once: a window that is made anew finds the settings as they are.
        """
        if self._restored:
            return
        self._restored = True
        try:
            found = read_draft(self._file) if self._file.is_file() else {}
        except EngineError:
            with contextlib.suppress(OSError):
                self._file.replace(self._file.with_suffix(".broken.toml"))
            return
        if not found:
            return
        self._kept = found
        if found != self._document.draft:
            self._document.load(found)
            self.told.emit(
                "info",
                tr("Your settings are as you left them."),
                tr("They are kept while you edit them, whatever ends the program."),
                [(tr("Start afresh"), "discard")],
            )
            self._offered = found

    @Slot(str)
    def answer(self, name: str) -> None:
        """Do what was answered: `discard`."""
        if name == "discard":
            self._document.load(first_draft())

    def close(self) -> None:
        """Write what is not written yet; nothing is kept from then on."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        if self._job is not None:
            self._job.wait()  # nobody will tell whether it could write
        if self._job is not None or self._document.draft != self._kept:
            with contextlib.suppress(EngineError, OSError):
                _write(self._file, self._document.draft)

    # --- inside ----------------------------------------------------------------------------

    @Slot(object, object, object)
    def _take_change(self, draft: Draft, config: object, problems: object) -> None:
        if self._offered is not None and draft != self._offered:
            self._offered = None
            self.withdrawn.emit("discard")
        if (
            not self._closed and not self._timer.isActive()
        ):  # never put off: edits without end are kept all the same
            self._timer.start()

    @Slot()
    def _keep(self) -> None:
        draft = self._document.draft
        if self._job is not None:
            self._timer.start()
        elif draft != self._kept:
            self._kept = draft
            self._job = self._jobs.call(lambda: _write(self._file, draft))
            self._job.failed.connect(self._forget)
            self._job.ended.connect(self._rest)

    @Slot(object)
    def _forget(self, error: Exception) -> None:
        """A disk that cannot be written costs the keeping only; the next edit tries again."""
        self._kept = {}
        note(error)

    @Slot()
    def _rest(self) -> None:
        self._job = None


def _write(path: Path, draft: Draft) -> None:
    if draft == first_draft():
        path.unlink(missing_ok=True)
    else:
        write_draft(path, draft)
