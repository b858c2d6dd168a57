"""Play with what was learned: other seeds, one sample's neighbours, a walk, one class."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gan_engine import EngineError, Exploration, Sight, part_of, put, spots_in, write_png
from studio import theme
from studio.failures import sentence_of
from studio.forms import Form
from studio.i18n import together, tr
from studio.panels.base import PAGE, EmptyState, Pages, Panel, column_of
from studio.panels.explore_choice import ExploreChoice
from studio.panels.explore_foot import ExploreFoot
from studio.panels.explore_head import ExploreHead
from studio.panels.explore_tip import tip_of
from studio.panels.sample_card import cut
from studio.panels.saving import ask_for_file, ask_for_picture
from studio.panels.spot_words import captions_of, names_of
from studio.widgets.elided import ElidedLabel
from studio.widgets.image_view import ImageView
from studio.widgets.picture_drop import PictureDrop

if TYPE_CHECKING:
    from gan_engine import Draft, Explored, Pixels, Spot
    from studio.context import Studio
    from studio.loading import Opened

_FORM_PX = 270
_NARROW_PX = 600
"""A page that is narrower has its settings below the samples."""


class ExplorePanel(Panel):
    """The page where a generator shows what it is asked for."""

    key, title = "explore", "Explore"

    watched = Signal(bool)
    looked = Signal(object)
    class_chosen = Signal(object)
    compare_asked = Signal(bool)
    picture_chosen = Signal(object)
    """The Path of a picture whose nearest sample is wanted."""
    near_chosen = Signal(object)
    """A Spot."""
    back_asked = Signal()
    home_asked = Signal()
    save_chosen = Signal(object)
    walk_asked = Signal(bool)
    picture_saved = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._values: Draft = _defaults()
        self._sight = Sight(Exploration())
        self._opened: Opened | None = None
        self._pixels: Pixels | None = None
        self._spots: tuple[Spot, ...] = ()
        self._walks = self._compares = self._projects = False
        self._moments: tuple[int, ...] = ()
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
        self.back_asked.connect(found.go_back)
        self.home_asked.connect(found.go_home)
        found.gone_on.connect(self.show_way_back)
        self.save_chosen.connect(found.take_save)
        self.compare_asked.connect(found.compare)
        found.comparing.connect(self.show_comparing)
        self.picture_chosen.connect(found.project)
        found.projecting.connect(self.show_projecting)
        studio.run.saved.connect(self.show_saved)
        self.walk_asked.connect(found.walk)
        self.picture_saved.connect(self._write_picture)
        self._values = {**self._values, **_values_of(found.sight.how)}
        self.form.show_draft(self._values)
        self.show_opened(found.now)
        self.show_sight(found.sight)
        self.show_way_back(found.steps_back)
        self.show_comparing(found.compares)
        self.show_projecting(found.picture)

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
        self._left.is_open = opened is not None and not opened.needs_pictures
        self._offer_saves()
        if opened is None:
            return
        self.choice.show_classes(opened.classes)
        self.choice.setVisible(not opened.needs_pictures)
        self.foot.show_kind(opened.needs_pictures)
        self._show_tip()

    @Slot()
    def show_saved(self) -> None:
        """Offer the save that was just written, too."""
        if self.isVisible():
            self.head.show_saves()
            self._offer_saves()

    def _offer_saves(self) -> None:
        self.foot.show_saves(self.head.save.count() > 1)

    @Slot(object)
    def show_sight(self, sight: Sight) -> None:
        """Say what is looked at: all samples, one class, or neighbours of one."""
        self._sight = sight
        if self._values["near"] != sight.how.near:
            self._values = {**self._values, "near": sight.how.near}
            self.form.show_draft(self._values)
        self._offer_home()
        self._show_pins(sight)
        self.choice.show_class(sight.label)
        self._show_tip()

    @Slot(int)
    def show_way_back(self, steps: int) -> None:
        """Offer to go back one step, where that is not all the way."""
        self.foot.back_button.setVisible(steps > 1)

    def _show_tip(self) -> None:
        """Say what is seen, or what can be done with it."""
        paired = self._opened is not None and self._opened.needs_pictures
        doing = "compare" if self._compares else "project" if self._projects else ""
        self.tip.setText(tip_of(self._sight, doing, paired, self._walks))

    @Slot(bool)
    def show_comparing(self, on: bool) -> None:
        """Say whether a row is shown for each save."""
        self._compares = on
        self.foot.show_comparing(on)
        self._show_tip()

    @Slot(object)
    def show_projecting(self, picture: Path | None) -> None:
        """Say whether the sample nearest to a picture is shown."""
        self._projects = picture is not None
        self._offer_home()
        self._show_tip()

    def _offer_home(self) -> None:
        self.foot.home_button.setVisible(bool(self._sight.how.near) or self._projects)

    @Slot(bool)
    def show_walking(self, on: bool) -> None:
        """Say whether a walk is going."""
        self._walks = on
        self._show_tip()
        self.foot.show_walking(on)

    @Slot(object)
    def show_drawn(self, drawn: tuple[Sight, Explored]) -> None:
        """Show a picture that was asked for."""
        sight, found = drawn
        if self._opened is None:
            return
        self._spots, self._moments = found.spots, found.moments
        if self._shape != (found.rows, found.columns):
            self._shape = found.rows, found.columns
            self.view.set_cells(*self._shape)
        self.view.name_cells(names_of(found))
        self.view.show_captions(captions_of(found, self.head.save.best))
        self._show_pins(sight)
        self._show_picture(found.pixels)

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
        self.foot = ExploreFoot()
        self.foot.walk_button.clicked.connect(self.walk_asked)
        self.foot.other_button.clicked.connect(self._go_on)
        self.foot.project_button.clicked.connect(self._ask_for_picture)
        self.foot.saves_button.clicked.connect(self.compare_asked)
        self.foot.back_button.clicked.connect(self.back_asked)
        self.foot.home_button.clicked.connect(self.home_asked)
        for one in (self.foot.film_button, self.foot.folder_button):
            one.clicked.connect(self._export)
        self.tip = ElidedLabel(2)
        self._left = left = PictureDrop()
        left.picture_dropped.connect(self.picture_chosen)
        left.setContentsMargins(0, 0, theme.GRID, 0)  # clear of the line
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.view, 1)
        column.addWidget(self.foot)
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
        self.show_saved()
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
    def _chosen(self) -> list[Spot]:
        """What a walk should pass; none where what is written are no samples."""
        with contextlib.suppress(EngineError):
            return list(spots_in(self._values["through"]))
        return []

    def _show_pins(self, sight: Sight) -> None:
        """Mark the samples that are chosen for a walk; what a walk is just passing cannot be."""
        if (sight.walked % 1.0 and not self._projects) or not self._spots or self._moments:
            self.view.show_pins(None)
            return
        chosen = {spot.of_class(None) for spot in self._chosen}
        pinned = (cell for cell, spot in enumerate(self._spots) if spot.of_class(None) in chosen)
        self.view.show_pins(pinned)

    @Slot(int)
    def _pin(self, cell: int) -> None:
        """Let a walk pass this sample, or no longer."""
        if cell >= len(self._spots):
            return  # a picture that was looked for
        spot, chosen = self._spots[cell], self._chosen
        kept = [one for one in chosen if one.of_class(None) != spot.of_class(None)]
        if len(kept) == len(chosen):
            kept.append(spot)
        self._edit("through", ", ".join(map(str, kept)))

    @Slot()
    def _go_on(self) -> None:
        how, _ = part_of(Exploration, self._values)
        if how is not None:
            self._edit("seed", (how.seed + how.rows * how.columns) % 2**31)

    @Slot()
    def _ask_for_picture(self) -> None:
        ask_for_picture(self, tr("Project a picture"), self.picture_chosen.emit)

    @Slot(int)
    def _go_near(self, cell: int) -> None:
        if self._moments:
            moment = self._moments[cell // self._shape[1]]
            self.save_chosen.emit(None if moment == self._moments[-1] else moment)
        elif cell < len(self._spots):
            self.near_chosen.emit(self._spots[cell])

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
        spots = self._spots[cell : cell + 1] if cell >= 0 else self._spots
        name = spots[0].file_name if len(spots) == 1 else "grid"
        pixels, seen = cut(self.view, self._pixels, cell), str(self._opened.images_seen)
        if moments := self._moments:
            own = moments if cell < 0 else [moments[cell // self._shape[1]]]
            seen = f"{own[0]}-{own[-1]}" if len(own) > 1 else str(own[0])
        text = {"program": "GAN Studio", "images_seen": seen}
        if spots:
            text |= {"seeds": ", ".join(map(str, spots))}
            text["truncation"] = str(self._sight.how.truncation)
        ask_for_file(
            self,
            f"{self._opened.name}-{seen}-{name}.png",
            lambda path: self.picture_saved.emit(path, pixels, text),
        )

    @Slot(object, object, object)
    def _write_picture(self, path: Path, pixels: Pixels, text: dict[str, str]) -> None:
        job = self._jobs.call(lambda: write_png(path, pixels, text))
        job.failed.connect(self.show_failure)


def _defaults() -> dict[str, Any]:
    return _values_of(Exploration())


def _values_of(how: Exploration) -> dict[str, Any]:
    return how.model_dump(exclude={"kind"})
