"""A trained generator that is played with: loaded while somebody looks, asked for one picture at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gan_engine import (
    EngineError,
    Exploration,
    Explored,
    Sampler,
    Sight,
    compare_saves,
    explore,
    open_sampler,
    save_in,
    saves_of,
)
from studio.jobs import Cancelled, Job, Jobs
from studio.looking import Newest

if TYPE_CHECKING:
    from gan_engine import Spot
    from studio.run import Run

FRAME_S = 0.04
"""A walk shows no more than 25 pictures a second."""
SHARE = 0.2
"""Of the time a walk may take while a run trains beside it."""
_LEAP_S = 0.5
"""What takes longer than this between two pictures of a walk is no part of it."""


_Wanted = tuple[Path, int | str | None]
"""A run's folder or a file, and which save of it."""


@dataclass(frozen=True)
class Opened:
    """The generator that is explored.

    Attributes:
        source: The run's folder or the file that it is from.
        images_seen: After how many images its weights were saved.
        classes: The escaped names of what it can be asked for.
        needs_pictures: Whether it makes pictures from others: then there is nothing to choose.
        save: Which of the run's saves it is: after how many images, or "best"; None is the newest.
    """

    source: Path
    images_seen: int
    classes: tuple[str, ...]
    needs_pictures: bool
    save: int | str | None = None

    @property
    def name(self) -> str:
        """What the run or the file is called."""
        return self.source.stem if self.source.is_file() else self.source.name


