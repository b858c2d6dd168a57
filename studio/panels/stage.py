"""A run's samples: the newest grid or an earlier one, beside real images, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from studio.panels import words as say
from studio.panels.base import button, words
from studio.widgets.image_view import ImageView
from studio.widgets.timeline import Timeline

if TYPE_CHECKING:
    from gan_engine import Pixels

GAP = 2
"""Pixels between two cells of a grid."""


class Stage(QWidget):
    """What G makes, over the course of a run."""

    earlier_asked = Signal(object)
    """The grid in this file should be shown."""
    picture_saved = Signal(object, object, object)
    """A path, pixels, and what the picture says of itself: to be written."""

    def __init__(self) -> None:
        super().__init__()
        self._grids: list[tuple[int, Path | None]] = []
        self._seeds: tuple[int, ...] = ()
        self._pixels: Pixels | None = None
        self._newest: Pixels | None = None
        self._shown = 0
        self.run_name = "samples"
        self.view, self.reals = ImageView(), ImageView()
        self.view.setAccessibleName("Samples")
        self.view.cell_hovered.connect(self._point)
        self.view.cell_activated.connect(self.save)
        self.view.save_asked.connect(self.save)
        self.reals.setAccessibleName("Real images")
        self.reals.save_asked.connect(self._save_real)
        self.timeline = Timeline()
        self.timeline.moved.connect(self._move)
        self._heading, self._pointed = words("Samples", "title"), words("", "muted", wraps=False)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self._samples_side())
        self._split.addWidget(self._reals_side())
        self._split.setStretchFactor(0, 4)
        self._split.setStretchFactor(1, 3)
        self._split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._split, 1)
        column.addWidget(self.timeline)
        self.clear()

    # --- shown -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Forget everything, for another run."""
        self._grids, self._seeds = [], ()
        self._pixels = self._newest = None
        self.timeline.set_steps([])
        self.view.show_pixels(None)
        self.view.show_text("The first samples appear here in a moment.")
        self.show_reals(None)
        self._describe(0)

    def show_layout(self, rows: int, columns: int, seeds: Sequence[int]) -> None:
        """Say what the grids are made of."""
        if (rows * columns, tuple(seeds)) != (self.view.count, self._seeds):
            self._seeds = tuple(seeds)
            self.view.set_cells(rows, columns, GAP, [f"seed {seed}" for seed in seeds])

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

    def show_grids(self, grids: Sequence[tuple[int, Path]]) -> None:
        """Take a run's earlier grids; the newest is asked for."""
        self._grids, self._newest = list(grids), None
        self.timeline.set_steps([seen for seen, _ in grids])
        if grids:
            self._move(len(grids) - 1)

    def show_earlier(self, path: Path, pixels: Pixels) -> None:
        """Show a grid that was asked for, if it still is the one to be shown."""
        index = self.timeline.index
        if 0 <= index < len(self._grids) and self._grids[index][1] == path:
            self._show(pixels, self._grids[index][0])

    def show_reals(self, pixels: Pixels | None, rows: int = 1, columns: int = 1) -> None:
        """Show what G should learn from; with None nothing is beside the samples."""
        self._real_pixels = pixels
        self.reals.set_cells(rows, columns, GAP, [f"real {n + 1}" for n in range(rows * columns)])
        self.reals.show_pixels(pixels)
        self._toggle_reals(self.reals_button.isChecked())
        self.reals_button.setEnabled(pixels is not None)

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

    # --- building ----------------------------------------------------------------------------

    def _samples_side(self) -> QWidget:
        self.save_button = _small(
            "Save…", "Save the chosen sample, or the grid when none is chosen, as PNG."
        )
        self.copy_button = _small("Copy", "Put the chosen sample, or the grid, on the clipboard.")
        self.reals_button = _small("Real images", "Show real images beside the samples.")
        self.reals_button.setCheckable(True)
        self.reals_button.setChecked(True)
        self.save_button.clicked.connect(self._save_chosen)
        self.copy_button.clicked.connect(self._copy_chosen)
        self.reals_button.toggled.connect(self._toggle_reals)
        return _titled(
            self._heading,
            self.view,
            self._pointed,
            self.save_button,
            self.copy_button,
            self.reals_button,
        )

    def _reals_side(self) -> QWidget:
        self._reals_box = _titled(words("Real images", "title"), self.reals)
        self._reals_box.setContentsMargins(8, 0, 0, 0)
        return self._reals_box

    # --- inside ------------------------------------------------------------------------------

    def _show(self, pixels: Pixels, seen: int) -> None:
        self._pixels = pixels
        self.view.show_pixels(pixels)
        self._describe(seen)

    def _describe(self, seen: int) -> None:
        self._shown = seen
        there = self._pixels is not None
        self._heading.setText(f"Samples after {say.images(seen)}" if there else "Samples")
        self.save_button.setEnabled(there)
        self.copy_button.setEnabled(there)
        self.timeline.setVisible(len(self._grids) > 1)

    @Slot(int)
    def _point(self, cell: int) -> None:
        known = 0 <= cell < len(self._seeds)
        self._pointed.setText(f"seed {self._seeds[cell]}" if known else "")

    @Slot(int)
    def _move(self, index: int) -> None:
        seen, path = self._grids[index]
        if index == len(self._grids) - 1 and self._newest is not None:
            self._show(self._newest, seen)
        elif path is not None:
            self.earlier_asked.emit(path)

    @Slot(bool)
    def _toggle_reals(self, on: bool) -> None:
        shown = on and self._real_pixels is not None
        if shown and not self._reals_box.isVisibleTo(self._split):
            self._split.setSizes([4000, 3000])
        self._reals_box.setVisible(shown)

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
        seeds = (
            str(self._seeds[cell])
            if known
            else f"{self._seeds[0]}-{self._seeds[-1]}"
            if self._seeds
            else ""
        )
        name = f"{self.run_name}-{self._shown}-{f'seed{seeds}' if known else 'grid'}.png"
        text = {"program": "GAN Studio", "images_seen": str(self._shown), "seeds": seeds}
        self._ask(name, _cut(self.view, self._pixels, cell), text)

    @Slot(int)
    def _save_real(self, cell: int) -> None:
        if self._real_pixels is not None:
            name = f"real-{cell + 1}.png" if cell >= 0 else "real.png"
            self._ask(name, _cut(self.reals, self._real_pixels, cell), {"program": "GAN Studio"})

    def _ask(self, name: str, pixels: Pixels, text: dict[str, str]) -> None:
        dialog = QFileDialog(self, "Save as PNG")
        dialog.setObjectName("save-picture")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.setNameFilters(["PNG image (*.png)"])
        dialog.selectFile(name)
        dialog.setModal(False)
        dialog.fileSelected.connect(
            lambda chosen: self.picture_saved.emit(Path(chosen), pixels, text)
        )
        dialog.show()


def _small(text: str, tip: str) -> QPushButton:
    made = button(text, tip)
    made.setProperty("small", True)
    return made


def _titled(title: QWidget, view: QWidget, *others: QWidget) -> QWidget:
    made = QWidget()
    head = QHBoxLayout()
    head.setSpacing(6)
    head.addWidget(title, 1)
    for other in others:
        head.addWidget(other)
    head.addStrut(24)
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    column.addLayout(head)
    column.addWidget(view, 1)
    return made


def _cut(view: ImageView, pixels: Pixels, cell: int) -> Pixels:
    area = view.cell_rect(cell)
    return pixels[
        area.top() : area.top() + area.height(), area.left() : area.left() + area.width()
    ].copy()
