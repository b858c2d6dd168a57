"""Follows a run that another process trains, from its folder alone: the same events, a little later."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gan_engine import configfile, durable
from gan_engine.commands import Command, Inbox, Leave
from gan_engine.drafts import asked_grid, get, put
from gan_engine.errors import BrokenOffError, EngineError
from gan_engine.events import (
    Changed,
    Event,
    Finished,
    Heard,
    Notice,
    Paused,
    Pixels,
    Preparing,
    Resumed,
    SampleGrid,
    Saved,
    Scalars,
    ScoreCounts,
    Started,
)
from gan_engine.history import CountRow, HappeningRow, History, Pulse, ReadingRow
from gan_engine.imaging import read_png
from gan_engine.pictures import ImageError
from gan_engine.training import mail
from gan_engine.training.folder import REALS, SETTINGS
from gan_engine.training.meters import BINS
from gan_engine.training.recorder import notice_of
from gan_engine.training.statistics import NAME as NUMBERS
from gan_engine.training.statistics import statistics_in

LOOKS_S = 0.5
"""How often the folder is looked into."""
PATIENCE_S = 30.0
"""How long a run whose process is gone may take to come back by itself."""
Position = tuple[int, int]
"""How far a history was read: its last row of readings, and of events."""
_FIRST, _LAST = {"started"}, {"finished", "failed"}
"""Kinds of what happens that come before, and behind, all else at their moment of a session."""


def follow(
    folder: Path,
    inbox: Inbox | None = None,
    after: Position = (0, 0),
    patience: float = PATIENCE_S,
) -> Iterator[Event]:
    """Yield what the run in `folder` says, as `train` does, until it ends.

    The folder may be on another computer, half copied or read-only, and its run may begin only
    later: what cannot be read now is read when it can be.

    Args:
        folder: A run's folder.
        inbox: Commands for the run, which reach it as files; and `Leave`, which ends the following.
        after: What is known already: only what is behind comes, after a `Started` of today.
        patience: For how many seconds a run whose process is gone may come back by itself.

    Raises:
        BrokenOffError: Its process is gone, and does not come back.
    """
    inbox, follower = inbox or Inbox(), _Follower(folder, after)
    while True:
        yield from follower.news()
        if follower.over:
            return
        if follower.missed > patience:
            raise BrokenOffError(
                "The run broke off after {seen:,} images.{why}",
                hint="Continue it: it goes on from its last save.",
                seen=follower.images_seen,
                why=f" {follower.failure}" if follower.failure else "",
            )
        for command in inbox.take(timeout=LOOKS_S):
            if isinstance(command, Leave):
                return
            yield from follower.tell(command)


class _Follower:
    """What is known of a run that somebody else trains."""

    def __init__(self, folder: Path, after: Position) -> None:
        self._folder, self._after = folder, after
        self._readings, self._events, self._counts = 0, 0, 0
        self._spreads_known, self._statistics_at = after != (0, 0), 0
        self._draft: dict[str, Any] = {}
        self._layout: tuple[int, int, tuple[int, ...]] = (1, 1, (0,))
        self._grid: tuple[str, float] = ("", 0.0)
        self._begun = self._paused = False
        self._sign: float | None = None
        self._ending: Finished | None = None
        self._start: dict[str, Any] = {}
        self._heard_at: float | None = None
        self._gone_at: float | None = None
        self.images_seen = 0
        self.failure = ""

    @property
    def over(self) -> bool:
        """Whether the run has come to its end, and that was told."""
        return self._ending is not None

    @property
    def missed(self) -> float:
        """For how many seconds nobody trains the run, as far as this computer can tell."""
        return 0.0 if self._gone_at is None else time.monotonic() - self._gone_at

    def tell(self, command: Command) -> Iterator[Event]:
        """Pass a command on to who trains the run, as a file; say so where there is no way."""
        try:
            mail.tell(self._folder, command)
        except EngineError as error:
            yield Notice(self.images_seen, "warning", error.text, error.hint, key="follow")

    def news(self) -> Iterator[Event]:
        """Yield what came since the last look; a file that is not whole yet is looked at again."""
        if not (self._folder / SETTINGS).is_file():
            return
        holder = durable.lock_holder(self._folder)
        elsewhere = durable.is_elsewhere(holder)
        history = History(self._folder)
        try:
            pulse = history.pulse()
            events = history.events_after(self._events)
            readings = history.readings_after(self._readings)
            counts = history.counts_after(self._counts, BINS)
        finally:
            history.close()
        if events or readings or pulse:
            yield from self._told(events, readings, pulse)
        yield from self._numbers(counts)
        yield self._heard(bool(events or readings), pulse, elsewhere)
        if self._ending is not None:
            yield self._ending
            return
        if holder is not None:
            self._gone_at = None
        elif self._gone_at is None:
            self._gone_at = time.monotonic()

    def _told(
        self, events: list[HappeningRow], readings: list[ReadingRow], pulse: Pulse | None
    ) -> Iterator[Event]:
        """Tell what happened and what was read in the order in which it was."""
        known_readings, known_events = self._after
        items: list[HappeningRow | ReadingRow] = [*events, *readings]
        for item in sorted(items, key=_moment):
            self.images_seen = item.images_seen
            if isinstance(item, ReadingRow):
                self._readings = max(self._readings, item.row)
                if item.row > known_readings:
                    yield Scalars(item.images_seen, item.values, item.seconds)
            else:
                self._events = max(self._events, item.row)
                yield from self._event(item, known=item.row <= known_events)
        yield from self._today(pulse)

    def _event(self, happened: HappeningRow, *, known: bool) -> Iterator[Event]:
        """Remember what an event changes; tell it unless it is known already."""
        event = self._read(happened.images_seen, happened.kind, happened.payload)
        if event is None:
            return
        if isinstance(event, Started):
            self._begun, self._paused, self._ending, self.failure = not known, False, None, ""
        elif isinstance(event, Changed):
            self._draft = put(self._draft, event.path, event.new)
        elif isinstance(event, Paused | Resumed):
            self._paused = isinstance(event, Paused)
        elif isinstance(event, Finished):
            self._ending = event  # its last samples come first
            return
        if not known:
            if not self._begun and self._draft:
                yield from self._begin()
            yield event

    def _read(self, seen: int, kind: str, found: dict[str, Any]) -> Event | None:
        match kind:
            case "started":
                return self._started(seen, found)
            case "saved":
                path = self._folder / "checkpoints" / str(found.get("path"))
                return Saved(seen, path, int(found.get("bytes", 0)), found.get("seconds", 0.0))
            case "changed":
                return Changed(seen, str(found.get("path")), found.get("old"), found.get("new"))
            case "notice":
                return notice_of(seen, found)
            case "paused":
                return Paused(seen, str(found.get("reason", "")))
            case "resumed":
                return Resumed(seen)
            case "failed":
                self.failure = str(found.get("text", ""))
                return Notice(seen, "error", self.failure, key="failed")
            case "finished":
                whole = found.get("reason") == "done"
                return Finished(seen, "done" if whole else "stopped", self._folder)
        return None

    def _started(self, seen: int, found: dict[str, Any]) -> Started:
        draft = found.get("draft")
        if not isinstance(draft, dict):
            draft = {}
            with contextlib.suppress(EngineError):
                draft = configfile.read_draft(self._folder / SETTINGS)
        self._draft, self._start = draft, found
        rows, columns, first = asked_grid(draft)
        seeds = found.get("seeds") or range(first, first + rows * columns)
        self._layout = found.get("rows", rows), found.get("columns", columns), tuple(seeds)
        return self._as_started(seen)

    def _as_started(self, seen: int) -> Started:
        found = self._start
        reals: Pixels = np.zeros((1, 1, 3), np.uint8)
        with contextlib.suppress(ImageError, OSError):
            reals = read_png(self._folder / REALS)
        return Started(
            images_seen=seen,
            folder=self._folder,
            draft=self._draft,
            device=str(found.get("device", "")),
            device_kind=str(found.get("device_kind", "")),
            images_total=int(found.get("images") or get(self._draft, "training.images", 0)),
            dataset_images=int(found.get("dataset_images", 0)),
            parameters_g=int(found.get("parameters_g", 0)),
            parameters_d=int(found.get("parameters_d", 0)),
            resumed=bool(found.get("resumed")) or self._after != (0, 0),
            reals=reals,
        )

    def _begin(self) -> Iterator[Event]:
        """Tell how the run is today, to somebody who knows what it did before."""
        self._begun = True
        yield self._as_started(self.images_seen)
        if self._paused:
            yield Paused(self.images_seen)

    def _today(self, pulse: Pulse | None) -> Iterator[Event]:
        """Tell what only a sign of life says: the newest grid, and how far preparing is."""
        if not self._begun and self._draft:
            yield from self._begin()
        if pulse is None:
            return
        seen, _, found = pulse
        if not self._begun and found.get("state") == "preparing":
            yield Preparing(seen, int(found.get("done", 0)), int(found.get("total", 0)))
        if self._begun:
            self.images_seen = seen
            yield from self._newest_grid(found)

    def _newest_grid(self, found: dict[str, Any]) -> Iterator[Event]:
        name, drawn = Path(str(found.get("grid", ""))).name, float(found.get("drawn", 0))
        path = self._folder / "grids" / name
        if (name, drawn) == self._grid or not path.stem.isdigit():
            return
        with contextlib.suppress(ImageError, OSError):  # perhaps not whole yet: next time
            pixels = read_png(path)
            self._grid = name, drawn
            paired = get(self._draft, "data.pairs", "off") != "off"
            yield SampleGrid(int(path.stem), pixels, *self._layout, path, paired=paired)

    def _numbers(self, counts: list[CountRow]) -> Iterator[Event]:
        """Tell how D's scores were spread, and the newest numbers of the samples."""
        known, self._spreads_known = self._spreads_known, False
        for count in counts:
            self._counts = count.row
            if not known:  # of a run that is known from before only what comes from now on
                yield ScoreCounts(count.images_seen, count.real, count.fake)
        with contextlib.suppress(OSError):
            changed = (self._folder / NUMBERS).stat().st_mtime_ns
            found = statistics_in(self._folder) if changed != self._statistics_at else None
            if self._begun and found is not None:
                self._statistics_at = changed
                yield found

    def _heard(self, news: bool, pulse: Pulse | None, elsewhere: bool) -> Heard:
        now, sign = time.monotonic(), pulse and pulse.wall
        if self._heard_at is None:  # clocks of two computers may differ: then it counts from now
            age = max(0.0, time.time() - sign) if sign and not elsewhere else 0.0
            self._heard_at = now - age
        elif news or sign != self._sign:
            self._heard_at = now
        self._sign = sign
        return Heard(self.images_seen, now - self._heard_at)


def _moment(item: HappeningRow | ReadingRow) -> tuple[int, int, int]:
    """Return where an item stands among all of its history's; a reading comes before what it led to."""
    if isinstance(item, ReadingRow):
        order = 1
    else:
        order = 0 if item.kind in _FIRST else 3 if item.kind in _LAST else 2
    return item.session, item.images_seen, order
