"""One picture: as it is, as the networks see it, mirrored and augmented, and what is known of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout

from studio import theme
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import button, words
from studio.widgets.picture_rows import PictureRows

if TYPE_CHECKING:
    from gan_engine import Pixels, Preview

_TILES = ("original", "beside", "seen", "mirrored", "augmented")


class PictureCard(QFrame):
    """Hidden until a picture is picked; its [Leave out] is [Put back] where it is left out."""

    left_out = Signal(str)
    put_back = Signal(str)
    drawn_again = Signal()
    enlarged = Signal(str)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.name, self._reason = "", ""
        self.title, self.facts = words("", "title"), words("", "muted")
        self.note = words("", "warning")
        self.tiles = {key: PictureRows(1, 150) for key in _TILES}
        self._captions = {
            "original": tr("As it is"),
            "beside": tr("Its partner"),
            "seen": tr("Networks see"),
            "mirrored": tr("Mirrored"),
            "augmented": tr("Augmented"),
        }
        row = QGridLayout()
        row.setHorizontalSpacing(12)
        for place, key in enumerate(_TILES):
            self.tiles[key].setAccessibleName(self._captions[key])
            self.tiles[key].setMaximumWidth(150)
            self.tiles[key].setCursor(Qt.CursorShape.PointingHandCursor)
            self.tiles[key].chosen.connect(self._enlarge)
            row.addWidget(self.tiles[key], 0, place)
        row.setColumnStretch(len(_TILES), 1)
        self._row = row
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 12)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addLayout(row)
        column.addWidget(self.facts)
        column.addWidget(self.note)
        self.hide()

    # --- shown -------------------------------------------------------------------------------

    def show_name(self, name: str, reason: str) -> None:
        """Show which picture this is, before it arrives; `reason` says why it is left out."""
        if name != self.name:
            self.facts.setText("")
            for key in _TILES:
                self._show_tile(key, None, key in ("original", "seen"))
        self.name, self._reason = name, reason
        self.title.setText(say.name(name))
        self.note.setText(tr("Left out: {reason}.", reason=reason) if reason else "")
        self.note.setVisible(bool(reason))
        self.act.setText(tr("Put back") if reason else tr("Leave out"))
        self.act.setAccessibleName(self.act.text())
        self.act.setEnabled(True)
        self.show()

    def show_preview(self, made: Preview) -> None:
        """Show what becomes of the picture, where it is still the one that is picked."""
        if made.name != self.name:
            return
        self.facts.setText(facts_of(made))
        self._show_tile("original", made.original, True)
        self._show_tile("beside", made.beside, made.beside is not None)
        self._show_tile("seen", made.seen, True)
        self._show_tile("mirrored", made.mirrored, made.mirrored is not None)
        self._show_tile("augmented", made.augmented, made.augmented is not None)
        self.again.setVisible(made.augmented is not None)

    def show_refusal(self, name: str, reason: str) -> None:
        """Say why the picture cannot be shown."""
        if name == self.name:
            self.facts.setText(reason)

    def _show_tile(self, key: str, pixels: Pixels | None, there: bool) -> None:
        self.tiles[key].show_rows([(self._captions[key], [pixels])])
        self.tiles[key].setVisible(there)
        self._row.setColumnStretch(_TILES.index(key), 10 if there else 0)

    # --- building ----------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        self.act = button(tr("Leave out"), tr("The file stays where it is, untouched."))
        self.act.setProperty("small", True)
        self.act.clicked.connect(self._tell)
        self.again = button(tr("Draw again"), tr("Another draw of the augmentation."))
        self.again.setProperty("small", True)
        self.again.clicked.connect(self.drawn_again)
        self.again.hide()
        self.large = button(
            tr("Enlarge"), tr("See it large, as it is and as the networks see it (Enter).")
        )
        self.large.setProperty("small", True)
        self.large.clicked.connect(self._enlarge)
        close = QToolButton()
        close.setProperty("tight", True)
        close.setToolTip(tr("Close"))
        close.setAccessibleName(tr("Close the picture"))
        theme.wear(close, "close", "muted")
        close.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.title, 1)
        row.addWidget(self.again)
        row.addWidget(self.large)
        row.addWidget(self.act)
        row.addWidget(close)
        return row

    def _enlarge(self) -> None:
        self.enlarged.emit(self.name)

    def _tell(self) -> None:
        (self.put_back if self._reason else self.left_out).emit(self.name)


def facts_of(made: Preview) -> str:
    """Return what is known of a picture as one line."""
    header = made.header
    colours = say.colours({header.mode: 1})
    facts = [header.format, say.shape((header.width, header.height)), colours]
    if header.depth > 8:
        facts.append(tr("{bits} bits a value", bits=header.depth))
    if header.alpha:
        facts.append(tr("transparent parts"))
    if header.profile:
        facts.append(tr("colour profile"))
    if header.frames > 1:
        facts.append(tr("{count:,} frames", count=header.frames))
    if made.orientation != 1:
        facts.append(tr("stored turned (EXIF {number})", number=made.orientation))
    if made.camera:
        facts.append(made.camera)
    if made.bytes:
        facts.append(say.size(made.bytes))
    if made.modified:
        facts.append(say.when(made.modified, datetime.now()))
    if made.partner:
        facts.append(tr("with {partner}", partner=say.name(made.partner)))
    return " · ".join(facts)
