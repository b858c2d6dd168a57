"""One update at a time, while a run is paused: to see what D and G each do to the scores."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.i18n import tr
from studio.panels.base import button, words


class Stepping(QFrame):
    """A bar that is there only while the run is paused."""

    step_asked = Signal(str)
    """D or G, as "d" or "g", should be updated once."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.d = button(
            tr("One D step"), tr("Update D once, on one batch of reals and one of fakes.")
        )
        self.g = button(tr("One G step"), tr("Update G once; D stays as it is."))
        self.d.clicked.connect(self._step_d)
        self.g.clicked.connect(self._step_g)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(8)
        text = tr("Paused. Take single steps to see what one update does to losses and scores.")
        row.addWidget(words(text), 1)
        row.addWidget(self.d)
        row.addWidget(self.g)
        self.hide()

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Be there while the run is paused."""
        self.setVisible(state == "paused")

    @Slot()
    def _step_d(self) -> None:
        self.step_asked.emit("d")

    @Slot()
    def _step_g(self) -> None:
        self.step_asked.emit("g")
