"""What happened in a run, in a database that survives a kill and can be read while it is written."""

from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gan_engine import durable

Series = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Images seen and values, both (points,)."""

NAME = "history.sqlite"
MOST_WAITING = 100_000
"""How much of a history is remembered while it cannot be written; then the oldest goes."""

_TABLES = """
create table if not exists scalars (row integer primary key, session integer, images integer, seconds real, payload text);
create table if not exists events (row integer primary key, session integer, images integer, wall real, kind text, payload text);
create table if not exists counts (row integer primary key, session integer, images integer, payload text);
create table if not exists sessions (session integer primary key, images integer, wall real);
create table if not exists commands (row integer primary key, name text unique, session integer, images integer, wall real, command text, payload text, refused text);
create table if not exists pulse (only integer primary key check (only = 1), images integer, wall real, payload text);
"""

PULSE_S, INTO_ONE_FILE_S = 2.0, 5.0
"""How often a run says that it is alive; how often who reads from another computer sees news."""
_GONE = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)
"""What an open file says whose disk is not there any more."""


class HistoryWriter:
    """Appends to a run's history; one writer, any number of readers.

    A history that cannot be written never stops a run: what could not be kept waits in memory,
    `trouble` says why, and it is written as soon as that is possible.
    """

    def __init__(self, folder: Path, images_seen: int) -> None:
        self._path = folder / NAME
        self._file: sqlite3.Connection | None = None
        self.trouble = ""
        self.set_aside: Path | None = None
        """Where a history went that could not be read; None when all was well."""
        self._waiting: deque[tuple[str, tuple[object, ...]]] = deque(maxlen=MOST_WAITING)
        self._session: int | None = None
        self._gone = False
        self._alive: tuple[int, dict[str, Any]] = images_seen, {}
        self._pulse_at = self._joined_at = 0.0
        self._begun = images_seen, time.time()
        self._flush()

    def scalars(self, images_seen: int, seconds: float, values: Mapping[str, float]) -> None:
        """Keep one reading of the meters; what is not a number becomes null."""
        clean = {name: value if np.isfinite(value) else None for name, value in values.items()}
        add = "insert into scalars (session, images, seconds, payload) values (?, ?, ?, ?)"
        self._put(add, images_seen, seconds, json.dumps(clean))

    def event(self, images_seen: int, kind: str, **payload: Any) -> None:
        """Keep something that happened."""
        add = "insert into events (session, images, wall, kind, payload) values (?, ?, ?, ?, ?)"
        self._put(add, images_seen, time.time(), kind, json.dumps(payload, default=str))

    def pulse(self, images_seen: int | None = None, **payload: Any) -> None:
        """Say that the run is alive, where and with what; at most every other second, news at once.

        Args:
            images_seen: How far it is; None is where it was.
            payload: What is new about it; the rest is as it was.
        """
        seen, known = self._alive
        self._alive = seen if images_seen is None else images_seen, {**known, **payload}
        now = time.monotonic()
        if self._file is None or (self._alive[1] == known and now - self._pulse_at < PULSE_S):
            return
        self._pulse_at = now
        put = "insert or replace into pulse values (1, ?, ?, ?)"
        with contextlib.suppress(sqlite3.Error):  # who follows sees an old one, and its age
            self._file.execute(put, (self._alive[0], time.time(), json.dumps(self._alive[1])))
            if now - self._joined_at >= INTO_ONE_FILE_S:
                self._joined_at = now  # other computers cannot read the log beside the file
                self._file.execute("pragma wal_checkpoint(passive)").fetchall()

    def acknowledge(self, name: str, command: str, payload: Mapping[str, Any], refused: str) -> int:
        """Note, durably, that a command was taken; return its number.

        Returns:
            0 when it was noted before, -1 when nothing can be written now.
        """
        add = (
            "insert or ignore into commands (name, session, images, wall, command, payload, refused)"
            " values (?, ?, ?, ?, ?, ?, ?)"
        )
        values = json.dumps(dict(payload))
        self._flush()
        row = (name, self._session, self._alive[0], time.time(), command, values, refused)
        if self._file is None or self.trouble:
            return -1
        try:
            self._file.execute("pragma synchronous = full")
            done = self._file.execute(add, row)
            return (done.lastrowid or 0) if done.rowcount else 0
        except sqlite3.Error as error:
            self.trouble = str(error)
            return -1
        finally:
            with contextlib.suppress(sqlite3.Error):
                self._file.execute("pragma synchronous = normal")

    def taken_after(self, row: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Return (number, command, payload) of what was taken behind `row`, in order."""
        query = (
            "select row, command, payload from commands where row > ? and refused = '' order by row"
        )
        with contextlib.suppress(sqlite3.Error):
            if self._file is not None:
                rows = self._file.execute(query, (row,)).fetchall()
                return [(number, command, _decoded(found)) for number, command, found in rows]
        return []

    def counts(self, images_seen: int, real: Sequence[int], fake: Sequence[int]) -> None:
        """Keep how D's scores of reals and of fakes were spread, without the empty ends."""
        filled = [n for n, both in enumerate(zip(real, fake, strict=True)) if any(both)]
        if filled:
            inside = slice(filled[0], filled[-1] + 1)
            told = {"at": filled[0], "real": list(real[inside]), "fake": list(fake[inside])}
            add = "insert into counts (session, images, payload) values (?, ?, ?)"
            self._put(add, images_seen, json.dumps(told))

    def go_back(self, images_seen: int) -> None:
        """From here on the run takes another way: what was read beyond this point is left out."""
        self._flush()
        self._session, self._begun = None, (images_seen, time.time())

    def close(self) -> None:
        """Write what waits, if that is possible now."""
        self._flush()
        if self._file is not None:
            self._file.close()

    def _put(self, add: str, *row: object) -> None:
        self._waiting.append((add, row))
        self._flush()

    def _flush(self) -> None:
        try:
            file = self._file = self._file or self._open()
            if self._session is None:
                begin = "insert into sessions (images, wall) values (?, ?)"
                self._session = file.execute(begin, self._begun).lastrowid
            while self._waiting:
                add, row = self._waiting[0]
                file.execute(add, (self._session, *row))
                self._waiting.popleft()
            self.trouble = ""
        except (sqlite3.Error, OSError) as error:
            self.trouble = str(error)
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in _GONE and self._file is not None:
                self._file.close()  # a disk that was unplugged and is back is another one to it
                self._file, self._gone = None, True

    def _open(self) -> sqlite3.Connection:
        if self._gone and not durable.is_here(self._path.parent):  # nor another disk's
            raise sqlite3.OperationalError("its disk is gone")
        try:
            return _connect(self._path)
        except sqlite3.OperationalError:
            raise  # no space, no permission: it may be there later
        except sqlite3.DatabaseError:
            self.set_aside = _set_aside(self._path)
            return _connect(self._path)


