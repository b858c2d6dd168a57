"""The runs on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from send2trash import send2trash

from gan_engine import EngineError, list_runs, lock_holder
from studio.jobs import Job, Jobs

if TYPE_CHECKING:
    from gan_engine import RunInfo


class Library(QObject):
    """Knows every run of the library, the newest first."""

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._job: Job | None = None
        self._again = False
        self.runs: list[RunInfo] = []

    @Slot()
    def refresh(self) -> None:
        """Read the folder of runs again, off the window's thread; `changed` follows."""
        if self._job is not None:
            self._again = True
            return
        self._job = self._jobs.call(list_runs)
        self._job.done.connect(self._take)
        self._job.failed.connect(self.failed)
        self._job.ended.connect(self._end)

    def move_to_trash(self, folder: Path) -> None:
        """Put a run where the system keeps deleted files; one that is being trained stays."""
        job = self._jobs.call(lambda: _trash(folder))
        job.done.connect(self._trashed)
        job.failed.connect(self.failed)

    @Slot(object)
    def _take(self, runs: list[RunInfo]) -> None:
        self.runs = runs
        self.changed.emit(runs)

    @Slot(object)
    def _trashed(self, folder: object) -> None:
        self.refresh()

    @Slot()
    def _end(self) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.refresh()


def _trash(folder: Path) -> Path:
    if lock_holder(folder):
        raise EngineError("“{name}” is being trained.", hint="Stop it first.", name=folder.name)
    try:
        send2trash(folder)
    except OSError as error:
        raise EngineError(
            "“{name}” could not be moved to the trash: {why}.",
            hint="Delete the folder yourself; Reveal shows it.",
            name=folder.name,
            why=str(error.strerror or error).replace("{", "(").replace("}", ")"),
        ) from error
    return folder
