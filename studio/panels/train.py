"""The run itself: its samples, earlier ones, real images beside them, its curves, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QProgressBar, QSplitter, QVBoxLayout, QWidget

from gan_engine import NothingToDoError, Statistics, asked_grid, get, paths, write_png
from studio import looking, tables
from studio.failures import sentence_of
from studio.i18n import together, tr
from studio.panels import marks
from studio.panels import words as say
from studio.panels.advice import Advice
from studio.panels.base import PAGE, EmptyState, Pages, Panel, column_of
from studio.panels.curves import Curves
from studio.panels.ending import Ending
from studio.panels.stage import Stage
from studio.panels.stepping import Stepping
from studio.widgets.timeline_track import Mark

if TYPE_CHECKING:
    from gan_engine import (
        Changed,
        Draft,
        Finished,
        Neighbour,
        Notice,
        Pixels,
        Preparing,
        Problem,
        RunConfig,
        RunInfo,
        SampleGrid,
        Saved,
        Scalars,
        ScoreCounts,
        Started,
    )
    from studio.context import Studio
    from studio.worker import RunView


class TrainPanel(Panel):
    """The third page."""

    key, title = "train", "Train"

    picture_saved = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft = {}
        self._total = 0
        self._state = "idle"
        self._size = 0, 0
        self._info: RunInfo | None = None
        self.stage, self.curves, self.ending = Stage(), Curves(), Ending()
        self.advice, self.stepping = Advice(), Stepping()
        self.stage.picture_saved.connect(self.picture_saved)
        self.ending.action_asked.connect(self.action_asked)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(self.stage)
        self._split.addWidget(self.curves)
        self._split.setSizes([600, 400])
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        self._split.setChildrenCollapsible(False)
        page = _page(self.ending, self.advice, self.stepping, self._split)
        self._stack = Pages()
        column_of(self, self._stack)
        for content in (self._empty_page(), self._waiting_page(), page):
            self._stack.addWidget(content)
        self._page = page

    def bind(self, studio: Studio) -> None:
        self._jobs, document, run = studio.jobs, studio.document, studio.run
        document.changed.connect(self.show_document)
        run.state_changed.connect(self.show_state)
        run.state_changed.connect(self.stepping.show_state)
        self.stepping.step_asked.connect(run.step_once)
        run.preparing.connect(self.show_preparing)
        run.started.connect(self.show_start)
        run.viewed.connect(self.show_view)
        run.scalars_arrived.connect(self.show_readings)
        run.sample_arrived.connect(self.show_sample)
        run.numbers_arrived.connect(self.show_numbers)
        run.saved.connect(self.show_save)
        run.setting_changed.connect(self.show_change)
        run.noticed.connect(self.show_notice)
        run.finished.connect(self.show_end)
        run.failed.connect(self.show_failure)
        self.picture_saved.connect(self._write_picture)
        self._bind_looking(studio)
        self.advice.bind(studio)
        self.ending.more = studio.preferences.train_more_images
        self.show_document(document.draft, document.config, document.problems)

    def _bind_looking(self, studio: Studio) -> None:
        found, stage = studio.looking, self.stage
        stage.earlier_asked.connect(found.read_grid)
        stage.other_asked.connect(found.read_other)
        stage.nearest_asked.connect(found.find_nearest)
        stage.strip_asked.connect(found.cut_strip)
        stage.pins_chosen.connect(found.pin)
        stage.moment_shown.connect(found.take_moment)
        found.grid_read.connect(self.show_earlier)
        found.other_read.connect(self.show_other)
        found.reals_read.connect(self.show_reals)
        found.nearest_found.connect(self.show_nearest)
        found.nearest_failed.connect(stage.tip.show_no_nearest)
        found.strip_cut.connect(stage.beside.show_strip)
        found.pins_changed.connect(stage.show_pins)
        stage.timeline.pointed.connect(self.curves.point)
        stage.timeline.moved.connect(self._point_at_moment)
        self.curves.pointed.connect(stage.timeline.show_pointer)
        self.curves.moment_asked.connect(stage.timeline.go_to)
        self.curves.picture_saved.connect(self._write_curves)
        self.curves.table_saved.connect(self._write_table)

    # --- shown -------------------------------------------------------------------------------

    @Slot(object, object, object)
    def show_document(
        self, draft: Draft, config: RunConfig | None, problems: list[Problem]
    ) -> None:
        """Say whether these settings can be trained, and on what."""
        self._draft = draft
        wrong = [problem for problem in problems if problem.severity == "error"]
        self.empty.button.setEnabled(not wrong)
        if wrong:
            label = say.label_of(wrong[0].path, draft)
            said = together(tr(wrong[0].text), tr(wrong[0].hint))
            self.empty.show_text(
                tr("Not ready to train"),
                tr("{name}: {what}", name=label, what=said),
            )
            return
        folder = str(get(draft, "data.folder", paths.BUILTIN))
        what = tr("the built-in images") if folder == paths.BUILTIN else f"“{Path(folder).name}”"
        self.empty.show_text(
            tr("Ready to train"),
            tr(
                "G learns from {what}. Its samples and curves appear here, and every setting that"
                " is marked with a bolt can be changed meanwhile.",
                what=what,
            ),
        )

    @Slot(str)
    def show_state(self, state: str) -> None:
        """Follow what the run does: wait with it, and rest with it."""
        self._state = state
        if state == "preparing":
            self.ending.hide()
            self._wait.show_text(
                tr("Getting ready"), tr("The images are decoded once and the networks are built.")
            )
            self.bar.setRange(0, 0)
            self._stack.setCurrentIndex(1)
        elif state == "idle" and self._stack.currentIndex() == 1:
            self._stack.setCurrentIndex(0)

    @Slot(object)
    def show_preparing(self, event: Preparing) -> None:
        """Show how many images are decoded."""
        self._wait.show_text(
            tr("Preparing the images"),
            tr(
                "{done:,} of {total:,}. Next time this is not needed.",
                done=event.done,
                total=event.total,
            ),
        )
        self.bar.setRange(0, max(1, event.total))
        self.bar.setValue(event.done)

    @Slot(object)
    def show_start(self, event: Started) -> None:
        """Show the run that begins, or that goes on."""
        if event.resumed:
            self._mark(event.images_seen, tr("resumed"), "resumed")
        else:
            self._clear()
        self._draft = event.draft
        self.stage.beside.d_view.show_turns(event.draft)
        self.stage.run_name = event.folder.name
        self._lay_out(event.draft)
        self.show_reals(event.reals)
        self._stack.setCurrentWidget(self._page)

    @Slot(object)
    def show_view(self, view: RunView) -> None:
        """Show what an earlier run left behind."""
        self._clear()
        self._info = view.info
        self.stage.beside.d_view.show_turns(view.info.draft)
        self.stage.run_name = view.info.name
        self._lay_out(view.info.draft)
        self.stage.view.show_text(tr("This run kept no samples."))
        self.stage.show_grids(view.grids)
        self.curves.show_history(view.scalars)
        self.curves.show_spreads(*view.counts)
        self._show_means(view.scalars)
        for seen, _, kind, payload in view.events:
            if told := marks.of_event(kind, payload, view.info.draft):
                self._mark(seen, *told)
        if self._state == "idle":
            moments = [grid[0] for grid in view.grids] + [event[0] for event in view.events]
            reached = max(moments, default=0)
            self.ending.show_run(view.info, reached)
        self._stack.setCurrentWidget(self._page)

    @Slot(object)
    def show_readings(self, readings: list[Scalars]) -> None:
        """Let the curves grow."""
        self.curves.extend([(reading.images_seen, reading.values) for reading in readings])

    @Slot(object)
    def show_numbers(self, event: ScoreCounts | Statistics) -> None:
        """Show how D's scores are spread, or the tutorial's numbers."""
        if isinstance(event, Statistics):
            self.stage.beside.d_view.show_statistics(event)
        else:
            self.curves.add_spread(event.images_seen, np.stack([event.real, event.fake]))

    @Slot(object)
    def show_sample(self, grid: SampleGrid) -> None:
        """Show the newest samples."""
        layout = grid.rows, grid.columns, grid.seeds, grid.labels, grid.paired
        self.stage.show_layout(*layout)
        self.stage.show_grid(grid.pixels, grid.images_seen, grid.path)

    @Slot(object)
    def show_earlier(self, found: tuple[Path, Pixels, dict[str, str]]) -> None:
        """Show a grid that was read from its file, which says what it is made of."""
        path, pixels, told = found
        if layout := marks.layout_of(told):
            self.stage.show_layout(*layout)
        self.stage.show_earlier(path, pixels)

    @Slot(object)
    def show_other(self, found: tuple[Path, Pixels, dict[str, str]]) -> None:
        """Compare with a grid that was read from its file."""
        self.stage.show_other(*found[:2])

    @Slot(object)
    def show_nearest(self, found: tuple[Pixels, list[Neighbour]]) -> None:
        """Know what the samples of a grid are nearest to."""
        self.stage.tip.show_nearest(*found)

    @Slot(object)
    def show_reals(self, pixels: Pixels | None) -> None:
        """Show the real images of the run that is looked at; older runs kept none."""
        self.stage.show_reals(pixels, *self._size)

    @Slot(object)
    def show_save(self, event: Saved) -> None:
        """Mark a checkpoint on the curves."""
        self._mark(event.images_seen, tr("saved"), "saved")

    @Slot(object)
    def show_change(self, event: Changed) -> None:
        """Mark a live change on the curves."""
        text = marks.change(event.path, event.old, event.new, self._draft)
        self._mark(event.images_seen, text, "changed")
        self.stage.beside.d_view.show_change(event.path, event.new)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Mark what went wrong, and that the run went back to a save."""
        if notice.key == "diverged":
            self._mark(notice.images_seen, tr("went back to this save"), "notice")
        elif told := marks.of_notice(notice.key):
            self._mark(notice.images_seen, *told)

    @Slot(object)
    def show_end(self, event: Finished) -> None:
        """Say how the run ended and what can be done now."""
        self.ending.show_end(event)

    @Slot(object)
    def show_failure(self, error: Exception) -> None:
        """Say how the run stands that broke off, or had nothing left to do."""
        if self._stack.currentWidget() is not self._page:
            return
        if isinstance(error, NothingToDoError) and self._info is not None:
            done = replace(self._info, state="done")
            return self.ending.show_run(done, done.images_seen)
        self.ending.show_broken(self.stage.run_name, self.curves.has_saves)

    # --- inside ------------------------------------------------------------------------------

    def _empty_page(self) -> EmptyState:
        self.empty = EmptyState(
            tr("Ready to train"),
            "",
            tr("Start training"),
            tr("Train a new run with these settings."),
        )
        self.empty.pressed.connect(self._start)
        return self.empty

    def _waiting_page(self) -> EmptyState:
        self._wait = EmptyState(tr("Getting ready"), "", tr("Stop"), primary=False)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Images prepared"))
        self._wait.inner.insertWidget(2, self.bar)
        self._wait.pressed.connect(self._stop)
        return self._wait

    def _clear(self) -> None:
        self._info = None
        self.ending.hide()
        self.stage.clear()
        self.curves.clear()

    def _lay_out(self, draft: Draft) -> None:
        rows, columns, first = asked_grid(draft)
        if get(draft, "data.pairs", "off") != "off":  # three cells a pair
            columns = 3 * max(1, columns // 3)
        self.stage.show_layout(rows, columns, range(first, first + rows * columns))
        height = int(get(draft, "data.size", 0))
        self._size = height, int(get(draft, "data.width", 0)) or height

    def _mark(self, seen: int, text: str, kind: str) -> None:
        """Mark a moment in the curves and on the timeline."""
        self.curves.mark(seen, text, kind)
        self.stage.timeline.add_mark(Mark(seen, kind, text))

    def _show_means(self, scalars: Mapping[str, Any]) -> None:
        """Show the last mean intensities of a run that is over."""
        last = []
        for name in ("intensity/real", "intensity/fake"):
            y = scalars[name][1] if name in scalars else np.empty(0)
            y = y[np.isfinite(y)]
            last.append(float(y[-1]) if len(y) else float("nan"))
        self.stage.beside.d_view.show_means(*last)

    @Slot(object, object)
    def _write_curves(self, path: Path, image: QImage) -> None:
        self._write_picture(path, looking.pixels_of(image), {"program": "GAN Studio"})

    @Slot(object, object)
    def _write_table(self, path: Path, table: tables.Table) -> None:
        job = self._jobs.call(lambda: tables.write_csv(path, table))
        job.failed.connect(self._refuse_picture)

    @Slot(int)
    def _point_at_moment(self, index: int) -> None:
        self.curves.point(float(self.stage.moments[index]))

    @Slot(object, object, object)
    def _write_picture(self, path: Path, pixels: Pixels, text: dict[str, str]) -> None:
        job = self._jobs.call(lambda: write_png(path, pixels, text))
        job.failed.connect(self._refuse_picture)

    @Slot(object)
    def _refuse_picture(self, error: Exception) -> None:
        text, hint = sentence_of(error)
        self.ending.show_failure(text, hint)

    @Slot()
    def _start(self) -> None:
        self.action_asked.emit("start")

    @Slot()
    def _stop(self) -> None:
        self.action_asked.emit("stop")


def _page(*bars: QWidget) -> QWidget:
    """Return what is above each other; the last has the room that is left."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(*PAGE)
    column.setSpacing(10)
    for bar in bars[:-1]:
        column.addWidget(bar)
    column.addWidget(bars[-1], 1)
    return made
