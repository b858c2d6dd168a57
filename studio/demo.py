"""Trains the built-in images by itself, to watch or, without a display, for a bounded time."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from gan_engine import EngineError, find_preset, paths, with_preset
from studio.failures import sentence_of

if TYPE_CHECKING:
    from gan_engine import Finished, SampleGrid, Saved
    from studio.context import Studio

PRESET = "quick-cpu-32"
"""Learns something visible within a minute on any computer."""


class Demo(QObject):
    """Starts the run; with a bound, ends it, keeps a picture of the window and says where all is."""

    ended = Signal(str)
    """The bounded demo is over; the text says what went wrong, empty when nothing did."""

    def __init__(self, studio: Studio, window: QWidget, seconds: float) -> None:
        super().__init__(window)
        self._studio, self._window = studio, window
        self._seconds = seconds
        self._grid: object = None
        self._checkpoint: object = None
        self._finished: Finished | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._stop)

    @Slot()
    def start(self) -> None:
        """Load the demo's settings and train with them."""
        run = self._studio.run
        run.sample_arrived.connect(self._take_grid)
        run.saved.connect(self._take_save)
        run.finished.connect(self._report)
        run.failed.connect(self._fail)
        try:
            self._studio.document.load(
                with_preset(find_preset(PRESET), {"data": {"folder": paths.BUILTIN}})
            )
        except EngineError as error:
            self._fail(error)
            return
        config = self._studio.document.config
        if config is None:
            self.ended.emit(self._studio.document.explain(self._studio.document.errors[0]))
            return
        show_train = getattr(self._window, "show_page", None)
        if show_train is not None:
            show_train("train")
        run.start(config)

    @Slot()
    def _stop(self) -> None:
        self._studio.run.stop()

    @Slot(object)
    def _take_grid(self, grid: SampleGrid) -> None:
        # The time runs from the first grid on: a slow computer takes a while to get there.
        if self._seconds > 0 and self._grid is None:
            self._timer.start(int(self._seconds * 1000))
        self._grid = grid.path or self._grid

    @Slot(object)
    def _take_save(self, saved: Saved) -> None:
        self._checkpoint = saved.path

    @Slot(object)
    def _report(self, finished: Finished) -> None:
        if self._seconds > 0:
            self._finished = finished
            QTimer.singleShot(500, self._keep_picture)  # once every panel has shown the end

    @Slot()
    def _keep_picture(self) -> None:
        finished = self._finished
        if finished is None:
            return
        picture = finished.folder / "window.png"
        kept = self._window.grab().save(str(picture))
        sys.stdout.write(f"{finished.images_seen:,} images seen.\n")
        for name, what in (
            ("window", picture if kept else None),
            ("sample grid", self._grid),
            ("checkpoint", self._checkpoint),
        ):
            sys.stdout.write(f"{name}: {what or 'could not be written'}\n")
        sys.stdout.flush()
        self.ended.emit("")

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        if self._seconds > 0:
            self.ended.emit(" ".join(part for part in sentence_of(error) if part))
