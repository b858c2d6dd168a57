"""Which images: choose or drop a folder, see what is in it and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gan_engine import ScanNames, escape, get, paths, unescape
from studio.failures import sentence_of
from studio.forms import Form
from studio.panels import words as say
from studio.panels.base import EmptyState, Pages, Panel, button, column_of
from studio.panels.findings import Findings
from studio.widgets.drop_zone import DropZone

if TYPE_CHECKING:
    from gan_engine import DatasetReport, Draft, Pixels, Problem, RunConfig, ScanProgress
    from studio.context import Studio
    from studio.jobs import Job

SIDE, MOST = 96, 60
"""Thumbnails: their longest side in pixels, and how many are made in one go."""


class DatasetPanel(Panel):
    """The first page."""

    key, title = "dataset", "Dataset"

    folder_chosen = Signal(str)
    """A folder of images was dropped or chosen."""
    edited = Signal(str, object)
    switched = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._folder = ""
        self._scan: Job | None = None
        self._thumbnails: Job | None = None
        self._report: DatasetReport | None = None
        self._wanted: list[str] = []
        self._stack = Pages()
        column_of(self, self._stack)
        for page in (self._welcome(), self._waiting(), self._content()):
            self._stack.addWidget(page)

    def bind(self, studio: Studio) -> None:
        self._jobs, self._document = studio.jobs, studio.document
        self._folder = str(get(studio.document.draft, "data.folder", paths.BUILTIN))
        studio.document.changed.connect(self.show_document)
        studio.document.edited.connect(self._take_edit)
        studio.jobs.scanned.connect(self.show_report)
        studio.run.state_changed.connect(self.show_state)
        self.folder_chosen.connect(self._take_folder)
        self.edited.connect(studio.document.set)
        self.switched.connect(studio.document.switch)
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
        self.form.show_draft(draft, problems, self._running)
        here = [problem for problem in problems if problem.path == "data.folder"]
        self.findings.show_problems(here)
        if config is not None:
            height, width, channels = config.data.shape
            self.findings.show_shape(
                f"{say.shape((width, height))} {'grey' if channels == 1 else 'colour'}"
            )
        folder = str(get(draft, "data.folder", paths.BUILTIN))
        if folder != self._folder:
            self._folder = folder
            self.look()

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Keep what a going run needs from being changed."""
        self._running = state != "idle"
        self.form.show_draft(self._draft, self._problems, self._running)

    @Slot(object)
    def show_progress(self, progress: ScanProgress | ScanNames) -> None:
        """Show how far the look into the folder is."""
        if isinstance(progress, ScanNames):
            return
        self.bar.setRange(0, progress.total if progress.done else 0)
        self.bar.setValue(progress.done)
        known = (
            f"{progress.done:,} of {progress.total:,}"
            if progress.done
            else f"{progress.total:,} found"
        )
        self._wait.show_text("Looking through the folder", f"{self._shown_folder()}\n{known}")

    @Slot(object)
    def show_report(self, report: DatasetReport) -> None:
        """Show what a folder holds."""
        if report.folder != self._path():
            return
        self._report, self._wanted = report, []
        self.findings.show_report(report, self._shown_folder())
        self._stack.setCurrentWidget(self._page)

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say why a folder cannot be looked into."""
        text, hint = sentence_of(error)
        self.empty.show_text(text, hint)
        self._stack.setCurrentWidget(self.empty)

    @Slot(object)
    def show_thumbnail(self, found: tuple[Path, Pixels]) -> None:
        """Show one of the folder's pictures."""
        path, pixels = found
        if self._report is not None and path.is_relative_to(self._report.folder):
            name = escape(path.relative_to(self._report.folder).as_posix())
            self.findings.thumbnails.set_picture(name, pixels)

    # --- building ----------------------------------------------------------------------------

    _running = False

    def _welcome(self) -> QWidget:
        self.empty = EmptyState(
            "Start with a folder of pictures",
            "A hundred are enough to try, thousands are better. They are only read, never changed.",
            "Try the built-in images",
            "420 small emoji that come with the program.",
            primary=False,
        )
        self.drop_zone = DropZone()
        self.drop_zone.folder_dropped.connect(self._take_drop)
        self.empty.inner.insertWidget(2, self.drop_zone)
        self.empty.pressed.connect(self._try_builtin)
        return self.empty

    def _waiting(self) -> QWidget:
        self._wait = EmptyState("Looking through the folder", "", "Cancel")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Pictures looked at")
        self._wait.inner.insertWidget(2, self.bar)
        self._wait.pressed.connect(self._cancel)
        return self._wait

    def _content(self) -> QWidget:
        self.findings = Findings()
        self.findings.folder_asked.connect(self._ask_for_folder)
        self.findings.rescan_asked.connect(self.look)
        self.findings.thumbnails.wanted.connect(self._want_thumbnails)
        self.form = Form(("data",))
        self.form.edited.connect(self.edited)
        self.form.switched.connect(self.switched)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        self.next_button = button(
            "Next: Design", "Choose the networks and what they play for.", primary=True
        )
        self.next_button.clicked.connect(self._go_on)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.next_button)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(8, 12, 8, 16)
        column.addWidget(area, 1)
        column.addLayout(foot)
        self._page = QSplitter(Qt.Orientation.Horizontal)
        self._page.addWidget(self.findings)
        self._page.addWidget(side)
        side.setMinimumWidth(310)
        self._page.setSizes([500, 350])
        self._page.setStretchFactor(0, 1)
        self._page.setChildrenCollapsible(False)
        return self._page

    # --- inside ------------------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        """Look into the folder, again if need be."""
        self._cancel_jobs()
        self._wait.show_text("Looking through the folder", self._shown_folder())
        self.bar.setRange(0, 0)
        self._stack.setCurrentWidget(self._wait)
        self._scan = self._jobs.scan(self._path())
        self._scan.progressed.connect(self.show_progress)
        self._scan.failed.connect(self.show_failure)

    def _path(self) -> Path:
        if self._folder == paths.BUILTIN:
            return paths.builtin_images()
        return Path(unescape(self._folder)).expanduser()

    def _shown_folder(self) -> str:
        return "Built-in images" if self._folder == paths.BUILTIN else self._folder

    @Slot(object)
    def _want_thumbnails(self, names: list[str]) -> None:
        self._wanted += names
        self._fetch_thumbnails()

    @Slot()
    def _fetch_thumbnails(self) -> None:
        """One job at a time, what came into view last first."""
        if self._report is None or not self._wanted or self._thumbnails is not None:
            return
        names, self._wanted = self._wanted[-MOST:], self._wanted[:-MOST]
        folder = self._report.folder
        self._thumbnails = self._jobs.thumbnails([folder / unescape(n) for n in names], SIDE)
        self._thumbnails.progressed.connect(self.show_thumbnail)
        self._thumbnails.ended.connect(self._end_thumbnails)

    @Slot()
    def _end_thumbnails(self) -> None:
        self._thumbnails = None
        self._fetch_thumbnails()

    def _cancel_jobs(self) -> None:
        for job in (self._scan, self._thumbnails):
            if job is not None:
                job.cancel()

    @Slot()
    def _cancel(self) -> None:
        self._cancel_jobs()
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
