"""Which images: choose or drop a folder, see what is in it and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QProgressBar, QSplitter, QWidget

from gan_engine import DataSettings, escape, get, image_settings, paths, unescape
from studio.failures import sentence_of
from studio.i18n import tr
from studio.panels.base import EmptyState, Pages, Panel, column_of
from studio.panels.overview import Overview, look_again_button, progress_text
from studio.panels.preparation import Preparation
from studio.widgets.drop_zone import DropZone

if TYPE_CHECKING:
    from gan_engine import DatasetReport, Draft, EngineError, Pixels, Preview, Problem, RunConfig
    from studio.clinic import Diagnosis, Progress
    from studio.context import Studio
    from studio.jobs import Job

SIDE, MOST = 96, 60
"""Thumbnails: their longest side in pixels, and how many are made in one go."""
_BESIDE_PX, _LEAST_PX = 650, 330
"""How wide the page is to have its halves beside each other, and how wide it is at least."""


class DatasetPanel(Panel):
    """The first page."""

    key, title = "dataset", "Dataset"

    folder_chosen = Signal(str)
    """A folder of images was dropped or chosen."""
    edited = Signal(str, object)
    several_edited = Signal(object)
    """Settings by path, as one edit."""
    switched = Signal(str, bool)
    look_asked = Signal(object)
    """A folder should be looked into, again if need be."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._folder = ""
        self._names: tuple[str, ...] | None = None
        self._thumbnails: Job | None = None
        self._wanted: list[str] = []
        self._settings = DataSettings()
        self._stack = Pages()
        column_of(self, self._stack)
        for page in (self._welcome(), self._waiting(), self._content()):
            self._stack.addWidget(page)

    def bind(self, studio: Studio) -> None:
        self._jobs, self._document = studio.jobs, studio.document
        self._folder = str(get(studio.document.draft, "data.folder", paths.BUILTIN))
        clinic, previews = studio.clinic, studio.previews
        studio.document.changed.connect(self.show_document)
        studio.document.edited.connect(self._take_edit)
        studio.run.state_changed.connect(self.show_state)
        clinic.began.connect(self.show_beginning)
        clinic.named.connect(self.show_names)
        clinic.progressed.connect(self.show_progress)
        clinic.reported.connect(self.show_report)
        clinic.diagnosed.connect(self.show_diagnosis)
        clinic.rested.connect(self.show_rest)
        clinic.failed.connect(self.show_failure)
        previews.arrived.connect(self.show_preview)
        previews.refused.connect(self.show_refusal)
        self.look_asked.connect(clinic.look)
        self.cancelled.connect(clinic.cancel)
        self.folder_chosen.connect(self._take_folder)
        self.edited.connect(studio.document.set)
        self.several_edited.connect(studio.document.set_many)
        self.switched.connect(studio.document.switch)
        self.preparation.previews_asked.connect(previews.show)
        self.overview.pictures.card.drawn_again.connect(previews.draw_again)
        self.overview.pictures.enlarge_asked.connect(previews.enlarge)
        previews.enlarged.connect(self.overview.pictures.show_large)
        document = studio.document
        self.show_document(document.draft, document.config, document.problems)
        if self._folder != paths.BUILTIN:
            self.look()

    # --- shown -------------------------------------------------------------------------------

    @Slot(object, object, object)
    def show_document(
        self, draft: Draft, config: RunConfig | None, problems: list[Problem]
    ) -> None:
        """Show how the images will be prepared; look into the folder when it is another one."""
        self._draft, self._problems = draft, problems
        self.preparation.show_draft(draft, problems, self._running)
        here = [problem for problem in problems if problem.path == "data.folder"]
        self.overview.show_problems(here)
        found = image_settings(draft)
        if found is not None:
            self._settings = found[0]
            self.preparation.show_shape(*found[0].shape)
        folder = str(get(draft, "data.folder", paths.BUILTIN))
        if folder != self._folder:
            self._folder = folder
            self.look()

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Keep what a going run needs from being changed."""
        self._running = state != "idle"
        self.preparation.show_draft(self._draft, self._problems, self._running)

    @Slot()
    def show_beginning(self) -> None:
        """Show that a folder is looked into, of which nothing is known yet."""
        self._names, self._wanted = None, []
        self.again.hide()
        if self._thumbnails is not None:
            self._thumbnails.cancel()
        self._wait.show_text(tr("Looking through the folder"), self._shown_folder())
        self.bar.setRange(0, 0)
        self._stack.setCurrentWidget(self._wait)

    @Slot(object)
    def show_names(self, names: tuple[str, ...]) -> None:
        """Show the pictures there are, while their headers are still being read."""
        self._names = names
        self.overview.show_names(names, self._shown_folder())
        self.preparation.show_suggestion(None)
        self.preparation.show_names(self.overview.pictures.first)
        self._stack.setCurrentWidget(self._page)

    @Slot(object)
    def show_progress(self, progress: Progress) -> None:
        """Show how far the look into the folder is."""
        if self._names is None:
            known = f"{self._shown_folder()}\n{progress_text(progress)}"
            self._wait.show_text(tr("Looking through the folder"), known)
        else:
            self.overview.show_progress(progress)

    @Slot()
    def show_rest(self) -> None:
        """Show that nothing is looked at any more, because all is known or it was cancelled."""
        self.overview.show_rest()
        if self._names is None:
            self._stack.setCurrentWidget(self.empty)

    @Slot(object)
    def show_report(self, report: DatasetReport) -> None:
        """Show what a folder holds."""
        if report.folder == self._path():
            self._names = report.files
            self.overview.show_report(report, self._shown_folder())
            self.preparation.show_names(self.overview.pictures.first)

    @Slot(object)
    def show_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Show what the settings make of the folder."""
        if diagnosis.report.folder == self._path():
            shorter = min(self._settings.shape[:2])
            self.overview.show_diagnosis(diagnosis, shorter)
            usable = bool(diagnosis.report.files)
            self.preparation.show_suggestion(diagnosis.suggestion if usable else None)
            self.preparation.show_names(self.overview.pictures.first)

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say why a folder cannot be looked into."""
        text, hint = sentence_of(error)
        self.empty.show_text(text, hint)
        self.again.show()
        self._stack.setCurrentWidget(self.empty)

    @Slot(object)
    def show_preview(self, made: Preview) -> None:
        """Show one picture before and after."""
        self.preparation.show_preview(made)
        self.overview.pictures.card.show_preview(made)

    @Slot(str, object)
    def show_refusal(self, name: str, error: EngineError) -> None:
        """Say why a picture cannot be shown."""
        self.overview.pictures.show_refusal(name, tr(error.text))

    @Slot(object)
    def show_thumbnail(self, found: tuple[Path, Pixels]) -> None:
        """Show one of the folder's pictures."""
        path, pixels = found
        if path.is_relative_to(self._path()):
            name = escape(path.relative_to(self._path()).as_posix())
            self.overview.show_thumbnail(name, pixels)

    # --- building ----------------------------------------------------------------------------

    _running = False

    def _welcome(self) -> QWidget:
        self.empty = EmptyState(
            tr("Start with a folder of pictures"),
            tr(
                "A hundred are enough to try, thousands are better."
                " They are only read, never changed."
            ),
            tr("Try the built-in images"),
            tr("420 small emoji that come with the program."),
            primary=False,
        )
        self.drop_zone = DropZone()
        self.drop_zone.folder_dropped.connect(self._take_drop)
        self.empty.inner.insertWidget(2, self.drop_zone)
        self.again = look_again_button()
        self.again.clicked.connect(self.look)
        self.again.hide()
        self.empty.inner.insertWidget(2, self.again, 0, Qt.AlignmentFlag.AlignHCenter)
        self.empty.pressed.connect(self._try_builtin)
        return self.empty

    def _waiting(self) -> QWidget:
        self._wait = EmptyState(tr("Looking through the folder"), "", tr("Cancel"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Files found"))
        self._wait.inner.insertWidget(2, self.bar)
        self._wait.pressed.connect(self._cancel)
        return self._wait

    def _content(self) -> QWidget:
        self.overview = Overview()
        self.overview.folder_asked.connect(self._ask_for_folder)
        self.overview.rescan_asked.connect(self.look)
        self.overview.cancel_asked.connect(self.cancelled)
        self.overview.edited.connect(self.several_edited)
        self.overview.wanted.connect(self._want_thumbnails)
        self.overview.out.put_back.connect(self._put_back)
        self.overview.pictures.picked.connect(self._pick)
        self.overview.pictures.left_out.connect(self._leave_out)
        self.overview.pictures.put_back.connect(self._put_back)
        self.preparation = Preparation()
        self.preparation.edited.connect(self.edited)
        self.preparation.switched.connect(self.switched)
        self.preparation.went_on.connect(self._go_on)
        self.preparation.picked.connect(self.overview.show_picture)
        self._page = QSplitter(Qt.Orientation.Horizontal)
        self._page.addWidget(self.overview)
        self._page.addWidget(self.preparation)
        self._page.setSizes([500, 350])
        self._page.setStretchFactor(0, 1)
        self._page.setChildrenCollapsible(False)
        return self._page

    # --- inside ------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the halves below each other where they have no room beside each other."""
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE_PX
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self._page.orientation() != wanted:
            self._page.setOrientation(wanted)
            self._page.setSizes([500, 350])

    @Slot()
    def look(self) -> None:
        """Look into the folder, again if need be."""
        self.look_asked.emit(self._path())

    def _path(self) -> Path:
        if self._folder == paths.BUILTIN:
            return paths.builtin_images()
        return paths.expanded(unescape(self._folder))

    def _shown_folder(self) -> str:
        return tr("Built-in images") if self._folder == paths.BUILTIN else self._folder

    @Slot(object)
    def _want_thumbnails(self, names: list[str]) -> None:
        self._wanted += names
        self._fetch_thumbnails()

    @Slot()
    def _fetch_thumbnails(self) -> None:
        """One job at a time, what came into view last first."""
        if self._names is None or not self._wanted or self._thumbnails is not None:
            return
        names, self._wanted = self._wanted[-MOST:], self._wanted[:-MOST]
        folder = self._path()
        self._thumbnails = self._jobs.thumbnails([folder / unescape(n) for n in names], SIDE)
        self._thumbnails.progressed.connect(self.show_thumbnail)
        self._thumbnails.ended.connect(self._end_thumbnails)

    @Slot()
    def _end_thumbnails(self) -> None:
        self._thumbnails = None
        self._fetch_thumbnails()

    @Slot(str)
    def _pick(self, name: str) -> None:
        self.preparation.show_names(self.overview.pictures.first)

    @Slot(object)
    def _leave_out(self, names: list[str]) -> None:
        self.several_edited.emit(self._settings.without(names))

    @Slot(object)
    def _put_back(self, names: list[str]) -> None:
        self.several_edited.emit(self._settings.with_again(names))

    @Slot()
    def _cancel(self) -> None:
        self.cancelled.emit()
        self._stack.setCurrentWidget(self.empty)

    @Slot()
    def _try_builtin(self) -> None:
        self.action_asked.emit("open_builtin")

    @Slot()
    def _ask_for_folder(self) -> None:
        self.action_asked.emit("open_folder")

    @Slot()
    def _go_on(self) -> None:
        self.page_asked.emit("design")

    @Slot(object)
    def _take_drop(self, path: Path) -> None:
        self.folder_chosen.emit(str(path))

    @Slot(str)
    def _take_folder(self, folder: str) -> None:
        self._document.set("data.folder", escape(folder))

    @Slot(str, object)
    def _take_edit(self, path: str, value: object) -> None:
        """The folder that was chosen already is chosen again: then it is meant."""
        if path == "data.folder" and self._stack.currentWidget() is self.empty:
            self.look()
