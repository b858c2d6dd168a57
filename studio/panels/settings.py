"""All settings of a run in one place, with a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QScrollArea, QVBoxLayout

from gan_engine import RunConfig, obstacles, settings_of
from studio.forms import Form
from studio.i18n import tr
from studio.panels.base import EmptyState, Pages, Panel, button, words
from studio.widgets.search_field import SearchField

if TYPE_CHECKING:
    from gan_engine import Draft, Problem, Started
    from studio.context import Studio

HOLDING = ("section", "one", "each")
"""Kinds of settings that hold others."""
_FIRST = ("training", "data", "architecture", "loss", "penalties")
SECTIONS = (
    *_FIRST,
    *(s.name for s in settings_of(RunConfig) if s.kind in HOLDING and s.name not in _FIRST),
)
"""Every section of a run, the ones most reached for first."""
FOLDED = tuple(
    name for name in SECTIONS if name not in ("training", "architecture", "loss", "penalties")
)


class SettingsPanel(Panel):
    """The dock on the right."""

    key, title = "settings", "Settings"

    edited = Signal(str, object)
    switched = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft = {}
        self._problems: list[Problem] = []
        self._running = False
        self._in_force: Draft = {}
        self._wanted = ""
        self.search = SearchField(tr("Search settings"))
        self.search.textChanged.connect(self._filter)
        self.note = words(
            tr(
                "A run is training: settings with a bolt change it at once, those with a lock apply to the next run."
            ),
            "muted",
        )
        self.live_button = button(
            tr("Show those with a bolt"), tr("Show only what can be changed while a run trains.")
        )
        self.live_button.setProperty("small", True)
        self.live_button.clicked.connect(self._search_live)
        for part in (self.note, self.live_button):
            part.hide()
        self.form = Form(SECTIONS, folded=FOLDED)
        self.form.edited.connect(self.edited)
        self.form.guide_asked.connect(self.guide_asked)
        self.form.switched.connect(self.switched)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 6)
        column.addWidget(self.search)
        column.addWidget(self.note)
        column.addWidget(self.live_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.nothing = EmptyState(tr("Nothing found"), "", tr("Show all settings"), primary=False)
        self.nothing.pressed.connect(self._search_again)
        self._pages = Pages()
        self._pages.addWidget(self.area)
        self._pages.addWidget(self.nothing)
        column.addWidget(self._pages, 1)

    def bind(self, studio: Studio) -> None:
        document = studio.document
        document.changed.connect(self.show_document)
        studio.run.state_changed.connect(self.show_state)
        studio.run.started.connect(self.show_start)
        self.edited.connect(document.set)
        self.switched.connect(document.switch)
        self.show_document(document.draft, document.config, document.problems)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object, object, object)
    def show_document(
        self, draft: Draft, config: RunConfig | None, problems: list[Problem]
    ) -> None:
        """Show the settings and what is wrong with them."""
        self._draft, self._problems = draft, problems
        if config is not None:
            self.form.show_obstacles(obstacles(config))
        self._show()

    @Slot(str)
    def show_state(self, state: str) -> None:
        """While a run is going, tell what changes it from what is for the next one."""
        self._running = state != "idle"
        for part in (self.note, self.live_button):
            part.setVisible(self._running)
        if state in ("preparing", "idle"):
            self._in_force = {}
        self._show()

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Tell what the run that begins has from what is set for the next one."""
        self._in_force = event.draft
        self._show()

    def show_setting(self, path: str) -> None:
        """Bring the setting at `path` into view, ready to be edited; without one, begin a search."""
        if not path:
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()
            return
        self.search.clear()
        self._wanted = path
        self.form.reveal(path)
        QTimer.singleShot(0, self, self._reveal)  # again, when what was folded has its place

    def _show(self) -> None:
        self.form.show_draft(self._draft, self._problems, self._running, self._in_force)
        self._show_found()

    def _show_found(self) -> None:
        """Say so where nothing is called what was typed."""
        text = self.search.text()
        self.nothing.show_text(tr("Nothing found"), tr("No setting is called “{name}”.", name=text))
        nothing = bool(text.strip()) and not self.form.found
        self._pages.setCurrentWidget(self.nothing if nothing else self.area)

    @Slot()
    def _search_again(self) -> None:
        self.search.clear()
        self.search.setFocus()

    @Slot()
    def _search_live(self) -> None:
        self.search.setText(tr("bolt"))

    @Slot()
    def _reveal(self) -> None:
        self.form.reveal(self._wanted)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.form.filter(text)
        self._show_found()
