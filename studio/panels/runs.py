"""Every run on disk: its newest samples, its name, how it ended; open, go on, show, throw away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from studio.panels import words as say
from studio.panels.base import EmptyState, Pages, Panel, button, column_of
from studio.panels.run_list import RunList, RunRow
from studio.widgets.image_view import to_image

if TYPE_CHECKING:
    from gan_engine import Pixels, RunInfo, SampleGrid, Scalars, Started
    from studio.context import Studio

SIDE = 416
"""Longest side of a run's picture in pixels; its corner is shown, where single samples can be seen."""
_STATES = {
    "training": ("Training", "good"),
    "done": ("Finished", "muted"),
    "stopped": ("Stopped", "muted"),
    "interrupted": ("Interrupted", "warning"),
    "unreadable": ("Cannot be read", "error"),
}


class RunsPanel(Panel):
    """The library of runs."""

    key, title = "runs", "Runs"

    run_opened = Signal(object)
    """The run in this folder is to be looked at."""
    run_continued = Signal(object, object)
    """The run in this folder is to train on, to so many images or, with None, as configured."""
    run_discarded = Signal(object)
    """The run in this folder is to go to the trash."""
    pictures_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._infos: dict[Path, RunInfo] = {}
        self._active: Path | None = None
        self._busy = False
        self._more = 100_000
        self.list = RunList()
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.activated.connect(self._open)
        self.list.selectionModel().currentChanged.connect(self._enable)
        self.empty = EmptyState(
            "No runs yet",
            "Every training becomes a run here, with its samples, curves, settings and checkpoints.",
            "Choose images",
        )
        self.empty.pressed.connect(self._ask_for_images)
        self._build_actions()
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addLayout(self._buttons())
        self._stack = Pages()
        column_of(self, self._stack)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(full)

    def bind(self, studio: Studio) -> None:
        self._jobs = studio.jobs
        self._more = studio.preferences.train_more_images
        studio.library.changed.connect(self.show_runs)
        studio.run.started.connect(self.show_start)
        studio.run.state_changed.connect(self.show_state)
        studio.run.scalars_arrived.connect(self.show_readings)
        studio.run.sample_arrived.connect(self.show_sample)
        self.run_opened.connect(studio.run.open_folder)
        self.run_continued.connect(studio.run.resume)
        self.run_discarded.connect(studio.library.move_to_trash)
        self.pictures_asked.connect(self._fetch_pictures)
        self.show_runs(studio.library.runs)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object)
    def show_runs(self, runs: list[RunInfo]) -> None:
        """Show every run of the library, the newest first; the chosen one stays chosen."""
        chosen = self.list.chosen
        if self._active is not None and self._active not in self._infos:
            chosen = self._active  # the run that has just begun
        self._infos = {info.folder: info for info in runs}
        self.list.runs.show_rows([_row(info, info.images_seen) for info in runs])
        self._stack.setCurrentIndex(1 if runs else 0)
        if runs:
            self.list.choose(chosen)
        known = {info.thumbnail for info in runs}
        if missing := [path for path in self.list.runs.missing_pictures() if path in known]:
            self.pictures_asked.emit(missing)
        self._enable()

    @Slot(object)
    def show_picture(self, found: tuple[Path, Pixels]) -> None:
        """Show a run's newest samples beside its name."""
        path, pixels = found
        self.list.runs.show_picture(path, QPixmap.fromImage(to_image(pixels)))

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Count along with the run that begins."""
        self._active = event.folder

    @Slot(object)
    def show_readings(self, readings: list[Scalars]) -> None:
        """Show how far the going run is."""
        seen = {self._active: readings[-1].images_seen}
        rows = [
            _row(info, seen.get(folder, info.images_seen)) for folder, info in self._infos.items()
        ]
        self.list.runs.show_rows(rows)

    @Slot(object)
    def show_sample(self, grid: SampleGrid) -> None:
        """Show the going run's newest samples beside its name."""
        info = self._infos.get(self._active) if self._active is not None else None
        if info is not None:
            picture = QPixmap.fromImage(to_image(grid.pixels).copy())
            self.list.runs.show_picture(info.thumbnail or info.folder, picture)

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Offer what can be done while a run is going, or while none is."""
        self._busy = state != "idle"
        self._enable()

    @property
    def chosen(self) -> RunInfo | None:
        """The run that the buttons are about."""
        key = self.list.chosen
        return self._infos.get(key) if isinstance(key, Path) else None

    # --- building ----------------------------------------------------------------------------

    def _build_actions(self) -> None:
        self.open_action = self._action("Open", self._open)
        self.continue_action = self._action("Continue", self._continue)
        self.reveal_action = self._action("Show in folder", self._reveal)
        self.discard_action = self._action("Move to trash", self._discard)
        self.discard_action.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        self.discard_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _action(self, text: str, does: Callable[[], None]) -> QAction:
        action = QAction(text, self)
        action.triggered.connect(does)
        self.addAction(action)
        return action

    def _buttons(self) -> QHBoxLayout:
        self.open_button = button("Open", "Look at its samples, curves and settings.")
        self.continue_button = button("Continue", "Train it on from its last save.")
        self.open_button.clicked.connect(self._open)
        self.continue_button.clicked.connect(self._continue)
        self.more_button = QToolButton()
        self.more_button.setText("⋯")
        self.more_button.setToolTip("More for this run")
        self.more_button.setAccessibleName("More for this run")
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.more_button)
        menu.addActions([self.reveal_action, self.discard_action])
        self.more_button.setMenu(menu)
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(6)
        row.addWidget(self.open_button)
        row.addWidget(self.continue_button)
        row.addStretch(1)
        row.addWidget(self.more_button)
        return row

    # --- inside ------------------------------------------------------------------------------

    @Slot()
    def _enable(self) -> None:
        info = self.chosen
        resting = info is not None and not self._busy and info.state != "training"
        readable = info is not None and info.state != "unreadable"
        saved = info is not None and info.saved_images > 0
        done = info is not None and info.state == "done"
        for act, on in (
            (self.open_action, resting and readable),
            (self.open_button, resting and readable),
            (self.continue_action, resting and readable and saved),
            (self.continue_button, resting and readable and saved),
            (self.reveal_action, info is not None),
            (self.discard_action, resting),
            (self.more_button, info is not None),
        ):
            act.setEnabled(on)
        self.continue_action.setText("Train more" if done else "Continue")
        self.continue_button.setText("Train more" if done else "Continue")
        tip = f"Train on for {say.images(self._more)}." if done else "Train on from its last save."
        self.continue_button.setToolTip(tip)

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        if self.list.indexAt(point).isValid():
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions([self.open_action, self.continue_action])
            menu.addSeparator()
            menu.addActions([self.reveal_action, self.discard_action])
            menu.popup(self.list.viewport().mapToGlobal(point))

    @Slot()
    def _ask_for_images(self) -> None:
        self.page_asked.emit("dataset")

    @Slot()
    def _open(self) -> None:
        if self.chosen is not None and self.open_action.isEnabled():
            self.run_opened.emit(self.chosen.folder)

    @Slot()
    def _continue(self) -> None:
        info = self.chosen
        if info is not None:
            total = info.images_seen + self._more if info.state == "done" else None
            self.page_asked.emit("train")
            self.run_continued.emit(info.folder, total)

    @Slot()
    def _reveal(self) -> None:
        if self.chosen is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.chosen.folder)))

    @Slot()
    def _discard(self) -> None:
        if self.chosen is not None:
            self.run_discarded.emit(self.chosen.folder)

    @Slot(object)
    def _fetch_pictures(self, paths: list[Path]) -> None:
        job = self._jobs.thumbnails(paths, SIDE)
        job.progressed.connect(self.show_picture)


def _row(info: RunInfo, seen: int) -> RunRow:
    word, mood = _STATES[info.state]
    about = word if info.state == "unreadable" else f"{word} · {say.images(seen)}"
    tip = info.problem or str(info.folder)
    return RunRow(
        info.folder,
        info.name,
        about,
        say.when(info.started),
        mood,
        info.thumbnail or info.folder,
        tip,
    )