def _connect(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        file.execute("pragma journal_mode = wal")
        file.execute("pragma synchronous = normal")
        file.executescript(_TABLES)
        if (found := file.execute("pragma quick_check(1)").fetchone()) != ("ok",):
            raise sqlite3.DatabaseError(str(found))
    except sqlite3.Error:
        file.close()
        raise
    return file


def _set_aside(path: Path) -> Path:
    """Rename a history that cannot be read, so that it is kept and a new one can begin."""
    number = 1
    while (aside := path.with_name(f"history.damaged-{number}.sqlite")).exists():
        number += 1
    for end in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    return path.replace(aside)


def copy_history(source: Path, target: Path, images: int) -> None:
    """Begin the history in the folder `target` with what another run did up to `images` seen.

    A history that cannot be read is left out: the new one then begins empty.
    """
    theirs = _open(source / NAME)
    if theirs is None:
        return
    path = target / NAME
    try:
        with contextlib.closing(theirs), contextlib.closing(sqlite3.connect(path)) as ours:
            theirs.backup(ours)
            ours.executescript(_TABLES)  # an older run has not all of them
            for table in ("scalars", "events", "counts"):
                ours.execute(f"delete from {table} where images > ?", (images,))
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
        holder = durable.lock_holder(folder)
        elsewhere = holder is not None and holder["host"] != socket.gethostname()
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
                for name, value in _decoded(payload).items():
                    found.setdefault(name, []).append((images, value))
        return last, {name: _series(pairs) for name, pairs in found.items()}

    def counts(self, bins: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return when D's scores were counted and how they were spread: (P,), (P, 2, bins)."""
        cuts, seen, spreads = self._cuts(), list[int](), list[NDArray[np.int64]]()
        query = "select session, images, payload from counts order by row"
        for session, images, payload in self._rows(query):
            spread = _spread(_decoded(payload), bins)
            if spread.any() and images <= cuts.get(session, images):
                seen.append(images)
                spreads.append(spread)
        whole = np.stack(spreads) if spreads else np.zeros((0, 2, bins), np.int64)
        return np.array(seen, np.float64), whole

    def events(self, *kinds: str) -> list[tuple[int, float, str, dict[str, Any]]]:
        """Return (images seen, wall time, kind, payload) of what happened, in order; all kinds by default."""
        only = f" where kind in ({', '.join('?' * len(kinds))})" if kinds else ""
        query = f"select images, wall, kind, payload from events{only} order by row"
        rows = self._rows(query, *kinds)
        return [(images, wall, kind, _decoded(payload)) for images, wall, kind, payload in rows]

    def readings_after(self, row: int) -> list[tuple[int, int, int, float, dict[str, float]]]:
        """Return (row, session, images seen, seconds, values) of every reading behind `row`."""
        query = (
            "select row, session, images, seconds, payload from scalars where row > ? order by row"
        )
        found, cuts = [], self._cuts()
        for number, session, images, seconds, payload in self._unbroken(query, row):
            values = {k: np.nan if v is None else v for k, v in _decoded(payload).items()}
            if images <= cuts.get(session, images):
                found.append((number, session, images, seconds, values))
        return found

    def counts_after(
        self, row: int, bins: int
    ) -> list[tuple[int, int, NDArray[np.int64], NDArray[np.int64]]]:
        """Return (row, images seen, reals, fakes) of every spread of D's scores behind `row`."""
        query = "select row, images, payload from counts where row > ? order by row"
        found = []
        for number, images, payload in self._unbroken(query, row):
            real, fake = _spread(_decoded(payload), bins)
            found.append((number, images, real, fake))
        return found

    def events_after(self, row: int) -> list[tuple[int, int, int, float, str, dict[str, Any]]]:
        """Return (row, session, images seen, wall time, kind, payload) of what came behind `row`."""
        query = "select row, session, images, wall, kind, payload from events where row > ? order by row"
        return [(*found[:5], _decoded(found[5])) for found in self._unbroken(query, row)]

    def answer(self, name: str) -> tuple[int, str] | None:
        """Return (images seen, why it was refused or nothing) of a command, once it was taken."""
        for images, refused in self._rows(
            "select images, refused from commands where name = ?", name
        ):
            return images, refused
        return None

    def pulse(self) -> tuple[int, float, dict[str, Any]] | None:
        """Return (images seen, wall time, payload) of the last sign of life, if there was one."""
        for images, wall, payload in self._rows("select images, wall, payload from pulse"):
            return images, wall, _decoded(payload)
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


def _decoded(payload: str) -> dict[str, Any]:
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
