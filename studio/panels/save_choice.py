"""Which save of a run something is taken from: the newest, the best, or an earlier one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QWidget

from gan_engine import read_saves, save_in
from studio.i18n import tr
from studio.panels import words as say

BEST = "best"


class SaveChoice(QComboBox):
    """A line for each save there is; it is not there where there is nothing to choose."""

    save_chosen = Signal(object)
    """Somebody chose a save, or the one that was chosen is gone: see `chosen`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source: Path | None = None
        self.best: int | None = None
        """After how many images the best save was made."""
        self.setAccessibleName(tr("Which save"))
        self.setToolTip(tr("The best save is the one with the best first metric of the run."))
        self.activated.connect(self._tell)

    @property
    def chosen(self) -> int | str | None:
        """After how many images the chosen save was made, or "best"; None is the newest."""
        chosen: int | str | None = self.currentData()
        return chosen

    @property
    def source(self) -> Path | None:
        """What the chosen save is read from: the run's folder means its newest, whichever that is."""
        folder = self._source
        return save_in(folder, self.chosen) if folder and folder.is_dir() else folder

    def choose(self, which: int | str | None) -> None:
        """Show this save as the chosen one; what is not there is the newest."""
        place = self.findData(which) if which is not None else 0
        if place < 0 and which == self.best:
            place = self.findData(BEST)
        self.setCurrentIndex(max(0, place))

    def show_saves(self, source: Path | None) -> None:
        """Offer the saves of a run; what was chosen of the same run stays so while it is there."""
        chosen = self.chosen if source == self._source else None
        self._source = source
        folder = source if source is not None and source.is_dir() else None
        every, best, kept = read_saves(folder) if folder else ([], None, frozenset[int]())
        self.clear()
        self.best = best
        if every:
            newest = say.images(every[0][0])
            self.addItem(tr("The newest save, after {images}", images=newest), None)
        if best is not None:
            self.addItem(tr("The best save, after {images}", images=say.images(best)), BEST)
        for seen, _ in every[1:]:
            if seen != best or seen in kept:
                line = tr("The save after {images}", images=say.images(seen))
                if seen in kept:
                    line = tr("The save you keep, after {images}", images=say.images(seen))
                self.addItem(line, seen)
        self.choose(chosen)
        self.setVisible(self.count() > 1)
        if self.chosen != chosen:
            self._tell()

    @Slot()
    def _tell(self) -> None:
        self.save_chosen.emit(self.chosen)
