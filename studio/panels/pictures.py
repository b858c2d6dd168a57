"""The pictures of a folder as thumbnails, and below them the one that is picked, in detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.panels.base import button, words
from studio.panels.enlarged import Enlarged
from studio.panels.picture_card import PictureCard
from studio.widgets.thumbnails import ThumbnailGrid

if TYPE_CHECKING:
    from gan_engine import Preview


class Pictures(QWidget):
    """All of them, or those of one finding."""

    picked = Signal(str)
    """A picture should be shown before and after; empty for none any more."""
    enlarge_asked = Signal(str)
    """A picture is wanted large."""
    left_out = Signal(object)
    put_back = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._every: tuple[str, ...] = ()
        self._some: tuple[str, ...] | None = None
        self._out: Mapping[str, str] = {}
        self.grid = ThumbnailGrid()
        self.grid.setMinimumHeight(150)
        self.grid.picked.connect(self._pick)
        self.grid.chosen.connect(self._enlarge)
        self.none = words(
            tr("There are no pictures to show. Choose another folder, or drop one here."), "muted"
        )
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.none.hide()
        self.card = PictureCard()
        self.card.left_out.connect(self._leave_out)
        self.card.put_back.connect(self._put_back)
        self.card.closed.connect(self._close)
        self.card.enlarged.connect(self._enlarge)
        self._large: Enlarged | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._filter())
        column.addWidget(self.grid, 1)
        column.addWidget(self.none, 1)
        column.addWidget(self.card)

    # --- shown -------------------------------------------------------------------------------

    def show_names(self, names: Sequence[str]) -> None:
        """Show these pictures; what was picked or filtered before is forgotten."""
        self._every, self._some = tuple(names), None
        self._close()
        self._refill()

    def show_some(self, names: Sequence[str], what: str) -> None:
        """Show only these, which are called `what`."""
        self._some = tuple(names)
        self.what.setText(what)
        self._refill()

    def show_one(self, name: str) -> None:
        """Pick this picture, wherever it is in the folder."""
        if name not in self.grid.keys:
            self.show_all()
        self.grid.select(name)
        self._pick(name)

    def drop(self, names: Sequence[str]) -> None:
        """Take pictures away that turned out to be none; the others stay where they are."""
        gone = set(names)
        if gone.isdisjoint(self._every):
            return
        self._every = tuple(name for name in self._every if name not in gone)
        if self._some is not None:
            self._some = tuple(name for name in self._some if name not in gone)
        if self.card.name in gone:
            self._close()
        self.grid.drop(gone)

    @Slot()
    def show_all(self) -> None:
        """Show every picture again."""
        self._some = None
        self._refill()

    def show_out(self, out: Mapping[str, str]) -> None:
        """Show which pictures are left out, by name, each with its reason."""
        self._out = out
        self.grid.set_marked(out)
        if self.card.name and not self.card.isHidden():
            self.card.show_name(self.card.name, out.get(self.card.name, ""))

    def show_large(self, made: Preview) -> None:
        """Show a picture that is wanted large."""
        if self._large is not None:
            self._large.show_preview(made)

    def show_refusal(self, name: str, reason: str) -> None:
        """Say why a picture cannot be shown."""
        self.card.show_refusal(name, reason)
        if self._large is not None:
            self._large.show_refusal(name, reason)

    @property
    def first(self) -> list[str]:
        """A few pictures to show what preparing does: the picked one and what follows it."""
        names = [name for name in self._some or self._every if name not in self._out]
        start = names.index(self.card.name) if self.card.name in names else 0
        return names[start:] + names[:start]

    # --- inside ------------------------------------------------------------------------------

    def _filter(self) -> QWidget:
        self.what = words("", "title")
        self.all_button = button(tr("Show all"), tr("Show every picture of the folder again."))
        self.all_button.setProperty("small", True)
        self.all_button.clicked.connect(self.show_all)
        self.filter_line = QWidget()
        row = QHBoxLayout(self.filter_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.what, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.all_button)
        self.filter_line.hide()
        return self.filter_line

    def _refill(self) -> None:
        self.filter_line.setVisible(self._some is not None)
        self.none.setVisible(not self._every)
        self.grid.setVisible(bool(self._every))
        self.grid.set_items(self._every if self._some is None else self._some)

    @Slot(str)
    def _pick(self, name: str) -> None:
        self.card.show_name(name, self._out.get(name, ""))
        self.picked.emit(name)

    @Slot(str)
    def _enlarge(self, name: str) -> None:
        if self._large is None:
            self._large = Enlarged(self)
            self._large.stepped.connect(self._step)
        self._pick(name)
        self._large.show_name(name)
        self._large.show()
        self._large.raise_()
        self.enlarge_asked.emit(name)

    @Slot(int)
    def _step(self, places: int) -> None:
        """Enlarge the picture so many places on, where there is one."""
        keys, name = self.grid.keys, self.card.name
        wanted = keys.index(name) + places if name in keys else 0
        if 0 <= wanted < len(keys):
            self.grid.select(keys[wanted])
            self._enlarge(keys[wanted])

    @Slot()
    def _close(self) -> None:
        self.card.name = ""
        self.card.hide()
        self.picked.emit("")

    @Slot(str)
    def _leave_out(self, name: str) -> None:
        self.left_out.emit(self._chosen_with(name))

    @Slot(str)
    def _put_back(self, name: str) -> None:
        self.put_back.emit(self._chosen_with(name))

    def _chosen_with(self, name: str) -> list[str]:
        """Return every chosen picture where the card's is one of several."""
        chosen = self.grid.selected_keys()
        return chosen if name in chosen else [name]
