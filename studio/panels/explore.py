"""Play with what was learned: other seeds, one sample's neighbours, a walk, one class."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gan_engine import EngineError, Exploration, part_of, put, seeds_in, write_png
from studio import theme
from studio.failures import sentence_of
from studio.forms import Form
from studio.i18n import together, tr
from studio.panels.base import PAGE, EmptyState, Pages, Panel, button, column_of
from studio.panels.explore_choice import ExploreChoice
from studio.panels.explore_head import ExploreHead
from studio.panels.sample_card import cut
from studio.panels.saving import ask_for_file
from studio.widgets.elided import ElidedLabel
from studio.widgets.image_view import ImageView

if TYPE_CHECKING:
    from gan_engine import Draft, Grid, Pixels, Sight
    from studio.context import Studio
    from studio.exploring import Opened

_FORM_PX = 270
_NARROW_PX = 600
"""A page that is narrower has its settings below the samples."""


class ExplorePanel(Panel):
    """The page where a generator shows what it is asked for."""

    key, title = "explore", "Explore"

    watched = Signal(bool)
    looked = Signal(object)
    class_chosen = Signal(object)
    near_chosen = Signal(object)
    save_chosen = Signal(object)
    walk_asked = Signal(bool)
    picture_saved = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._values: Draft = _defaults()
        self._opened: Opened | None = None
        self._pixels: Pixels | None = None
        self._seeds: tuple[int, ...] = ()
        self._near: int | None = None
        self._shape = 0, 0
        self.empty = EmptyState(
            tr("Explore a generator"),
            tr(
                "Once a run has saved itself, its samples of any seed are shown here, their"
                " neighbours, and a walk between them. A file of weights can be explored, too."
            ),
            tr("Open checkpoint…"),
        )
        self.empty.pressed.connect(self._open_weights)
        self._stack = Pages()
        column_of(self, self._stack)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._content())

    def bind(self, studio: Studio) -> None:
        found = studio.exploring
        self._jobs = studio.jobs
        found.opened.connect(self.show_opened)
        found.drawn.connect(self.show_drawn)
        found.failed.connect(self.show_failure)
        found.walking.connect(self.show_walking)
        found.sight_changed.connect(self.show_sight)
        self.watched.connect(found.watch)
        self.looked.connect(found.look)
        self.class_chosen.connect(found.choose)
        self.near_chosen.connect(found.go_near)
        self.save_chosen.connect(found.take_save)
        studio.run.saved.connect(self.show_saved)
        self.walk_asked.connect(found.walk)
        self.picture_saved.connect(self._write_picture)
        self._values = {**self._values, **_values_of(found.sight.how)}
        self.form.show_draft(self._values)
        self.show_opened(found.now)
        self.show_sight(found.sight)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object)
    def show_opened(self, opened: Opened | None) -> None:
        """Say what is explored; with None there is nothing to explore."""
        again = opened is not None and self._opened is not None
        if not (again and opened and self._opened and opened.source == self._opened.source):
            self._show_picture(None)
        self._opened = opened
        self._stack.setCurrentIndex(0 if opened is None else 1)
        self.head.show_opened(opened)
        if opened is None:
            return
        self.choice.show_classes(opened.classes)
        for part in (self.choice, self.walk_button, self.other_button):
            part.setVisible(not opened.needs_pictures)
        self.folder_button.setVisible(opened.needs_pictures)
        self._show_tip()

    @Slot()
    def show_saved(self) -> None:
        """Offer the save that was just written, too."""
        if self.isVisible():
            self.head.show_saves()

    @Slot(object)
    def show_sight(self, sight: Sight) -> None:
        """Say what is looked at: all samples, one class, or neighbours of one."""
        self._near = sight.near
        self.back_button.setVisible(sight.near is not None)
        self.choice.show_class(sight.label)
        self._show_tip()

    def _show_tip(self) -> None:
        """Say what is seen, or what can be done with it."""
        said = tr("Double-click or Enter: a sample's neighbours. A walk passes pinned ones.")
        if self._opened is not None and self._opened.needs_pictures:
            said = tr("Pictures that come with the program, each beside what it makes.")
        elif self._near is not None:
            said = tr("Neighbours of seed {seed}, which comes first.", seed=self._near)
        self.tip.setText(said)

    @Slot(bool)
    def show_walking(self, on: bool) -> None:
        """Say whether a walk is going."""
        self.walk_button.setChecked(on)
        theme.wear(self.walk_button, "pause" if on else "start")
        self.walk_button.setText(tr("Stand still") if on else tr("Walk"))
        self.film_button.setVisible(on)

    @Slot(object)
    def show_drawn(self, drawn: tuple[Sight, Grid]) -> None:
        """Show a picture that was asked for."""
        sight, grid = drawn
        if self._opened is None:
            return
        self._seeds = () if self._opened.needs_pictures else grid.seeds
        if self._shape != (grid.rows, grid.columns):
            self._shape = grid.rows, grid.columns
            self.view.set_cells(*self._shape)
        self.view.name_cells([_name_of(sight, seed) for seed in self._seeds])
        self._show_pins(sight)
        self._show_picture(grid.pixels)

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say what went wrong, where the picture would be or below it."""
        said = together(*sentence_of(error))
        self._stack.setCurrentIndex(1)
        if self._pixels is None:
            self.view.show_text(said)
        else:
            self.tip.setText(said)

    # --- building ----------------------------------------------------------------------------

    def _content(self) -> QWidget:
        self.view = ImageView()
        self.view.setAccessibleName(tr("Samples"))
        self.view.setMinimumSize(240, 160)
        self.view.cell_activated.connect(self._go_near)
        self.view.save_asked.connect(self.save)
        self.view.pin_asked.connect(self._pin)
        self.head = ExploreHead()
        self.head.copy_button.clicked.connect(self._copy_chosen)
        self.head.save_button.clicked.connect(self._save_chosen)
        self.head.export_button.clicked.connect(self._export)
        self.head.save.save_chosen.connect(self.save_chosen)
        self.heading = self.head.heading
        self._left = left = QWidget()
        left.setContentsMargins(0, 0, theme.GRID, 0)  # clear of the line
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.view, 1)
        column.addLayout(self._foot())
        column.addWidget(self.tip)
        self.choice = ExploreChoice()
        self.choice.class_chosen.connect(self.class_chosen)
        self.form: Form = self.choice.form
        self.form.edited.connect(self._edit)
        self.form.show_draft(self._values)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(left)
        self._split.addWidget(self.choice)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([800, _FORM_PX])
        made = QWidget()
        row = QVBoxLayout(made)
        row.setContentsMargins(*PAGE)
        row.addWidget(self._split)
        return made

    def _foot(self) -> QHBoxLayout:
        self.walk_button = QPushButton(tr("Walk"))
        self.walk_button.setCheckable(True)
        self.walk_button.setToolTip(tr("Pass from each sample to the next, without end."))
        self.walk_button.setIconSize(QSize(16, 16))
        theme.wear(self.walk_button, "start")
        self.walk_button.clicked.connect(self.walk_asked)
        self.other_button = button(tr("Other samples"), tr("Show the samples of the next seeds."))
        self.other_button.clicked.connect(self._go_on)
        self.back_button = button(tr("All samples"), tr("Show no neighbours, but different seeds."))
        self.back_button.clicked.connect(self._go_back)
        self.film_button = button(
            tr("Save as animation…"), tr("Write this walk as WebP, MP4, GIF or PNG.")
        )
        self.folder_button = button(
            tr("Pictures of your own…"), tr("Write what it makes of each picture in a folder.")
        )
        for one in (self.film_button, self.folder_button):
            one.clicked.connect(self._export)
        for one in (self.back_button, self.film_button, self.folder_button):
            one.hide()
        self.tip = ElidedLabel(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        for one in (
            self.walk_button,
            self.other_button,
            self.back_button,
            self.film_button,
            self.folder_button,
        ):
            row.addWidget(one)
        row.addStretch(1)
        return row

    # --- inside ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        upright = self.width() < _NARROW_PX
        wanted = Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal
        if self._split.orientation() != wanted:
            self._split.setOrientation(wanted)
            below, beside = (theme.GRID, 0) if upright else (0, theme.GRID)
            self._left.setContentsMargins(0, 0, beside, below)
            self._split.setSizes([300, 120] if upright else [800, _FORM_PX])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.head.show_saves()
        self.watched.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.watched.emit(False)

    def _show_picture(self, pixels: Pixels | None) -> None:
        self._pixels = pixels
        self.view.show_text("" if pixels is not None else tr("Drawing…"))
        self.view.show_pixels(pixels)
        self.head.show_pictures(pixels is not None)

    @Slot(str, object)
    def _edit(self, path: str, value: object) -> None:
        self._values = put(self._values, path, value)
        how, problems = part_of(Exploration, self._values)
        self.form.show_draft(self._values, problems)
        if how is not None:
            self.looked.emit(how)

    @property
    def _chosen(self) -> list[int]:
        """The seeds that a walk should pass; none where what is written are no seeds."""
        with contextlib.suppress(EngineError):
            return list(seeds_in(self._values["through"]))
        return [int(word) for word in [self._values["through"].strip()] if word.isdigit()]

    def _show_pins(self, sight: Sight) -> None:
        """Mark the samples that are chosen for a walk; what is on a way to another cannot be."""
        if sight.near is not None or sight.walked % 1.0 or not self._seeds:
            self.view.show_pins(None)
            return
        chosen = set(self._chosen)
        self.view.show_pins(cell for cell, seed in enumerate(self._seeds) if seed in chosen)

    @Slot(int)
    def _pin(self, cell: int) -> None:
        """Let a walk pass this sample, or no longer."""
        seed, chosen = self._seeds[cell], self._chosen
        kept = [one for one in chosen if one != seed] if seed in chosen else [*chosen, seed]
        self._edit("through", ", ".join(map(str, kept)))

    @Slot()
    def _go_on(self) -> None:
        how, _ = part_of(Exploration, self._values)
        if how is not None:
            self._edit("seed", (how.seed + how.rows * how.columns) % 2**31)

    @Slot(int)
    def _go_near(self, cell: int) -> None:
        if cell < len(self._seeds):
            self.near_chosen.emit(self._seeds[cell])

    @Slot()
    def _go_back(self) -> None:
        self.near_chosen.emit(None)

    @Slot()
    def _open_weights(self) -> None:
        self.action_asked.emit("open_weights")

    @Slot()
    def _export(self) -> None:
        self.action_asked.emit("export")

    @Slot()
    def _copy_chosen(self) -> None:
        self.view.copy(self.view.selected)

    @Slot()
    def _save_chosen(self) -> None:
        self.save(self.view.selected)

    @Slot(int)
    def save(self, cell: int) -> None:
        """Ask where to, then tell what is to be written: one sample, or with -1 the grid."""
        if self._pixels is None or self._opened is None:
            return
        known = 0 <= cell < len(self._seeds)
        name = self.view.name_of(cell).replace(" ", "-") if known else "grid"
        pixels, seen = cut(self.view, self._pixels, cell), self._opened.images_seen
        text = {"program": "GAN Studio", "images_seen": str(seen)}
        ask_for_file(
            self,
            f"{self._opened.name}-{seen}-{name}.png",
            lambda path: self.picture_saved.emit(path, pixels, text),
        )

    @Slot(object, object, object)
    def _write_picture(self, path: Path, pixels: Pixels, text: dict[str, str]) -> None:
        job = self._jobs.call(lambda: write_png(path, pixels, text))
        job.failed.connect(self.show_failure)


def _name_of(sight: Sight, seed: int) -> str:
    """Return what the sample of a seed is called, or what is on the way from one to another."""
    share, begun = sight.walked % 1.0, seed
    if sight.near is not None and seed != sight.near:
        share, begun = sight.how.distance, sight.near
    elif share:
        seed += sight.how.rows * sight.how.columns
    if not share:
        return tr("seed {seed}", seed=begun)
    way = {"percent": round(100 * share), "seed": begun, "other": seed}
    return tr("seed {seed}, {percent} % towards {other}", **way)


def _defaults() -> dict[str, Any]:
    return _values_of(Exploration())


def _values_of(how: Exploration) -> dict[str, Any]:
    return how.model_dump(exclude={"kind"})
