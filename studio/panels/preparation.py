"""How pictures become what the networks see: a strip before and after, a size to take, the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gan_engine import whole
from studio.forms import Form
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import PAGE, button, words
from studio.widgets.picture_rows import PictureRows

if TYPE_CHECKING:
    from gan_engine import Draft, Preview, Problem, Suggestion

STRIP = 4
"""Pictures shown before and after."""


class Preparation(QWidget):
    """Follows the form at once; the pictures are those that are in sight."""

    edited = Signal(str, object)
    switched = Signal(str, bool)
    previews_asked = Signal(object)
    """Pictures whose previews are wanted: a list of names."""
    picked = Signal(str)
    """A picture of the strip was clicked."""
    went_on = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self._made: dict[str, Preview] = {}
        self._suggestion: Suggestion | None = None
        self._size = 0
        self.title = words(tr("What the networks see"), "title")
        self.shape = words("", "muted", wraps=False)
        self.strip = PictureRows(STRIP, 88, tr("Pictures before and after"))
        self.strip.setCursor(Qt.CursorShape.PointingHandCursor)
        self.strip.chosen.connect(self._pick)
        self.form = Form(("data",))
        self.form.edited.connect(self.edited)
        self.form.switched.connect(self.switched)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.form)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.shape)
        column = QVBoxLayout(self)
        column.setContentsMargins(*PAGE)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.strip)
        column.addWidget(self._advice())
        column.addWidget(area, 1)
        column.addLayout(self._foot())
        self.setMinimumWidth(310)
        self._fill()

    # --- shown -------------------------------------------------------------------------------

    def show_draft(self, draft: Draft, problems: Sequence[Problem], running: bool) -> None:
        """Show the settings of the images and what is wrong with them."""
        self.form.show_draft(draft, problems, running)
        self._size = whole(draft, "data.size", 0, 0, 2**31)
        self._running = running
        self._refresh_advice()

    def show_shape(self, height: int, width: int, channels: int) -> None:
        """Show what every picture becomes."""
        colours = {1: tr("grey"), 3: tr("colour"), 4: tr("colour and transparency")}
        colour = colours[channels]
        self.shape.setText(tr("{size} {colour}", size=say.shape((width, height)), colour=colour))

    def show_names(self, names: Sequence[str]) -> None:
        """Show the first of these pictures before and after."""
        wanted = list(names[:STRIP])
        if wanted != self._names:
            self._names = wanted
            self._made = {name: made for name, made in self._made.items() if name in wanted}
            self._fill()
        self.previews_asked.emit(wanted)

    def show_preview(self, made: Preview) -> None:
        """Show a picture before and after, where it is one of those in the strip."""
        if made.name in self._names:
            self._made[made.name] = made
            self._fill()

    def show_suggestion(self, suggestion: Suggestion | None) -> None:
        """Offer a size, with its reason; nothing when it is the one that is chosen."""
        self._suggestion = suggestion
        self._refresh_advice()

    # --- building ----------------------------------------------------------------------------

    _running = False

    def _advice(self) -> QWidget:
        self.advice = QFrame()
        self.advice.setProperty("card", True)
        self.advice_text = words("", "muted")
        self.take_button = button("", tr("Change the size of the images."))
        self.take_button.setProperty("small", True)
        self.take_button.clicked.connect(self._take)
        row = QHBoxLayout(self.advice)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(10)
        row.addWidget(self.advice_text, 1)
        row.addWidget(self.take_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.advice.hide()
        return self.advice

    def _foot(self) -> QHBoxLayout:
        self.next_button = button(
            tr("Next: Design"), tr("Choose the networks and what they play for."), primary=True
        )
        self.next_button.clicked.connect(self.went_on)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.next_button)
        return foot

    # --- inside ------------------------------------------------------------------------------

    def _fill(self) -> None:
        made = [self._made.get(name) for name in self._names]
        rows = [
            (tr("As they are"), [one.original if one else None for one in made]),
            (tr("As the networks see them"), [one.seen if one else None for one in made]),
        ]
        if any(one is not None and one.beside is not None for one in made):
            rows.insert(1, (tr("Their partners"), [one.beside if one else None for one in made]))
        if any(one is not None and one.augmented is not None for one in made):
            rows.append(
                (tr("As D sees them, augmented"), [one.augmented if one else None for one in made])
            )
        self.strip.show_rows(rows if self._names else [])
        self.strip.setVisible(bool(self._names))

    def _refresh_advice(self) -> None:
        suggestion = self._suggestion
        offered = suggestion is not None and suggestion.size != self._size and not self._running
        self.advice.setVisible(offered)
        if suggestion is not None:
            self.advice_text.setText(tr(suggestion.reason))
            self.take_button.setText(tr("Use {size} px", size=suggestion.size))
            self.take_button.setAccessibleName(self.take_button.text())

    @Slot(int)
    def _pick(self, column: int) -> None:
        if column < len(self._names):
            self.picked.emit(self._names[column])

    @Slot()
    def _take(self) -> None:
        if self._suggestion is not None:
            self.edited.emit("data.size", self._suggestion.size)
