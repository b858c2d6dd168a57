"""Watches a going run for what goes wrong, and says one thing at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from gan_engine import Facts, Verdict, examine

if TYPE_CHECKING:
    from pathlib import Path

    from gan_engine import Changed, Draft, Notice, Remedy, Scalars, Started
    from studio.document import Document
    from studio.jobs import Job, Jobs
    from studio.run import Run

MOST_READINGS = 8_000
"""Beyond so many, every second one of the older half is let go."""


class Doctor(QObject):
    """Examines the last readings beside the window's thread; what is dismissed stays so for the run."""

    advised = Signal(object)
    """The verdict to show, or None."""

    def __init__(self, run: Run, jobs: Jobs, document: Document) -> None:
        super().__init__()
        self.every_seconds = 5.0
        """How long to wait between two examinations, at least."""
        self._run, self._jobs, self._document = run, jobs, document
        self._readings: list[Scalars] = []
        self._facts = Facts()
        self._folder: Path | None = None
        self._dismissed: set[str] = set()
        self._shown: Verdict | None = None
        self._suspect = ""
        self._job: Job | None = None
        self._examined_at = 0.0
        run.started.connect(self._begin)
        run.scalars_arrived.connect(self._take_readings)
        run.setting_changed.connect(self._take_change)
        run.noticed.connect(self._take_notice)
        run.state_changed.connect(self._take_state)

    @property
    def shown(self) -> Verdict | None:
        """What is said at the moment."""
        return self._shown

    def dismiss(self) -> None:
        """Say no more of what is said now, for as long as this run lasts."""
        if self._shown is not None:
            self._dismissed.add(self._shown.key)
            self._show(None)

    def take(self, remedy: Remedy) -> None:
        """Change the setting as if by hand: at once where it is live, else for the next run."""
        if not remedy.live:
            self.dismiss()  # nothing more can be done about it in this run
        self._suspect = ""
        self._show(None)
        self._document.set(remedy.path, remedy.value)

    # --- what the run says ---------------------------------------------------------------------

    @Slot(object)
    def _begin(self, started: Started) -> None:
        if started.folder != self._folder:
            self._dismissed.clear()
        self._folder, self._readings, self._suspect = started.folder, [], ""
        seen = float(started.images_seen)
        self._facts = Facts(
            started.dataset_images,
            changed_at=seen,
            resumed_at=seen,
            on_gpu=started.device_kind != "cpu",
        )
        self._show(None)

    @Slot(object)
    def _take_readings(self, readings: list[Scalars]) -> None:
        first = next((one.images_seen for one in readings if not one.is_late), math.inf)
        last = next((one.images_seen for one in reversed(self._readings) if not one.is_late), 0)
        if last > first:  # it went back to a save
            self._readings = [old for old in self._readings if old.images_seen < first]
        self._readings += readings
        if len(self._readings) > MOST_READINGS:
            self._readings = _thinned(self._readings)
        now = time.monotonic()
        if self._job is None and now - self._examined_at >= self.every_seconds:
            self._examined_at = now
            self._examine()

    @Slot(object)
    def _take_change(self, change: Changed) -> None:
        self._facts = replace(self._facts, changed_at=float(change.images_seen))

    @Slot(object)
    def _take_notice(self, notice: Notice) -> None:
        if notice.key == "diverged":
            seen, returns = float(notice.images_seen), self._facts.returns + 1
            self._facts = replace(self._facts, changed_at=seen, returns=returns)

    @Slot(str)
    def _take_state(self, state: str) -> None:
        if state in ("idle", "stopping"):
            self._readings = []
            self._show(None)

    # --- examining -----------------------------------------------------------------------------

    def _examine(self) -> None:
        readings, draft, facts = tuple(self._readings), self._run.draft, self._facts
        self._job = self._jobs.call(lambda: _findings(readings, draft, facts))
        self._job.done.connect(self._take_findings)
        self._job.failed.connect(self._give_up)
        self._job.ended.connect(self._rest)

    @Slot(object)
    def _give_up(self, error: Exception) -> None:
        """A rule that is broken is told once; it would break again with the next readings."""
        self._examined_at = math.inf
        self._jobs.unheard.emit(error)

    @Slot()
    def _rest(self) -> None:
        self._job = None

    @Slot(object)
    def _take_findings(self, found: list[Verdict]) -> None:
        """Show the most urgent once it is found twice in a row; what is shown keeps its words."""
        left = [verdict for verdict in found if verdict.key not in self._dismissed]
        first = left[0] if left and self._readings else None
        key = first.key if first is not None else ""
        twice, self._suspect = key == self._suspect, key
        if twice and key != (self._shown.key if self._shown is not None else ""):
            self._show(first)

    def _show(self, verdict: Verdict | None) -> None:
        if verdict is not self._shown:
            self._shown = verdict
            self.advised.emit(verdict)


def _thinned(readings: list[Scalars]) -> list[Scalars]:
    """Return the newer half, and of the older every second; measurements are rare and all kept."""
    half = len(readings) // 2
    older = [
        reading for place, reading in enumerate(readings[:half]) if place % 2 or reading.is_late
    ]
    return older + readings[half:]


def _findings(readings: Sequence[Scalars], draft: Draft, facts: Facts) -> list[Verdict]:
    """Return what is wrong, as the engine sees it."""
    images = np.array([reading.images_seen for reading in readings], float)
    names = dict.fromkeys(name for reading in readings for name in reading.values)
    series = {
        name: (images, np.array([r.values.get(name, np.nan) for r in readings], float))
        for name in names
    }
    found: list[Verdict] = examine(series, draft, facts)
    return found
