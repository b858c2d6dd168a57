"""Short work off the window's thread: scans, thumbnails, exports; each can be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMetaMethod, QObject, QThread, Signal, Slot

from gan_engine import EngineError, scan_folder, thumbnail
from studio.failures import note

if TYPE_CHECKING:
    from gan_engine import Exporter

Cancelled = Callable[[], bool]
Work = Callable[[Cancelled], Iterator[object]]
_NOTHING = object()


class _Thread(QThread):
    """Iterates one piece of work; the last thing it yields is its outcome.

    Python alone owns it, as it does a run's worker, which says why.
    """

    went = Signal(object)
    ended = Signal(object)
    broke = Signal(object)

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    def run(self) -> None:
        last = _NOTHING
        try:
            for item in self._work(self.isInterruptionRequested):
                if self.isInterruptionRequested():
                    return
                if last is not _NOTHING:
                    self.went.emit(last)
                last = item
            if last is not _NOTHING:
                self.ended.emit(last)
        except Exception as error:  # whatever ends a job is told, never swallowed by the thread
            self.broke.emit(error)


class Job(QObject):
    """One piece of work: `progressed` for each step, then one of `done`, `failed`, `cancelled`."""

    progressed = Signal(object)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    unheard = Signal(object)
    """Instead of `failed`, where nobody is connected to that."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.active = True
        self._told = False
        self._thread = _Thread(work)
        self._thread.went.connect(self._progress)
        self._thread.ended.connect(self._finish)
        self._thread.broke.connect(self._break)
        self._thread.finished.connect(self._end)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to stop soon; nothing but `cancelled` and `ended` is told from now on."""
        if self.active:
            self._told = True
            self._thread.requestInterruption()

    def wait(self) -> None:
        """Return when the thread is gone."""
        self._thread.wait()

    @Slot(object)
    def _progress(self, item: object) -> None:
        if not self._told:
            self.progressed.emit(item)

    @Slot(object)
    def _finish(self, outcome: object) -> None:
        if not self._told:
            self._told, self.active = True, False
            self.done.emit(outcome)

    @Slot(object)
    def _break(self, error: Exception) -> None:
        if not self._told:
            self._told, self.active = True, False
            heard = self.isSignalConnected(QMetaMethod.fromSignal(self.failed))
            if not isinstance(error, EngineError):  # its sentence says that the log knows more
                note(error)
            (self.failed if heard else self.unheard).emit(error)

    @Slot()
    def _end(self) -> None:
        self._thread.wait()
        was_active, self.active = self.active, False
        if was_active:
            self.cancelled.emit()
        self.ended.emit()


class Jobs(QObject):
    """Starts jobs and joins them when the window goes."""

    scanned = Signal(object)
    """A scan's report, whoever asked for it."""
    unheard = Signal(object)
    """What a job failed with that nobody listens to."""

    def __init__(self) -> None:
        super().__init__()
        self._running: list[Job] = []
        self._closed = False

    def scan(self, folder: Path) -> Job:
        """Look through a folder of images: ScanProgress…, then its DatasetReport."""
        job = self.run(lambda cancelled: iter(scan_folder(folder, cancelled, apart=True)))
        job.done.connect(self.scanned)
        return job

    def export(self, source: Path, exporter: Exporter, out: Path) -> Job:
        """Take something away from a run or a file: ExportProgress…, the last names what was written."""
        return self.run(lambda cancelled: exporter.export(source, out))

    def thumbnails(self, paths: Iterable[Path], side: int) -> Job:
        """Make small pictures: (path, Pixels)…; what cannot be read is left out; then None."""
        wanted = tuple(paths)

        def work(cancelled: Cancelled) -> Iterator[object]:
            for path in wanted:
                try:
                    pixels = thumbnail(path, side)
                except Exception:  # a picture that cannot be shown is named by the scan already
                    continue
                yield path, pixels
            yield None

        return self.run(work)

    def call(self, function: Callable[[], object]) -> Job:
        """Do one thing; `done` brings what it returns."""

        def work(cancelled: Cancelled) -> Iterator[object]:
            yield function()

        return self.run(work)

    def run(self, work: Work) -> Job:
        """Start a job and return it; connect to it before the event loop turns.

        After `shut_down` nothing starts any more: nobody would be left to join it.
        """
        job = Job(work)
        if self._closed:
            job.active = False
            return job
        job.ended.connect(self._forget)
        job.unheard.connect(self.unheard)
        self._running.append(job)
        job.start()
        return job

    @property
    def active(self) -> list[Job]:
        """The jobs that are going."""
        return [job for job in self._running if job.active]

    def shut_down(self) -> None:
        """Cancel everything and join; returns when every thread is gone."""
        self._closed = True
        for job in self._running:
            job.cancel()
        for job in self._running:
            job.wait()
        self._running.clear()

    @Slot()
    def _forget(self) -> None:
        job = self.sender()
        if isinstance(job, Job) and job in self._running:
            self._running.remove(job)  # its owner may still hold it; the last to let go frees it
