"""Python's garbage is looked for by the window's thread alone: it may hold widgets, which only that may delete."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 1000


class Garbage(QObject):
    """Looks for garbage now and then, instead of Python, which does so in whichever thread makes some.

    Widgets in a ring of references, deleted by a thread that trains, ended the program. pyqtgraph has
    a collector like this, which would have to be loaded before the window is painted.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._most = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(EVERY_MS)

    @Slot()
    def look(self) -> None:
        """Collect the oldest generation that has enough to look through, as Python would."""
        full = [
            i
            for i, (count, most) in enumerate(zip(gc.get_count(), self._most, strict=True))
            if count > most
        ]
        if full:
            gc.collect(full[-1])

    @Slot(str)
    def take_state(self, state: str) -> None:
        """Give back at once what a run that has ended held: its networks, and a GPU's memory."""
        if state == "idle":
            gc.collect()

    def end(self) -> None:
        """Leave the looking to Python again."""
        self._timer.stop()
        gc.enable()
