"""What happened in a run: a database that survives a kill, read while another process writes it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gan_engine import durable

Series = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Images seen and values, both (points,)."""

NAME = "history.sqlite"
TABLES = """
create table if not exists scalars (row integer primary key, session integer, images integer, seconds real, payload text);
create table if not exists events (row integer primary key, session integer, images integer, wall real, kind text, payload text);
create table if not exists counts (row integer primary key, session integer, images integer, payload text);
create table if not exists sessions (session integer primary key, images integer, wall real);
create table if not exists commands (row integer primary key, name text unique, session integer, images integer, wall real, command text, payload text, refused text);
create table if not exists pulse (only integer primary key check (only = 1), images integer, wall real, payload text);
"""


class Happening(NamedTuple):
    """One thing that happened in a run; `wall` is the clock's time in seconds."""

    images_seen: int
    wall: float
    kind: str
    payload: dict[str, Any]


class HappeningRow(NamedTuple):
    """The same with its place in the file, and in which session of the run it was."""

    row: int
    session: int
    images_seen: int
    wall: float
    kind: str
    payload: dict[str, Any]


class ReadingRow(NamedTuple):
    """One reading of the meters with its place; NaN is what was no number."""

    row: int
    session: int
    images_seen: int
    seconds: float
    values: dict[str, float]


class CountRow(NamedTuple):
    """How D's scores of reals and of fakes were spread, (bins,) each, with its place."""

    row: int
    images_seen: int
    real: NDArray[np.int64]
    fake: NDArray[np.int64]


class Pulse(NamedTuple):
    """A sign of life: where the run was, and what else it said of itself."""

    images_seen: int
    wall: float
    payload: dict[str, Any]


def copy_history(source: Path, target: Path, images: int) -> None:
    """Begin the history in the folder `target` with what another run did up to `images` seen.

    What that run was told, and its sign of life, are its own. A history that cannot be read is left
    out: the new one then begins empty.
    """
    theirs = _open(source / NAME)
    if theirs is None:
        return
    path = target / NAME
    try:
        with contextlib.closing(theirs), contextlib.closing(sqlite3.connect(path)) as ours:
            theirs.backup(ours)
            ours.executescript(TABLES)  # an older run has not all of them
            for table in ("scalars", "events", "counts"):
                ours.execute(f"delete from {table} where images > ?", (images,))
                # Who reads on stops at a missing row, and rows are not in the order of images.
                ours.execute(f"create temp table kept as select * from {table} order by row")
                ours.execute("update kept set row = rowid")
                ours.execute(f"delete from {table}")
                ours.execute(f"insert into {table} select * from kept")
                ours.execute("drop table kept")
            for table in ("commands", "pulse"):
                ours.execute(f"delete from {table}")
            ours.commit()
    except sqlite3.Error:
        path.unlink(missing_ok=True)


