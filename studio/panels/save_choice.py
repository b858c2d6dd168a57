"""Which save of a run something is taken from: the newest, the best, or an earlier one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QComboBox, QWidget

from gan_engine import read_saves
from studio.i18n import tr
from studio.panels import words as say

BEST = "best"


class SaveChoice(QComboBox):
    """A line for each save there is; it is not there where there is nothing to choose."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source: Path | None = None
        self.setAccessibleName(tr("Which save"))
        self.setToolTip(tr("The best save is the one with the best first metric of the run."))

    @property
    def source(self) -> Path | None:
        """What the chosen save is read from: the run's folder means its newest, whichever that is."""
        chosen, folder = self.currentData(), self._source
        if folder is None or not folder.is_dir() or chosen is None:
            return folder
        saves = read_saves(folder)
        seen = saves.best if chosen == BEST else int(chosen)
        return folder if seen is None else dict(saves.every).get(seen, folder)

    def show_saves(self, source: Path | None) -> None:
        """Offer the saves of a run; what was chosen of the same run stays so while it is there."""
        chosen = self.currentData() if source == self._source else None
        self._source = source
        folder = source if source is not None and source.is_dir() else None
        every, best, kept = read_saves(folder) if folder else ([], None, frozenset[int]())
        self.clear()
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
        self.setCurrentIndex(max(0, self.findData(chosen)) if chosen is not None else 0)
        self.setVisible(self.count() > 1)
