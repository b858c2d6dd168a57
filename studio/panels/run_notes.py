"""What a person writes about a run: a title, tags, a note; kept while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from gan_engine import RunNotes, escape, unescape
from studio.i18n import tr

if TYPE_CHECKING:
    from pathlib import Path

    from gan_engine import RunInfo

REST_MS = 800
"""How long the keyboard rests before what was typed is kept."""
_LINES = 3


class RunNotesForm(QWidget):
    """Shows one run's notes; tells what was typed when the keyboard rests or the focus leaves."""

    noted = Signal(object, object)
    """The run's folder, and its RunNotes as they now are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._kept = RunNotes()
        self.title, self.tags, self.note = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.tags.setPlaceholderText(tr("cats, to keep"))
        self.note.setPlaceholderText(tr("What you tried, and what came of it"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + 14)
        form = QFormLayout(self)
        form.setContentsMargins(8, 8, 8, 0)
        form.setSpacing(6)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for label, field, tip in (
            (tr("Title"), self.title, tr("What to call the run; its folder keeps its name.")),
            (tr("Tags"), self.tags, tr("Words to find it by, with commas between them.")),
            (tr("Note"), self.note, tr("Kept in the run's folder.")),
        ):
            name = QLabel(label)
            name.setProperty("role", "muted")
            name.setBuddy(field)
            field.setAccessibleName(label)
            field.setToolTip(tip)
            field.installEventFilter(self)
            form.addRow(name, field)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.keep)
        self.title.textEdited.connect(self._later)
        self.tags.textEdited.connect(self._later)
        self.note.textChanged.connect(self._later)

    def show_run(self, info: RunInfo | None) -> None:
        """Show a run's notes; what is being typed about the same run stays."""
        folder = info.folder if info is not None else None
        if folder == self._folder and self._read() != self._kept:
            return
        self.keep()
        self.setEnabled(info is not None)
        notes = info.notes if info is not None else RunNotes()
        if folder == self._folder and notes == self._kept:
            return
        self._folder = None  # nothing of what follows was typed
        self.title.setText(escape(notes.title))
        self.title.setPlaceholderText(escape(info.name) if info is not None else "")
        self.tags.setText(", ".join(escape(tag) for tag in notes.tags))
        self.note.setPlainText(escape(notes.note))
        self._folder = folder
        self._kept = self._read()

    def edit_title(self) -> None:
        """Let the title be typed."""
        self.title.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.title.selectAll()

    @Slot()
    def keep(self) -> None:
        """Tell what was typed, if anything was."""
        self._rest.stop()
        notes = self._read()
        if self._folder is not None and notes != self._kept:
            self._kept = notes
            self.noted.emit(self._folder, notes)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.keep()
        return super().eventFilter(watched, event)

    def _read(self) -> RunNotes:
        tags = (_plain(tag.strip().lstrip("#")) for tag in self.tags.text().split(","))
        kept = tuple(dict.fromkeys(tag for tag in tags if tag))
        return RunNotes(
            _plain(self.title.text().strip()), _plain(self.note.toPlainText().rstrip()), kept
        )

    @Slot()
    def _later(self) -> None:
        if self._folder is not None:
            self._rest.start()


def _plain(text: str) -> str:
    try:
        plain: str = unescape(text)
    except ValueError:  # the mark that begins an escape, typed by hand
        return text
    return plain
