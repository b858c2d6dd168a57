"""All settings of a run in one place, with a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout

from gan_engine import RunConfig, settings_of
from studio.forms import Form
from studio.panels.base import Panel, words

if TYPE_CHECKING:
    from gan_engine import Draft, Problem
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
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search settings")
        self.search.setAccessibleName("Search settings")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self.search, self.search.clear)
        leave.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.note = words("A run is training: settings with a bolt change it at once.", "muted")
        self.note.hide()
        self.form = Form(SECTIONS, folded=FOLDED)
        self.form.edited.connect(self.edited)
        self.form.switched.connect(self.switched)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 6, 6)
        column.addWidget(self.search)
        column.addWidget(self.note)
        column.addWidget(self.area, 1)

    def bind(self, studio: Studio) -> None:
        document = studio.document
        document.changed.connect(self.show_document)
        studio.run.state_changed.connect(self.show_state)
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
        self.form.show_draft(draft, problems, self._running)

    @Slot(str)
    def show_state(self, state: str) -> None:
        """While a run is going, only what may change then can be changed."""
        self._running = state != "idle"
        self.note.setVisible(self._running)
        self.form.show_draft(self._draft, self._problems, self._running)

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

    _wanted = ""

    @Slot()
    def _reveal(self) -> None:
        self.form.reveal(self._wanted)

    @Slot(str)
    def _filter(self, text: str) -> None:
        self.form.filter(text)
