"""A trained generator that is played with: loaded while somebody looks, asked for one picture at a time."""

from __future__ import annotations

import time
from dataclasses import replace
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
    look_for,
    saves_of,
)
from studio.jobs import Jobs
from studio.loading import Opened, Wanted, load
from studio.looking import Newest
from studio.series import Series

if TYPE_CHECKING:
    from gan_engine import Spot
    from studio.run import Run

FRAME_S = 0.04
"""A walk shows no more than 25 pictures a second."""
SHARE = 0.2
"""Of the time a walk may take while a run trains beside it."""
_LEAP_S = 0.5
"""What takes longer than this between two pictures of a walk is no part of it."""


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
    projecting = Signal(object)
    """The picture whose nearest sample is shown, or None."""
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
        self.picture: Path | None = None
        """What the nearest sample is looked for, if anything."""
        self.nearest: Spot | None = None
        """What was found of it."""
        self._found: object = None
        """For which picture, generator, truncation and class that is the last word."""
        self._series = Series(jobs, self)
        self._series.came.connect(self._take_one)
        self._series.failed.connect(self._take_end)
        self._came: list[tuple[str, float]] = []
        """Whose neighbours were seen before, and how far a walk was."""
        self._sampler: Sampler | None = None
        self._watchers = 0
        self._asked = self._shown = 0.0
        self._walks = False
        self._loads, self._draws = Newest(jobs, load, self), Newest(jobs, _draw, self)
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
        if self.nearest is not None:
            return "images"
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
        self._series.stop()
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
        if self.compares:  # a picture is looked for again, with that save
            self._end_series()
        self.save = which
        self.refresh()

    @Slot(bool)
    def compare(self, on: bool) -> None:
        """Show the first row with each save of the run, below each other, or one save again."""
        if on == self.compares:
            return
        if on:
            self._end_walk_and_series()
            self.compares = True
            self.comparing.emit(True)
        else:
            self._end_series()
        self._ask()

    @Slot(object)
    def project(self, picture: Path) -> None:
        """Show the sample nearest to a picture, of this class and with this truncation."""
        if self.now is None or self.now.needs_pictures:
            return
        self._end_walk_and_series()
        self.picture = picture
        self.projecting.emit(picture)
        self._ask()

    @Slot(object)
    def look(self, how: Exploration) -> None:
        """Look with other settings; a walk begins anew where it would pass other samples."""
        old = self.sight.how
        elsewhere = any(
            getattr(how, name) != getattr(old, name) for name in ("seed", "rows", "columns", "near")
        )
        moved = elsewhere or how.through != old.through
        if how.near != old.near:  # somebody wrote it
            self._come([("", 0.0)] if how.near else [])
        if elsewhere and self.picture is not None:
            self._end_series()
        same = self.picture is not None and how.truncation == old.truncation  # is looked for
        self._see(
            replace(self.sight, how=how, walked=0.0 if moved else self.sight.walked), not same
        )

    @Slot(object)
    def choose(self, label: int | None) -> None:
        """Look at one class, by its place, or at all of them in turn."""
        self._see(replace(self.sight, label=label))

    @Slot(object)
    def go_near(self, spot: Spot) -> None:
        """Look at the neighbours of a sample, which comes first."""
        self.walk(False)
        self._end_series()
        self._come([*self._came, (self.sight.how.near, self.sight.walked)])
        self._turn_to(str(spot), 0.0)

    @Slot()
    def go_back(self) -> None:
        """Look at what was seen before a picture, or before somebody went on to neighbours."""
        if self.picture is not None:
            self._end_series()
            self._ask()
        else:
            self._return(len(self._came) - 1)

    @Slot()
    def go_home(self) -> None:
        """Look at no neighbours any more, and for no picture."""
        if self.picture is not None:
            self._end_series()
            self._ask()
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
            self._end_series()
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
        self._end_series()
        self._come([])
        self.sight = Sight(self.sight.how.model_copy(update={"near": ""}))
        self.sight_changed.emit(self.sight)
        self.opened.emit(None)

    @Slot(object)
    def _take_sampler(self, found: tuple[Wanted, Wanted, Sampler | EngineError | None]) -> None:
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
        unchanged = self.now
        now = Opened(source, sampler.images_seen, sampler.classes, sampler.needs_pictures, save)
        if now != self.now:
            self.now = now
            self.opened.emit(now)
        if self.picture is None or now != unchanged or self._found != self._wish:
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

    def _see(self, sight: Sight, anew: bool = True) -> None:
        self.sight = sight
        self.sight_changed.emit(sight)
        if anew and not self._walks:  # a walk asks by itself
            self._ask()

    def _ask(self) -> None:
        self._series.stop()
        if self._sampler is None or self.now is None:
            return
        sampler, folder, sight, picture = self._sampler, self.now.source, self.sight, self.picture
        if picture is not None:
            self._series.begin(lambda: ((sight, one) for one in look_for(sampler, sight, picture)))
        elif self.compares:
            self._series.begin(
                lambda: ((sight, one) for one in compare_saves(saves_of(folder), sight))
            )
        else:
            self._asked = time.monotonic()
            self._draws.ask((sampler, sight))

    @property
    def _wish(self) -> object:
        return self.picture, self.now, self.sight.how.truncation, self.sight.label

    def _end_walk_and_series(self) -> None:
        self.walk(False)
        self._end_series()

    def _end_series(self) -> None:
        """Show no saves below each other any more, and look for no picture."""
        self._series.stop()
        if self.compares:
            self.compares = False
            self.comparing.emit(False)
        if self.picture is not None:
            self.picture = self.nearest = self._found = None
            self.projecting.emit(None)

    @Slot(object)
    def _take_one(self, found: tuple[Sight, Explored]) -> None:
        nearest = found[1].projection
        if nearest is not None:
            self.nearest = nearest.spot
            self._found = self._wish if nearest.done == nearest.total else None
        self.drawn.emit(found)

    @Slot(object)
    def _take_grid(self, found: tuple[Sight, Explored]) -> None:
        if self.compares or self.picture is not None:
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

    @Slot(object)
    def _take_end(self, error: Exception) -> None:
        """Look at samples again where a picture cannot be looked for, and say why."""
        if self.picture is not None:
            self._end_series()
            self._ask()
        self.failed.emit(error)


def _draw(wanted: tuple[Sampler, Sight]) -> tuple[Sight, Explored]:
    sampler, sight = wanted
    return sight, explore(sampler, sight)
