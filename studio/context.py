"""`Studio`: the models every panel is bound to, and how they listen to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gan_engine import Changed, ImagesChangedError, Notice, Started, get, paths, without_beyond
from studio.clinic import Clinic
from studio.comparison import Comparison
from studio.doctor import Doctor
from studio.document import Document
from studio.exploring import Exploring
from studio.failures import message_of, note, note_event
from studio.jobs import Jobs
from studio.keeping import Keeping
from studio.library import Library
from studio.looking import Looking
from studio.preferences import Preferences
from studio.prepared import PreparedImages
from studio.previews import Previews
from studio.queue import Queue
from studio.run import Run
from studio.several import Several
from studio.suiting import Suiting
from studio.worker import RunView

if TYPE_CHECKING:
    from gan_engine import Draft


class Studio(QObject):
    """Everything a panel may be bound to; made when the engine is loaded."""

    def __init__(self, preferences: Preferences | None = None) -> None:
        super().__init__()
        self.preferences = preferences or Preferences()
        self.document = Document()
        self.jobs = Jobs()
        self.keeping = Keeping(self.document, self.jobs, self.preferences.folder)
        self.library = Library(self.jobs)
        self.comparison = Comparison(self.jobs)
        self.run = Run(self.jobs)
        self.several = Several(self.run)
        self.queue = Queue(self.run, self.preferences.folder)
        self.doctor = Doctor(self.run, self.jobs, self.document)
        self.looking = Looking(self.run, self.jobs)
        self.exploring = Exploring(self.run, self.jobs)
        self.document.edited.connect(self._follow)
        self.clinic = Clinic(self.jobs, self.document)
        self.suiting = Suiting(self.jobs, self.document, self.clinic)
        self.previews = Previews(self.jobs, self.document)
        self.clinic.diagnosed.connect(self.previews.take_diagnosis)
        self.prepared = PreparedImages(self.jobs, self.run, self.preferences)
        self.jobs.scanned.connect(self.document.take_report)
        self.run.state_changed.connect(self.clinic.take_state)
        self.run.viewed.connect(self._show_settings_of)
        self.run.started.connect(self._take_start)
        self.run.setting_changed.connect(self._take_change)
        self.run.finished.connect(self.library.refresh)
        self.run.failed.connect(self._explain)
        self.several.failed.connect(self._explain)
        self.run.noticed.connect(self._log)
        self.library.failed.connect(self._explain)
        self.comparison.failed.connect(self._explain)
        self.looking.failed.connect(self._explain)
        self.jobs.unheard.connect(self._explain)
        self.library.told.connect(self._say)
        self.queue.begun.connect(self._show_settings)
        self.queue.refused.connect(self._explain)

    def shut_down(self) -> None:
        """Save and end the run, cancel the jobs; returns when no thread is left."""
        self.exploring.close()
        self.several.shut_down()
        self.queue.rest()
        self.run.shut_down()
        self.keeping.close()
        self.previews.shut_down()
        self.jobs.shut_down()
        self.library.close()

    @Slot(str, object)
    def _follow(self, path: str, value: object) -> None:
        """Pass a valid edit on to the going run, which takes it when that setting is live."""
        if not any(problem.severity == "error" for problem in self.document.problems_at(path)):
            self.run.change(path, value)

    @Slot(object)
    def _show_settings_of(self, view: RunView) -> None:
        draft, folder = view.info.draft, view.info.folder
        if draft and not self.run.retelling:
            self.document.load(draft if paths.is_own(folder) else without_beyond(draft))

    @Slot(object)
    def _show_settings(self, draft: Draft) -> None:
        """Show what a run from the queue trains with: one undo step, as when it is opened."""
        if draft != self.document.draft:
            self.document.load(draft)

    @Slot(object)
    def _take_start(self, started: Started) -> None:
        """A resumed run brings the settings it was saved with, live changes included."""
        if started.resumed:
            self.document.load(started.draft)
        self.library.refresh()

    @Slot(str)
    def _say(self, text: str) -> None:
        """Say what was done, and keep it among the messages."""
        self.run.noticed.emit(Notice(self.run.images_seen, "info", text, key="did"))

    @Slot(object)
    def _log(self, notice: Notice) -> None:
        """Whatever a person is told is in the log, too."""
        note_event(notice.level, notice.text, notice.hint)

    @Slot(object)
    def _take_change(self, change: Changed) -> None:
        """What a run changed by itself, its rates after a rollback, is so in the settings too."""
        if not self.run.wished(change) and get(self.document.draft, change.path) != change.new:
            self.document.set(change.path, change.new)

    @Slot(object)
    def _explain(self, error: Exception) -> None:
        """Say a failure in the user's words; the traceback goes to the log."""
        if isinstance(error, ImagesChangedError):
            return  # a question, which is asked above the page
        note(error)
        text, hint = message_of(error)
        self.run.noticed.emit(Notice(self.run.images_seen, "error", text, hint, key="failed"))
        self.library.refresh()
