"""Every run on disk: found by a word, opened, gone on with, noted about, compared, thrown away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from studio import theme
from studio.comparison import MOST
from studio.i18n import tr
from studio.library import may_continue, may_open
from studio.panels import words as say
from studio.panels.base import EmptyState, Pages, Panel, button, column_of, words
from studio.panels.run_list import RunList, RunRow
from studio.panels.run_notes import RunNotesForm
from studio.panels.run_words import row_of
from studio.widgets.image_view import to_image
from studio.widgets.search_field import SearchField

if TYPE_CHECKING:
    from gan_engine import Pixels, RunInfo, SampleGrid, Scalars, Started
    from studio.context import Studio
    from studio.worker import RunView

COMPARED = range(2, MOST + 1)
"""How many runs can be compared."""


class RunsPanel(Panel):
    """The library of runs."""

    key, title = "runs", "Runs"

    runs_chosen = Signal(object)
    """Actions are about these runs now."""
    searched = Signal(str)
    """Only runs that these words fit are to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self._infos: dict[Path, RunInfo] = {}
        self._active: Path | None = None
        self._fresh: Path | None = None
        self._busy = self._paused = False
        self._seen = 0
        self._more = 100_000
        self.list = RunList()
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.selectionModel().selectionChanged.connect(self._choose)
        self.notes = RunNotesForm()
        self.empty = EmptyState(
            tr("No runs yet"),
            tr(
                "Every training becomes a run here, with its samples, curves, settings and checkpoints."
            ),
            tr("Choose images"),
            primary=False,  # the page says what comes next
        )
        self.empty.pressed.connect(self._ask_for_images)
        self.nothing = EmptyState(
            tr("Nothing found"),
            tr("Search for names, #tags, notes, or settings like loss.kind=hinge."),
            tr("Show all runs"),
            primary=False,
        )
        self.nothing.pressed.connect(self.show_all)
        self._build_actions()
        self._full = self._content()
        self._stack = Pages()
        column_of(self, self._stack)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._full)
        self._enable()

    def bind(self, studio: Studio) -> None:
        self._more = studio.preferences.train_more_images
        self._library = studio.library
        studio.library.changed.connect(self.show_runs)
        studio.library.pictured.connect(self.show_picture)
        studio.run.started.connect(self.show_start)
        studio.run.viewed.connect(self.show_view)
        studio.run.state_changed.connect(self.show_state)
        studio.run.scalars_arrived.connect(self.show_readings)
        studio.run.sample_arrived.connect(self.show_sample)
        self.runs_chosen.connect(studio.library.choose)
        self.list.wanted.connect(studio.library.want_pictures)
        self.notes.noted.connect(studio.library.note)
        self.searched.connect(self._search)
        self.show_runs(studio.library.runs)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object)
    def show_runs(self, runs: list[RunInfo]) -> None:
        """Show every run of the library, the newest first; the chosen ones stay chosen."""
        self._infos = {info.folder: info for info in runs}
        self._stack.setCurrentWidget(self._full if runs else self.empty)
        if self.search.text().strip():
            self.searched.emit(self.search.text())
        else:
            self.show_found(runs)

    def show_found(self, runs: list[RunInfo]) -> None:
        """Show only these runs, in which a word was found."""
        self.list.show_rows([self._row(info) for info in runs])
        if self._fresh is not None and self.list.runs.place_of(self._fresh) >= 0:
            self.list.choose(self._fresh)
            self._fresh = None
        elif runs and not self.list.chosen_keys:
            self.list.choose(None)
        self._middle.setCurrentWidget(self.list if runs else self.nothing)
        found = tr("{found:,} of {all:,} runs", found=len(runs), all=len(self._infos))
        self._found.setText(found)
        self._found.setVisible(len(runs) < len(self._infos))
        self._choose()

    @Slot()
    def show_all(self) -> None:
        """Show every run again."""
        self.search.clear()
        self.search.setFocus()

    @Slot(object)
    def show_picture(self, found: tuple[Path, Pixels]) -> None:
        """Show a run's newest samples beside its name."""
        path, pixels = found
        self.list.runs.show_picture(path, QPixmap.fromImage(to_image(pixels)))

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Count along with the run that begins."""
        self._active = self._fresh = event.folder
        self._seen = event.images_seen

    @Slot(object)
    def show_view(self, view: RunView) -> None:
        """Choose the run that is looked at, wherever it was opened from."""
        self._fresh = view.info.folder
        if self.list.runs.place_of(self._fresh) >= 0:
            self.list.choose(self._fresh)
            self._fresh = None

    @Slot(object)
    def show_readings(self, readings: list[Scalars]) -> None:
        """Show how far the going run is."""
        self._seen = next((r.images_seen for r in reversed(readings) if not r.is_late), self._seen)
        self._show_active()

    @Slot(object)
    def show_sample(self, grid: SampleGrid) -> None:
        """Show the going run's newest samples beside its name."""
        info = self._infos.get(self._active) if self._active is not None else None
        if info is not None:
            side = max(1, min(grid.pixels.shape[:2]) // 2)
            picture = QPixmap.fromImage(to_image(grid.pixels[:side, :side]).copy())
            self.list.runs.show_picture(info.thumbnail or info.folder, picture)

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Offer what can be done while a run is going, or while none is."""
        self._busy, self._paused = state != "idle", state == "paused"
        if self._busy:
            self._show_active()
        self._enable()

    @property
    def chosen(self) -> RunInfo | None:
        """The run that the buttons are about, when it is one."""
        chosen = self.chosen_runs
        return chosen[0] if len(chosen) == 1 else None

    @property
    def chosen_runs(self) -> list[RunInfo]:
        """All runs that are selected, from the top."""
        keys = [key for key in self.list.chosen_keys if isinstance(key, Path)]
        return [self._infos[key] for key in keys if key in self._infos]

    def edit_title(self) -> None:
        """Let the chosen run be given another title."""
        self.notes_button.setChecked(True)
        self.notes.edit_title()

    # --- building ----------------------------------------------------------------------------

    def _content(self) -> QWidget:
        self.search = SearchField(
            tr("Search runs"),
            tr("A name, #tag, word of a note, or a setting like loss.kind=hinge."),
        )
        self.search.textChanged.connect(self._take_words)
        self._found = words("", "muted")
        self._found.hide()
        head = QVBoxLayout()
        head.setContentsMargins(8, 8, 8, 6)
        head.setSpacing(4)
        head.addWidget(self.search)
        head.addWidget(self._found)
        self._middle = Pages()
        self._middle.addWidget(self.list)
        self._middle.addWidget(self.nothing)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._middle, 1)
        column.addWidget(self.notes)
        column.addLayout(self._buttons())
        self.notes.hide()
        return full

    def _build_actions(self) -> None:
        self.open_action = self._act(tr("Open"), "open_chosen")
        self.continue_action = self._act(tr("Continue"), "continue_chosen")
        self.clone_action = self._act(tr("Use its settings"), "clone_run")
        self.compare_action = self._act(tr("Compare"), "compare_runs")
        self.rename_action = self._act(tr("Rename…"), "rename_run")
        self.reveal_action = self._act(tr("Show in folder"), "reveal_chosen")
        self.discard_action = self._act(tr("Move to trash"), "discard_runs")
        self.list.activated.connect(self.open_action.trigger)
        self.rename_action.setShortcut(QKeySequence(Qt.Key.Key_F2))
        self.discard_action.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        for action in (self.rename_action, self.discard_action):
            self.list.addAction(action)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

    def _act(self, text: str, key: str) -> QAction:
        """Return what asks for an action of the table, in fewer words."""
        made = QAction(text, self)
        made.setObjectName(key)
        made.triggered.connect(self._ask_for_action)
        return made

    def _buttons(self) -> QHBoxLayout:
        self.open_button = button(tr("Open"), tr("Look at its samples, curves and settings."))
        self.continue_button = button(tr("Continue"), tr("Train it on from its last save."))
        self.compare_button = button(
            tr("Compare"), tr("Settings, curves and samples side by side, of two to six runs.")
        )
        self.discard_button = button(
            tr("Move to trash"),
            tr("It never began: there is nothing but its settings and its log."),
        )
        self.compare_button.clicked.connect(self.compare_action.trigger)
        self.discard_button.clicked.connect(self.discard_action.trigger)
        self.open_button.clicked.connect(self.open_action.trigger)
        self.continue_button.clicked.connect(self.continue_action.trigger)
        self.notes_button = QToolButton()
        self.notes_button.setProperty("tight", True)
        theme.wear(self.notes_button, "edit")
        self.notes_button.setCheckable(True)
        self.notes_button.setToolTip(tr("Title, tags and a note about the chosen run"))
        self.notes_button.setAccessibleName(tr("Notes"))
        self.notes_button.toggled.connect(self.notes.setVisible)
        self.more_button = QToolButton()
        self.more_button.setProperty("tight", True)
        theme.wear(self.more_button, "dots")
        self.more_button.setToolTip(tr("More for this run"))
        self.more_button.setAccessibleName(tr("More for this run"))
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setMenu(self._menu(self.more_button))
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(4)
        for made in (
            self.open_button,
            self.continue_button,
            self.compare_button,
            self.discard_button,
        ):
            row.addWidget(made)
        row.addStretch(1)
        row.addWidget(self.notes_button)
        row.addWidget(self.more_button)
        return row

    def _menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        menu.addActions([self.open_action, self.continue_action])
        menu.addSeparator()
        menu.addActions([self.clone_action, self.compare_action])
        menu.addSeparator()
        menu.addActions([self.rename_action, self.reveal_action, self.discard_action])
        return menu

    # --- inside ------------------------------------------------------------------------------

    def _show_active(self) -> None:
        info = self._infos.get(self._active) if self._active is not None else None
        if info is not None:
            self.list.runs.show_row(self._row(info))

    def _row(self, info: RunInfo) -> RunRow:
        """Return what is shown of a run; of the one that goes more is known than is on the disk."""
        if self._busy and info.folder == self._active:
            return row_of(info, self._seen, self._paused, self._infos)
        return row_of(info, others=self._infos)

    @Slot()
    def _choose(self) -> None:
        self.runs_chosen.emit(self.chosen_runs)
        self.notes.show_run(self.chosen)
        self._enable()

    @Slot()
    def _enable(self) -> None:
        info, many = self.chosen, self.chosen_runs
        readable = info is not None and info.state != "unreadable"
        opens = info is not None and may_open(info, not self._busy)
        goes_on = info is not None and may_continue(info, not self._busy)
        done = info is not None and info.state == "done"
        still = all(run.state != "training" and run.folder != self._going for run in many)
        comparable = len(many) in COMPARED
        for act, on in (
            (self.compare_action, comparable),
            (self.compare_button, comparable),
            (self.open_action, opens),
            (self.open_button, opens),
            (self.continue_action, goes_on),
            (self.continue_button, goes_on),
            (self.clone_action, readable and not self._busy),
            (self.rename_action, info is not None),
            (self.notes_button, info is not None),
            (self.reveal_action, info is not None),
            (self.discard_action, bool(many) and still),
            (self.discard_button, bool(many) and still),
            (self.more_button, bool(many)),
        ):
            act.setEnabled(on)
        several = len(many) > 1
        unstarted = bool(many) and all(run.state == "unstarted" for run in many)
        self.open_button.setVisible(not several)
        self.continue_button.setVisible(not several and not unstarted)
        self.compare_button.setVisible(several and not unstarted)
        self.discard_button.setVisible(unstarted)
        self.continue_action.setText(tr("Train more") if done else tr("Continue"))
        self.continue_button.setText(tr("Train more") if done else tr("Continue"))
        self.continue_button.setToolTip(self._continue_tip(info))

    @property
    def _going(self) -> Path | None:
        return self._active if self._busy else None

    def _continue_tip(self, info: RunInfo | None) -> str:
        if info is not None and info.state == "done":
            return tr("Train on for {images}.", images=say.images(self._more))
        if info is not None and not info.saved_images:
            return tr("It was never saved; there is nothing to go on from.")
        return tr("Train on from its last save.")

    @Slot(str)
    def _take_words(self, text: str) -> None:
        self.searched.emit(text)

    @Slot(str)
    def _search(self, text: str) -> None:
        self.show_found(self._library.find(text))

    @Slot(QPoint)
    def _show_menu(self, point: QPoint) -> None:
        if self.list.indexAt(point).isValid():
            menu = self._menu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.list.viewport().mapToGlobal(point))

    @Slot()
    def _ask_for_action(self) -> None:
        self.action_asked.emit(self.sender().objectName())

    @Slot()
    def _ask_for_images(self) -> None:
        self.page_asked.emit("dataset")
