"""What the user likes, as a dialog: every row is derived from the preferences' own table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from gan_engine import settings_of
from studio.forms.field import Field
from studio.forms.fields import make_field
from studio.i18n import tr
from studio.panels.base import Section, button, words
from studio.panels.dialog import Dialog
from studio.panels.prepared import PreparedSection
from studio.preferences import Likes

if TYPE_CHECKING:
    from studio.context import Studio

SECTIONS: tuple[type[Section], ...] = (PreparedSection,)
"""What else stands in the dialog, below the preferences themselves."""


class LikesDialog(Dialog):
    """A change holds at once."""

    edited = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Preferences"), QSize(560, 10), parent)
        self.fields: dict[str, Field] = {}
        self.notes: dict[str, tuple[QLabel, str]] = {}
        self.sections = [kind() for kind in SECTIONS]
        self.column.setSpacing(16)
        self.column.addLayout(self._rows())
        for section in self.sections:
            self.column.addWidget(words(tr(section.title), "title"))
            self.column.addWidget(section)
        self.column.addStretch(1)
        again = button(tr("Defaults"), tr("Set every preference back to what it was at first."))
        again.clicked.connect(self._reset)
        self.close_button = button(tr("Close"))
        self.close_button.clicked.connect(self.accept)
        self.add_acts(self.close_button, aside=again)  # Enter closes, and removes nothing

    def bind(self, studio: Studio) -> None:
        preferences = studio.preferences
        for name in self.fields:
            self.show_value(name, preferences.get(name))
        preferences.changed.connect(self.show_value)
        self._preferences = preferences
        self.edited.connect(self._keep)
        for section in self.sections:
            section.bind(studio)

    @Slot(str, object)
    def show_value(self, name: str, value: object) -> None:
        """Show what one preference is now."""
        if name in self.fields:
            self.fields[name].show_value(value)

    def show_wrong(self, name: str, text: str) -> None:
        """Say at its field why one preference cannot be that; with "" what it is for."""
        self.fields[name].show_wrong(bool(text))
        note, help_text = self.notes[name]
        note.setText(tr(text) or help_text)
        note.setProperty("role", "error" if text else "muted")
        note.style().unpolish(note)
        note.style().polish(note)

    @Slot(str, object)
    def _keep(self, name: str, value: object) -> None:
        wrong = self._preferences.wrong_with(name, value)
        self.show_wrong(name, wrong)
        if not wrong:
            self._preferences.set(name, value)

    def done(self, result: int) -> None:
        """Take what was typed last, then close."""
        for field in self.fields.values():
            field.flush()
        super().done(result)

    def _rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for setting in settings_of(Likes):
            if not setting.help:
                continue  # remembered, not liked
            field = self.fields[setting.name] = make_field(setting)
            field.edited.connect(lambda value, name=setting.name: self.edited.emit(name, value))
            label = words(tr(setting.label), wraps=False)
            label.setBuddy(field)
            row = grid.rowCount()
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            note = words(tr(setting.help), "muted")
            self.notes[setting.name] = note, note.text()
            grid.addWidget(note, row + 1, 1)
            grid.setRowMinimumHeight(row + 2, 8)
        return grid

    @Slot()
    def _reset(self) -> None:
        for setting in settings_of(Likes):
            if setting.name in self.fields:
                self.edited.emit(setting.name, setting.default)
