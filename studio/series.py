"""Pictures that come one after the other from a job: one job at a time, for the newest wish."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal, Slot

from studio.jobs import Job, Jobs


class Series(QObject):
    """Does one long piece of work; another one begins when the one before has come to its end."""

    came = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._wish: Callable[[], Iterator[object]] | None = None

    def begin(self, work: Callable[[], Iterator[object]]) -> None:
        """Let `came` tell what this yields, and nothing else any more."""
        self.stop()
        self._wish = work
        if self._job is None:
            self._next()

    def stop(self) -> None:
        """Tell nothing any more; what goes is asked to end."""
        self._wish = None
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def _next(self) -> None:
        work, self._wish, self._job = self._wish, None, None
        if work is None:
            return
        self._job = self._jobs.run(lambda _cancelled: work())
        for told in (self._job.progressed, self._job.done):
            told.connect(self.came)
        self._job.failed.connect(self.failed)
        self._job.ended.connect(self._next)
