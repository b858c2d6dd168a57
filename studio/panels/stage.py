"""A run's samples: any moment of them, two of them compared, each with what it is nearest to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gan_engine import Pin, unescape
from studio.i18n import tr
from studio.panels import words as say
from studio.panels.base import HEAD, tool
from studio.panels.beside import Beside
from studio.panels.sample_card import SampleCard, cut
from studio.panels.saving import ask_for_file
from studio.theme import GRID
from studio.widgets.elided import ElidedLabel
from studio.widgets.image_view import ImageView
from studio.widgets.timeline import Timeline
from studio.widgets.wipe import WipeView

if TYPE_CHECKING:
    from gan_engine import Pixels

STRIP = 8
"""So many moments of a pinned sample are shown."""


class Stage(QWidget):
    """What G makes, over the course of a run."""

    earlier_asked = Signal(object)
    """The grid in this file should be shown."""
    other_asked = Signal(object)
    """The grid in this file should be compared with it."""
    nearest_asked = Signal(object)
    """Of these pixels, rows and columns the nearest training images are wanted."""
    strip_asked = Signal(object)
    """Of these grids, rows and columns these cells are wanted."""
    moment_shown = Signal(object)
    """The samples after so many images are on the screen."""
    pins_chosen = Signal(object)
    """These samples are to be followed."""
    picture_saved = Signal(object, object, object)
    """A path, pixels, and what the picture says of itself: to be written."""

    def __init__(self) -> None:
        super().__init__()
        self._grids: list[tuple[int, Path | None]] = []
        self._seeds: tuple[int, ...] = ()
        self._labels: tuple[str, ...] = ()
        self._paired = False
        self._rows, self._columns = 1, 1
        self._pixels: Pixels | None = None
        self._newest: Pixels | None = None
        self._pins: tuple[Pin, ...] = ()
        self._shown = 0
        self.run_name = "samples"
        self.view, self.beside = WipeView(), Beside()
        self.tip = SampleCard(self.view, self.name_of)
        self.timeline = Timeline()
        self._connect()
        self._heading, self._pointed = ElidedLabel(title=True), QLabel()
        self._pointed.setProperty("role", "muted")
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self._samples_side())
        self._split.addWidget(self.beside)
        self._split.setStretchFactor(0, 4)
        self._split.setStretchFactor(1, 3)
        self._split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._split, 1)
        column.addWidget(self.timeline)
        self.clear()

    @property
    def reals(self) -> ImageView:
        """Where real images are shown."""
        return self.beside.reals

    # --- shown -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything, for another run."""
        self._grids, self._seeds, self._labels = [], (), ()
        self._pixels = self._newest = None
        self.tip.show_pixels(None)
        self.compare_button.setChecked(False)
        self.timeline.set_steps([])
        self.timeline.set_marks([])
        self.view.show_pixels(None)
        self.view.show_text(tr("The first samples appear here in a moment."))
        self.beside.clear()
        self._arrange()
        self._describe(0)

    def show_layout(
        self,
        rows: int,
        columns: int,
        seeds: Sequence[int],
        labels: Sequence[str] = (),
        paired: bool = False,
    ) -> None:
        """Say what the grids are made of: a seed a sample, and with classes a name a sample."""
        labels = [str(cell % 3) for cell in range(len(seeds))] if paired else labels
        told = (rows, columns, tuple(seeds), tuple(labels), paired)
        if told != (self._rows, self._columns, self._seeds, self._labels, self._paired):
            self._rows, self._columns, self._seeds, self._labels, self._paired = told
            names = [self.name_of(cell) for cell in range(rows * columns)]
            self.view.set_cells(rows, columns, names)
            self.beside.d_view.show_layout(columns)
            self.show_pins(self._pins)

    def show_grid(self, pixels: Pixels, seen: int, path: Path | None) -> None:
        """Take a run's newest grid; it is shown unless the user is looking at an earlier one."""
        self._newest = pixels
        kept = [grid for grid in self._grids if grid[0] < seen]
        if len(kept) < len(self._grids):  # the run went back, to its last save
            self._grids = [*kept, (seen, path)]
            self.timeline.set_steps([step for step, _ in self._grids])
        else:
            self._grids.append((seen, path))
            self.timeline.add_step(seen)
        if self.timeline.is_newest:
            self._show(pixels, seen)
        self._ask_for_strip()

    def show_grids(self, grids: Sequence[tuple[int, Path]]) -> None:
        """Take a run's earlier grids; the newest is asked for."""
        self._grids, self._newest = list(grids), None
        self.timeline.set_steps([seen for seen, _ in grids])
        if grids:
            self._move(len(grids) - 1)
        self._ask_for_strip()

    def show_earlier(self, path: Path, pixels: Pixels) -> None:
        """Show a grid that was asked for, if it still is the one to be shown."""
        index = self.timeline.index
        if 0 <= index < len(self._grids) and self._grids[index][1] == path:
            self._show(pixels, self._grids[index][0])

    def show_other(self, path: Path, pixels: Pixels) -> None:
        """Compare with a grid that was asked for, if it still is the one."""
        index = self.timeline.other
        if 0 <= index < len(self._grids) and self._grids[index][1] == path:
            self._show_other(pixels, self._grids[index][0])

    def show_pins(self, pins: Sequence[Pin]) -> None:
        """Mark the samples that are followed, and show how each came to be."""
        self._pins = tuple(pins)
        self.view.show_pins([cell for pin in pins if (cell := self.cell_of(pin)) >= 0])
        self._ask_for_strip()

    def show_reals(self, pixels: Pixels | None, height: int = 0, width: int = 0) -> None:
        """Show what G should learn from; with None nothing is beside the samples."""
        self.beside.show_reals(pixels, height, width)
        self._arrange()

    # --- asked -------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """What is said above the samples."""
        return self._heading.text()

    @property
    def pointed(self) -> str:
        """What is said of the sample under the mouse."""
        return self._pointed.text()

    @property
    def moments(self) -> list[int]:
        """When the grids that can be shown were drawn, in images seen."""
        return [seen for seen, _ in self._grids]

    @property
    def pixels(self) -> Pixels | None:
        """What is shown."""
        return self._pixels

    def name_of(self, cell: int) -> str:
        """Return what a sample is called: by its seed, and its class where there are classes."""
        if not 0 <= cell < len(self._seeds):
            return ""
        if self._paired:
            parts = tr("what is given"), tr("what is made"), tr("what it should be")
            return tr("pair {number}: {part}", number=self._seeds[cell] + 1, part=parts[cell % 3])
        if cell < len(self._labels):
            label = unescape(self._labels[cell])
            return tr("seed {seed} of {label}", seed=self._seeds[cell], label=label)
        return tr("seed {seed}", seed=self._seeds[cell])

    def pin_of(self, cell: int) -> Pin:
        """Return what makes a sample the same at every moment."""
        return Pin(self._seeds[cell], self._labels[cell] if cell < len(self._labels) else "")

    def cell_of(self, pin: Pin) -> int:
        """Return where a pinned sample is in the grids, or -1."""
        cells = range(len(self._seeds))
        return next((cell for cell in cells if self.pin_of(cell) == pin), -1)

    # --- building ----------------------------------------------------------------------------

    def _connect(self) -> None:
        self.view.setAccessibleName(tr("Samples"))
        self.view.cell_hovered.connect(self._point)
        self.view.cell_chosen.connect(self._point)
        self.tip.nearest_asked.connect(self._ask_for_nearest)
        self.view.cell_activated.connect(self.save)
        self.view.save_asked.connect(self.save)
        self.view.pin_asked.connect(self.pin)
        self.reals.save_asked.connect(self._save_real)
        self.timeline.moved.connect(self._move)
        self.timeline.other_moved.connect(self._move_other)
        self.beside.moment_asked.connect(self.timeline.go_to)
        self.beside.unpin_asked.connect(self._unpin)
        self.beside.page_shown.connect(self._ask_for_strip)

    def _samples_side(self) -> QWidget:
        self.compare_button = tool(
            "compare", tr("A/B: compare two moments; drag the line between them"), True
        )
        self.save_button = tool(
            "save", tr("Save the chosen sample, or the grid when none is chosen, as PNG")
        )
        self.copy_button = tool("copy", tr("Put the chosen sample, or the grid, on the clipboard"))
        self.reals_button = tool(
            "columns", tr("Show real images, D's view and pinned samples beside the samples"), True
        )
        self.reals_button.setChecked(True)
        self.compare_button.toggled.connect(self._compare)
        self.save_button.clicked.connect(self._save_chosen)
        self.copy_button.clicked.connect(self._copy_chosen)
        self.reals_button.toggled.connect(self._arrange)
        made, head = QWidget(), QHBoxLayout()
        self._samples = made
        head.setSpacing(4)
        head.addWidget(self._heading, 1)
        head.addWidget(self._pointed)
        for button in (self.compare_button, self.copy_button, self.save_button, self.reals_button):
            head.addWidget(button)
        head.addStrut(HEAD)
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        made.setMinimumWidth(200)
        return made

    # --- moments -----------------------------------------------------------------------------

    def _show(self, pixels: Pixels, seen: int) -> None:
        self._pixels = pixels
        self.view.show_pixels(pixels)
        self._describe(seen)
        if self.timeline.other >= 0:
            self._move_other(self.timeline.other)
        self.tip.show_pixels(pixels)

    def _describe(self, seen: int) -> None:
        self._shown = seen
        self.moment_shown.emit(seen)
        there = self._pixels is not None
        told = tr("Samples after {images}", images=say.images(seen)) if there else tr("Samples")
        self._heading.setText(told)
        for button in (self.save_button, self.copy_button):
            button.setEnabled(there)
        self.compare_button.setEnabled(len(self._grids) > 1)
        self.timeline.setVisible(len(self._grids) > 1)

    @Slot(int)
    def _move(self, index: int) -> None:
        seen, path = self._grids[index]
        if index == len(self._grids) - 1 and self._newest is not None:
            self._show(self._newest, seen)
        elif path is not None:
            self.earlier_asked.emit(path)

    @Slot(bool)
    def _compare(self, on: bool) -> None:
        """Compare with the first moment, or, while that is shown, with the newest."""
        last = len(self._grids) - 1
        index = (0 if self.timeline.index else last) if on and last > 0 else -1
        self.timeline.compare(index)
        if index < 0:
            self.view.show_other(None)
        else:
            self._move_other(index)

    @Slot(int)
    def _move_other(self, index: int) -> None:
        seen, path = self._grids[index]
        if index == len(self._grids) - 1 and self._newest is not None:
            self._show_other(self._newest, seen)
        elif path is not None:
            self.other_asked.emit(path)

    def _show_other(self, pixels: Pixels, seen: int) -> None:
        if self._pixels is not None and pixels.shape == self._pixels.shape:
            left = tr("A · {images}", images=say.images(seen))
            right = tr("B · {images}", images=say.images(self._shown))
            self.view.show_other(pixels, left, right)

    # --- one sample --------------------------------------------------------------------------

    @Slot(int)
    def _point(self, cell: int) -> None:
        self._pointed.setText(self.name_of(cell))

    @Slot(object)
    def _ask_for_nearest(self, pixels: Pixels) -> None:
        self.nearest_asked.emit((pixels, self._rows, self._columns))

    @Slot(int)
    def pin(self, cell: int) -> None:
        """Follow a sample from now on, or no longer."""
        pin = self.pin_of(cell)
        kept = [other for other in self._pins if other != pin]
        self.pins_chosen.emit((*kept, pin) if len(kept) == len(self._pins) else tuple(kept))

    @Slot(int)
    def _unpin(self, place: int) -> None:
        self.pin([cell for pin in self._pins if (cell := self.cell_of(pin)) >= 0][place])

    @Slot()
    def _ask_for_strip(self) -> None:
        cells = [cell for pin in self._pins if (cell := self.cell_of(pin)) >= 0]
        self.beside.show_pins([self.name_of(cell) for cell in cells])
        files = [(seen, path) for seen, path in self._grids if path is not None]
        if not (cells and files and self.beside.shows_pins):
            return
        last = len(files) - 1
        places = sorted({round(last * n / max(1, STRIP - 1)) for n in range(STRIP)})
        wanted = [files[place] for place in places]
        self.strip_asked.emit((wanted, self._rows, self._columns, cells))

    # --- saving ------------------------------------------------------------------------------

    @Slot()
    def _arrange(self) -> None:
        shown = self.reals_button.isChecked() and self.beside.has_something
        if shown and not self.beside.isVisibleTo(self._split):
            self._split.setSizes([4000, 3000])
        self.beside.setVisible(shown)
        self._samples.setContentsMargins(0, 0, GRID if shown else 0, 0)  # clear of the line
        self.reals_button.setEnabled(self.beside.has_something)

    @Slot()
    def _save_chosen(self) -> None:
        self.save(self.view.selected)

    @Slot()
    def _copy_chosen(self) -> None:
        self.view.copy(self.view.selected)

    @Slot(int)
    def save(self, cell: int) -> None:
        """Ask where to, then tell what is to be written: one sample, or with -1 the grid."""
        if self._pixels is None:
            return
        known = 0 <= cell < len(self._seeds)
        all_of_them = f"{self._seeds[0]}-{self._seeds[-1]}" if self._seeds else ""
        seeds = str(self._seeds[cell]) if known else all_of_them
        name = f"{self.run_name}-{self._shown}-{f'seed{seeds}' if known else 'grid'}.png"
        text = {"program": "GAN Studio", "images_seen": str(self._shown), "seeds": seeds}
        self._ask(name, cut(self.view, self._pixels, cell), text)

    @Slot(int)
    def _save_real(self, cell: int) -> None:
        pixels = self.beside.real_pixels
        if pixels is not None:
            name = f"real-{cell + 1}.png" if cell >= 0 else "real.png"
            self._ask(name, cut(self.reals, pixels, cell), {"program": "GAN Studio"})

    def _ask(self, name: str, pixels: Pixels, text: dict[str, str]) -> None:
        ask_for_file(self, name, lambda path: self.picture_saved.emit(path, pixels, text))