class History:
    """Reads a run's history, also while another process writes it and from a read-only place.

    After a crash a run goes on from its last save: what an earlier session wrote beyond that point
    is left out, so that every curve has one value at each moment.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        elsewhere = durable.is_elsewhere(durable.lock_holder(folder))
        self._file = _open(folder / NAME, elsewhere)  # no lock reaches another computer

    def scalars(self, since_row: int = 0) -> tuple[int, dict[str, Series]]:
        """Return the last row read and every series after `since_row`, in the order of images seen.

        A series holds what was read of it; NaN where that was no number. Metrics come later than the
        moment they are of, so rows are not in order.
        """
        found, last = dict[str, list[tuple[int, float]]](), since_row
        query = "select row, session, images, payload from scalars where row > ? order by row"
        cuts = self._cuts()
        for row, session, images, payload in self._rows(query, since_row):
            last = row
            if images <= cuts.get(session, images):
                for name, value in decoded(payload).items():
                    found.setdefault(name, []).append((images, value))
        return last, {name: _series(pairs) for name, pairs in found.items()}

    def counts(self, bins: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return when D's scores were counted and how they were spread: (P,), (P, 2, bins)."""
        cuts, seen, spreads = self._cuts(), list[int](), list[NDArray[np.int64]]()
        query = "select session, images, payload from counts order by row"
        for session, images, payload in self._rows(query):
            spread = _spread(decoded(payload), bins)
            if spread.any() and images <= cuts.get(session, images):
                seen.append(images)
                spreads.append(spread)
        whole = np.stack(spreads) if spreads else np.zeros((0, 2, bins), np.int64)
        return np.array(seen, np.float64), whole

    def events(self, *kinds: str) -> list[Happening]:
        """Return what happened, in order; all kinds by default."""
        only = f" where kind in ({', '.join('?' * len(kinds))})" if kinds else ""
        query = f"select images, wall, kind, payload from events{only} order by row"
        rows = self._rows(query, *kinds)
        return [Happening(seen, wall, kind, decoded(payload)) for seen, wall, kind, payload in rows]

    def readings_after(self, row: int) -> list[ReadingRow]:
        """Return every reading behind `row`."""
        query = (
            "select row, session, images, seconds, payload from scalars where row > ? order by row"
        )
        found, cuts = [], self._cuts()
        for number, session, images, seconds, payload in self._unbroken(query, row):
            values = {k: np.nan if v is None else v for k, v in decoded(payload).items()}
            if images <= cuts.get(session, images):
                found.append(ReadingRow(number, session, images, seconds, values))
        return found

    def counts_after(self, row: int, bins: int) -> list[CountRow]:
        """Return every spread of D's scores behind `row`."""
        query = "select row, images, payload from counts where row > ? order by row"
        found = []
        for number, images, payload in self._unbroken(query, row):
            found.append(CountRow(number, images, *_spread(decoded(payload), bins)))
        return found

    def events_after(self, row: int) -> list[HappeningRow]:
        """Return what came behind `row`."""
        query = "select row, session, images, wall, kind, payload from events where row > ? order by row"
        return [
            HappeningRow(number, session, seen, wall, kind, decoded(payload))
            for number, session, seen, wall, kind, payload in self._unbroken(query, row)
        ]

    def answer(self, name: str) -> tuple[int, str] | None:
        """Return (images seen, why it was refused or nothing) of a command, once it was taken."""
        for images, refused in self._rows(
            "select images, refused from commands where name = ?", name
        ):
            return images, refused
        return None

    def pulse(self) -> Pulse | None:
        """Return the last sign of life, if there was one."""
        for images, wall, payload in self._rows("select images, wall, payload from pulse"):
            return Pulse(images, wall, decoded(payload))
        return None

    def _unbroken(self, query: str, row: int) -> Iterator[Any]:
        """Yield rows as long as none is missing: a file that is still being copied has holes."""
        for found in self._rows(query, row):
            if found[0] != row + 1:
                return
            row = found[0]
            yield found

    def seconds(self) -> float:
        """Return how long the run has trained."""
        rows = list(self._rows("select seconds from scalars order by row desc limit 1"))
        return float(rows[0][0]) if rows else 0.0

    def grids(self) -> list[tuple[int, Path]]:
        """Return the sample grids on disk by images seen."""
        found = (self._folder / "grids").glob("*.png")
        return sorted((int(path.stem), path) for path in found if path.stem.isdigit())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _rows(self, query: str, *values: object) -> Iterator[Any]:
        if self._file is None:
            return iter(())
        try:
            return iter(self._file.execute(query, values).fetchall())
        except sqlite3.Error:
            return iter(())

    def _cuts(self) -> dict[int, int]:
        """Return, per session, the images seen beyond which a later session took another way."""
        starts = list(self._rows("select session, images from sessions order by session"))
        cuts: dict[int, int] = {}
        lowest = None
        for session, images in reversed(starts):
            if lowest is not None:
                cuts[session] = lowest
            lowest = images if lowest is None else min(lowest, images)
        return cuts


def _spread(found: dict[str, Any], bins: int) -> NDArray[np.int64]:
    """Return how scores of reals and of fakes were spread: (2, bins); a damaged row has none."""
    spread = np.zeros((2, bins), np.int64)
    try:
        for side, name in enumerate(("real", "fake")):
            values = found[name]
            spread[side, found["at"] : found["at"] + len(values)] = values
    except (ValueError, TypeError, KeyError):
        spread[:] = 0
    return spread


def decoded(payload: str) -> dict[str, Any]:
    """Return what a row holds; a damaged one holds nothing."""
    with contextlib.suppress(ValueError, TypeError):
        if isinstance(found := json.loads(payload), dict):
            return found
    return {}


def _open(path: Path, from_elsewhere: bool = False) -> sqlite3.Connection | None:
    if not path.is_file():
        return None
    quoted = path.resolve().as_uri()
    # Where the folder cannot be written, the shared-memory file of the log cannot be made.
    alone = "mode=ro&immutable=1"
    for mode in (alone,) if from_elsewhere else ("mode=ro", alone):
        with contextlib.suppress(sqlite3.Error):
            file = sqlite3.connect(f"{quoted}?{mode}", uri=True, check_same_thread=False)
            file.execute("select 1 from sqlite_master").fetchall()
            return file
    return None


def _series(pairs: list[tuple[int, float]]) -> Series:
    pairs.sort(key=lambda pair: pair[0])
    images_P, values_P = np.array(pairs, dtype=np.float64).T
    return images_P, values_P
