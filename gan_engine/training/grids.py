"""Draws a run's sample grids when they are due, and keeps them as pictures that say what they show."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from gan_engine.configfile import anonymous
from gan_engine.errors import SpaceError
from gan_engine.events import Event, Notice, Pixels, SampleGrid
from gan_engine.imaging import write_png
from gan_engine.schema import Message
from gan_engine.training.history_writer import HistoryWriter
from gan_engine.training.measuring import contained
from gan_engine.training.session import Session
from gan_engine.training.statistics import tell_statistics

SHARE = 0.1
"""Grids may take this share of the time; a slow G is drawn less often than asked."""
MOST, FEWEST = 2_000, 8
"""How many grids a run keeps at most, and at least, however little room there may be."""


class Grids:
    """What a run shows of its samples, and when."""

    def __init__(self, session: Session, folder: Path, history: HistoryWriter) -> None:
        self._session, self._folder, self._history = session, folder, history
        self._drawn = 0
        self._next, self._missed, self._unkept = 0.0, "", False
        self._sizes: dict[Path, int] | None = None

    def are_due(self, now: float) -> bool:
        """Whether it is time for the next: after the first update, and every so many seconds."""
        return self._drawn < 2 or now >= self._next

    def draw(self) -> Iterator[Event]:
        """Draw the samples of this moment; a grid that fails stops nothing."""
        began, session = time.monotonic(), self._session
        every = session.config.samples.every_seconds
        self._drawn += 1
        pixels = contained(session.grid, self._miss)
        if pixels is None:
            self._next = time.monotonic() + 10 * every
            text = Message("The sample grid could not be drawn: {why}", why=self._missed)
            yield Notice(session.images_seen, "warning", text, key="grid")
            return
        path = None
        try:
            path = keep_grid(self._folder, session, pixels)
            self._thin(path)
        except (SpaceError, OSError) as error:  # a preview that cannot be kept never stops a run
            if not self._unkept:  # once: the disk may be away for hours
                text = Message("The sample grid was not kept: {why}", why=error)
                yield Notice(session.images_seen, "warning", text, key="grid")
        self._unkept = path is None
        yield told_of(session, pixels, path)
        yield from tell_statistics(session, self._history, self._folder)
        now = time.monotonic()
        self._next = now + max(every, (now - began) / SHARE)

    def _thin(self, newest: Path) -> None:
        """Keep no more grids than there is room for: beyond, every second of the older half goes."""
        if self._sizes is None:  # of a run that goes on; later ones are counted as they come
            self._sizes = {one: one.stat().st_size for one in newest.parent.glob("*.png")}
        sizes, room = self._sizes, self._session.config.samples.room_gb * 1e9
        sizes[newest] = newest.stat().st_size
        while len(sizes) > MOST or (sum(sizes.values()) > room and len(sizes) > FEWEST):
            for old in sorted(sizes)[1 : len(sizes) // 2 : 2]:
                old.unlink(missing_ok=True)
                del sizes[old]

    def _miss(self, error: Exception) -> None:
        self._missed = str(error)


def keep_grid(folder: Path, session: Session, pixels: Pixels) -> Path:
    """Write a grid of this moment into a run's folder; return its file.

    Raises:
        SpaceError: The disk is full or not writable.
    """
    path, grid, config = folder / "grids", session.fixed.layout, session.config
    path /= f"{session.images_seen:012d}.png"
    words = {
        "images_seen": str(session.images_seen),
        "seeds": f"{grid.seeds[0]}-{grid.seeds[-1]}",
        "architecture": config.architecture.kind,
        "loss": config.loss.kind,
        "rows": str(grid.rows),
        "columns": str(grid.columns),
        "program": "GAN Studio",
        "settings": json.dumps(anonymous(config.draft())),
    }
    if config.data.paired:
        words["pairs"] = "given, made, wanted"
    if names := labels_of(session):
        words["classes"] = json.dumps(names)
    write_png(path, pixels, words, folder)
    return path


def told_of(session: Session, pixels: Pixels, path: Path | None) -> SampleGrid:
    """Return what a run says of a grid of this moment; `path` is its file, if it could be kept."""
    grid, seen = session.fixed.layout, session.images_seen
    names = labels_of(session)
    paired = session.config.data.paired
    return SampleGrid(seen, pixels, grid.rows, grid.columns, grid.seeds, path, names, paired)


def labels_of(session: Session) -> tuple[str, ...]:
    """Return the escaped name of each sample's class; empty where there are no classes."""
    labels = session.fixed.layout.labels or ()
    return tuple(session.classes[label] for label in labels) if session.classes else ()
