"""What is looked up for the page of a run beside the window's thread: grids, neighbours, pins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QMetaMethod, QObject, Signal, Slot
from PySide6.QtGui import QImage

from gan_engine import GAP, Neighbours, Pin, learned, read_pins, read_png, read_png_text, write_pins
from studio.failures import sentence_of
from studio.i18n import together
from studio.jobs import Job, Jobs

if TYPE_CHECKING:
    from gan_engine import Draft, Pixels, Started
    from studio.run import Run
    from studio.worker import RunView


class Newest(QObject):
    """Does one piece of work at a time; while it goes only the newest wish counts."""

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, work: Callable[[Any], object], parent: QObject) -> None:
        super().__init__(parent)
        self._jobs, self._work = jobs, work
        self._wish: Any = None
        self._job: Job | None = None

    def ask(self, wish: object) -> None:
        """Do the work for this, soon."""
        self._wish = wish
        if self._job is None:
            self._next()

    @Slot()
    def _next(self) -> None:
        wish, self._wish, self._job = self._wish, None, None
        if wish is not None:
            work = self._work
            self._job = self._jobs.call(lambda: work(wish))
            self._job.done.connect(self.done)
            if self.isSignalConnected(QMetaMethod.fromSignal(self.failed)):
                self._job.failed.connect(self.failed)
            self._job.ended.connect(self._next)


class Looking(QObject):
    """Follows the run on the screen; everything it is asked for arrives with a signal."""

    grid_read = Signal(object)
    """A grid's path, its pixels and what the file says of itself."""
    other_read = Signal(object)
    """The same for the grid that is compared."""
    reals_read = Signal(object)
    """The real images of a run that is looked at, or None."""
    nearest_found = Signal(object)
    """The pixels of a grid, and its samples' nearest training images."""
    nearest_failed = Signal(str)
    failed = Signal(object)
    """What could not be kept: the run goes on without it."""
    pins_changed = Signal(object)
    pictures_read = Signal(object)
    """Which pictures the run on the screen learned from: a Learned, or None."""
    strip_cut = Signal(object)
    """(images seen, a picture for each pin)…, oldest first."""

    def __init__(self, run: Run, jobs: Jobs) -> None:
        super().__init__()
        self._folder: Path | None = None
        self._draft: Draft = {}
        self._neighbours: Neighbours | None = None
        self.pins: tuple[Pin, ...] = ()
        """The samples that are followed."""
        self.moment = 0
        """After how many images the samples on the screen were drawn."""
        self._grids = Newest(jobs, _read, self)
        self._others = Newest(jobs, _read, self)
        self._reals = Newest(jobs, _read_reals, self)
        self._nearest = Newest(jobs, self._look, self)
        self._strips = Newest(jobs, _cut_strip, self)
        self._grids.done.connect(self.grid_read)
        self._others.done.connect(self.other_read)
        self._reals.done.connect(self._take_reals)
        self._nearest.done.connect(self.nearest_found)
        self._nearest.failed.connect(self._take_failure)
        self._strips.done.connect(self.strip_cut)
        self._kept = Newest(jobs, _keep, self)  # one after the other, the newest pins last
        self._kept.failed.connect(self.failed)
        self._learned = Newest(jobs, learned, self)
        self._learned.done.connect(self.pictures_read)
        run.started.connect(self._take_start)
        run.viewed.connect(self._take_view)

    # --- asked -------------------------------------------------------------------------------

    @Slot(object)
    def read_grid(self, path: Path) -> None:
        """Read a grid from its file; `grid_read` follows."""
        self._grids.ask(path)

    @Slot(object)
    def read_other(self, path: Path) -> None:
        """Read the grid that is compared; `other_read` follows."""
        self._others.ask(path)

    @Slot(object)
    def find_nearest(self, wanted: tuple[Pixels, int, int]) -> None:
        """Find the nearest training images of a grid's samples: its pixels, rows and columns."""
        self._nearest.ask(wanted)

    @Slot(object)
    def cut_strip(self, wanted: tuple[list[tuple[int, Path]], int, int, list[int]]) -> None:
        """Cut the same cells out of several grids, given with their rows and columns."""
        self._strips.ask(wanted)

    @Slot()
    def read_pictures(self) -> None:
        """Find out which pictures the run on the screen learned from; `pictures_read` follows."""
        if self._folder is not None:
            self._learned.ask(self._folder)

    @Slot(object)
    def take_moment(self, seen: int) -> None:
        """Know which samples are on the screen, by how many images were seen."""
        self.moment = seen

    @Slot(object)
    def pin(self, pins: Sequence[Pin]) -> None:
        """Follow these samples from now on, in this run."""
        self.pins = tuple(pins)
        self.pins_changed.emit(self.pins)
        if self._folder is not None:
            self._kept.ask((self._folder, self.pins))

    # --- the run -----------------------------------------------------------------------------

    @Slot(object)
    def _take_start(self, event: Started) -> None:
        self._turn_to(event.folder, event.draft)

    @Slot(object)
    def _take_view(self, view: RunView) -> None:
        self._turn_to(view.info.folder, view.info.draft)
        if self._folder is not None:
            self._reals.ask(self._folder / "real.png")

    def _turn_to(self, folder: Path, draft: Draft) -> None:
        if folder == self._folder:
            return
        self._folder, self._draft = folder if folder.is_dir() else None, draft
        self._neighbours = None
        self.pins = read_pins(folder) if folder.is_dir() else ()
        self.pins_changed.emit(self.pins)

    # --- beside the window -------------------------------------------------------------------

    def _look(self, wanted: tuple[Pixels, int, int]) -> object:
        pixels, rows, columns = wanted
        neighbours = self._neighbours = self._neighbours or Neighbours(self._draft)
        return pixels, neighbours.of(np.stack(cells_of(pixels, rows, columns)))

    @Slot(object)
    def _take_reals(self, found: tuple[Path, Pixels | None]) -> None:
        if self._folder is not None and found[0].parent == self._folder:
            self.reals_read.emit(found[1])

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        self.nearest_failed.emit(together(*sentence_of(error)))


def cells_of(pixels: Pixels, rows: int, columns: int) -> list[Pixels]:
    """Return the samples of a grid, row by row."""
    height, width = (pixels.shape[0] + GAP) // rows, (pixels.shape[1] + GAP) // columns
    return [
        pixels[row * height : (row + 1) * height - GAP, column * width : (column + 1) * width - GAP]
        for row in range(rows)
        for column in range(columns)
    ]


def _read(path: Path) -> tuple[Path, Pixels, dict[str, str]]:
    return path, read_png(path), read_png_text(path)


def _read_reals(path: Path) -> tuple[Path, Pixels | None]:
    return path, read_png(path) if path.is_file() else None


def _keep(wanted: tuple[Path, tuple[Pin, ...]]) -> None:
    write_pins(*wanted)


def _cut_strip(
    wanted: tuple[list[tuple[int, Path]], int, int, list[int]],
) -> list[tuple[int, list[Pixels]]]:
    grids, rows, columns, cells = wanted
    found = []
    for seen, path in grids:
        if path.is_file():  # a long run lets go of every second of its older grids
            every = cells_of(read_png(path), rows, columns)
            found.append((seen, [np.ascontiguousarray(every[cell]) for cell in cells]))
    return found


def pixels_of(image: QImage) -> Pixels:
    """Return what a picture of the window is made of: (H, W, 3)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    height, width = plain.height(), plain.width()
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(height, plain.bytesPerLine())
    return np.ascontiguousarray(rows[:, : 3 * width].reshape(height, width, 3))