class Exploring(QObject):
    """Follows the run on the screen; keeps the generator of one of its saves while somebody looks."""

    opened = Signal(object)
    """What is explored from now on: an Opened, or None."""
    drawn = Signal(object)
    """A Sight, and what is Explored of it."""
    failed = Signal(object)
    walking = Signal(bool)
    sight_changed = Signal(object)
    comparing = Signal(bool)
    """Whether a row is shown for each save."""
    gone_on = Signal(int)
    """How many times somebody went on from samples to one's neighbours, and can go back."""

    def __init__(self, run: Run, jobs: Jobs) -> None:
        super().__init__()
        self._run = run
        self.now: Opened | None = None
        self.sight = Sight(Exploration())
        self.save: int | str | None = None
        """Which save is wanted, as in `Opened`."""
        self.compares = False
        self._comparison: Job | None = None
        self._jobs = jobs
        self._came: list[tuple[str, float]] = []
        """Whose neighbours were seen before, and how far a walk was."""
        self._sampler: Sampler | None = None
        self._watchers = 0
        self._asked = self._shown = 0.0
        self._walks = False
        self._loads, self._draws = Newest(jobs, _load, self), Newest(jobs, _draw, self)
        self._loads.done.connect(self._take_sampler)
        self._loads.failed.connect(self._take_failure)
        self._draws.done.connect(self._take_grid)
        self._draws.failed.connect(self._take_failure)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._step)
        for told in (run.started, run.viewed):
            told.connect(self._follow)
        run.saved.connect(self._take_saved)  # a run ends with a save
        run.state_changed.connect(self._leave)

    # --- asked -------------------------------------------------------------------------------

    @property
    def takes_away(self) -> str:
        """The exporter of what is looked at, by its key; empty where nobody looks."""
        if self.now is None or not self._watchers:
            return ""
        if self.now.needs_pictures:
            return "pictures"
        return (
            "walk"
            if self._walks or (self.sight.how.through and not self.sight.how.near)
            else "grid"
        )

    @property
    def steps_back(self) -> int:
        """How many times one can go back."""
        return len(self._came)

    @Slot(bool)
    def watch(self, on: bool) -> None:
        """Load the generator, or let it go: on a GPU its memory is the run's again.

        Of two windows that take turns the new one may begin to look before the old one ends.
        """
        self._watchers = max(0, self._watchers + (1 if on else -1))
        if on:
            self.refresh()
        elif not self._watchers:
            self.close()

    def close(self) -> None:
        """Let go of the generator."""
        self.walk(False)
        self._stop_comparing()
        self._sampler = None

    @Slot()
    def refresh(self) -> None:
        """Load the chosen save of the run on the screen, if somebody looks."""
        self._leave()
        if self._watchers and self._run.source is not None:
            self._loads.ask((self._run.source, self.save))

    @Slot(object)
    def take_save(self, which: int | str | None) -> None:
        """Look in the same way at one save: after how many images, or "best"; None is the newest."""
        if which == self.save:
            self.compare(False)
            return
        self._end_comparing()
        self.save = which
        self.refresh()

    @Slot(bool)
    def compare(self, on: bool) -> None:
        """Show the first row with each save of the run, below each other, or one save again."""
        if on == self.compares:
            return
        if on:
            self.walk(False)
            self.compares = True
            self.comparing.emit(True)
        else:
            self._end_comparing()
        self._ask()

    @Slot(object)
    def look(self, how: Exploration) -> None:
        """Look with other settings; a walk begins anew where it would pass other samples."""
        old = self.sight.how
        kept = {"seed", "rows", "columns", "near", "through"}
        moved = how.model_dump(include=kept) != old.model_dump(include=kept)
        if how.near != old.near:  # somebody wrote it
            self._come([("", 0.0)] if how.near else [])
        self._see(replace(self.sight, how=how, walked=0.0 if moved else self.sight.walked))

    @Slot(object)
    def choose(self, label: int | None) -> None:
        """Look at one class, by its place, or at all of them in turn."""
        self._see(replace(self.sight, label=label))

    @Slot(object)
    def go_near(self, spot: Spot) -> None:
        """Look at the neighbours of a sample, which comes first."""
        self.walk(False)
        self._come([*self._came, (self.sight.how.near, self.sight.walked)])
        self._turn_to(str(spot), 0.0)

    @Slot()
    def go_back(self) -> None:
        """Look at what was seen before somebody went on to a sample's neighbours."""
        self._return(len(self._came) - 1)

    @Slot()
    def go_home(self) -> None:
        """Look at no neighbours any more."""
        self._return(0)

    @Slot(bool)
    def walk(self, on: bool) -> None:
        """Go from sample to sample, or stand still where it is."""
        able = self._sampler is not None and not self._sampler.needs_pictures
        on = on and able and not self.compares
        if on == self._walks:
            return
        self._walks = on
        self.walking.emit(on)
        if on:
            if self.sight.how.through:  # it does not pass by here
                self._come([])
                self._set_near("", 0.0)
            self.sight_changed.emit(self.sight)
            self._shown = time.monotonic()
            self._ask()
        else:
            self._next.stop()

    # --- inside ------------------------------------------------------------------------------

    @Slot()
    def _follow(self) -> None:
        self.refresh()

    @Slot()
    def _take_saved(self) -> None:
        """Look at the new save where that is what was wanted: an earlier one stays what it was."""
        if self._sampler is None or self.save != self._sampler.images_seen:
            self.refresh()
        elif self.compares:
            self._ask()

    @Slot()
    def _leave(self) -> None:
        """Let go of what belongs to another run than the one on the screen."""
        if self.now is None or self.now.source == self._run.source:
            return
        self.walk(False)
        self._sampler = self.now = self.save = None
        self._end_comparing()
        self._come([])
        self.sight = Sight(self.sight.how.model_copy(update={"near": ""}))
        self.sight_changed.emit(self.sight)
        self.opened.emit(None)

    @Slot(object)
    def _take_sampler(self, found: tuple[_Wanted, _Wanted, Sampler | EngineError | None]) -> None:
        wanted, (source, save), sampler = found
        if wanted != (self._run.source, self.save) or sampler is None or not self._watchers:
            return
        if isinstance(sampler, EngineError):
            if self.now is not None:  # what is seen is still of that save
                self.save = self.now.save
                self.opened.emit(self.now)
            self._take_failure(sampler)
            return
        self._sampler, self.save = sampler, save
        now = Opened(source, sampler.images_seen, sampler.classes, sampler.needs_pictures, save)
        if now != self.now:
            self.now = now
            self.opened.emit(now)
        self._ask()

    def _return(self, stop: int) -> None:
        if 0 <= stop < len(self._came):
            near, walked = self._came[stop]
            self.walk(False)
            self._come(self._came[:stop])
            self._turn_to(near, walked)

    def _come(self, came: list[tuple[str, float]]) -> None:
        self._came = came
        self.gone_on.emit(len(came))

    def _turn_to(self, near: str, walked: float) -> None:
        self._set_near(near, walked)
        self._see(self.sight)

    def _set_near(self, near: str, walked: float) -> None:
        how = self.sight.how.model_copy(update={"near": near})
        self.sight = replace(self.sight, how=how, walked=walked)

    def _see(self, sight: Sight) -> None:
        self.sight = sight
        self.sight_changed.emit(sight)
        if not self._walks:  # a walk asks by itself
            self._ask()

    def _ask(self) -> None:
        self._stop_comparing()
        if self._sampler is not None and self.compares and self.now is not None:
            folder, sight = self.now.source, self.sight

            def work(cancelled: Cancelled) -> Iterator[object]:
                for rows in compare_saves(saves_of(folder), sight):
                    yield sight, rows

            self._comparison = self._jobs.run(work)
            for told in (self._comparison.progressed, self._comparison.done):
                told.connect(self._take_rows)
            self._comparison.failed.connect(self._take_failure)
        elif self._sampler is not None:
            self._asked = time.monotonic()
            self._draws.ask((self._sampler, self.sight))

    def _end_comparing(self) -> None:
        self._stop_comparing()
        if self.compares:
            self.compares = False
            self.comparing.emit(False)

    def _stop_comparing(self) -> None:
        if self._comparison is not None:
            self._comparison.cancel()
            self._comparison = None

    @Slot(object)
    def _take_rows(self, found: tuple[Sight, Explored]) -> None:
        if self.compares:
            self.drawn.emit(found)

    @Slot(object)
    def _take_grid(self, found: tuple[Sight, Explored]) -> None:
        if self.compares:
            return  # it was asked for before
        self.drawn.emit(found)
        if self._walks:
            took = time.monotonic() - self._asked
            busy = self._run.state not in ("idle", "paused")
            rest = took / SHARE - took if busy else 0.0
            self._next.start(round(1000 * max(rest, FRAME_S - took)))

    @Slot()
    def _step(self) -> None:
        if not self._walks:
            return
        now = time.monotonic()
        gone, self._shown = min(now - self._shown, _LEAP_S), now
        walked = self.sight.walked + gone / self.sight.how.pace
        self.sight = replace(self.sight, walked=walked)
        self._ask()

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        self.walk(False)
        self.failed.emit(error)


def _load(wanted: _Wanted) -> tuple[_Wanted, _Wanted, Sampler | EngineError | None]:
    """Return what was wanted, what there is of it, and its generator or why that cannot be had.

    There is None while nothing is saved.
    """
    source, which = wanted
    try:
        if not source.is_dir():
            return wanted, wanted, open_sampler(source)
        if not saves_of(source):
            return wanted, wanted, None
        file = save_in(source, which)
        return wanted, (source, None if file == source else which), open_sampler(file)
    except EngineError as error:
        return wanted, wanted, error


def _draw(wanted: tuple[Sampler, Sight]) -> tuple[Sight, Explored]:
    sampler, sight = wanted
    return sight, explore(sampler, sight)
