"""Writes down what happens in a run; a disk that is full or gone makes it wait, never the run."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gan_engine import durable
from gan_engine.history import NAME, TABLES, decoded

MOST_WAITING = 100_000
"""How much of a history is remembered while it cannot be written; then the oldest goes."""
PULSE_S, INTO_ONE_FILE_S = 2.0, 5.0
"""How often a run says that it is alive; how often who reads from another computer sees news."""
_EVENT = "insert into events (session, images, wall, kind, payload) values (?, ?, ?, ?, ?)"
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
        self._waiting: deque[tuple[str, tuple[Any, ...]]] = deque(maxlen=MOST_WAITING)
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
        self._put(_EVENT, images_seen, time.time(), kind, json.dumps(payload, default=str))

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
                return [(number, command, decoded(found)) for number, command, found in rows]
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
        # What still waits would be written as part of the new way.
        left = [(add, row) for add, row in self._waiting if add == _EVENT or row[0] <= images_seen]
        self._waiting = deque(left, maxlen=MOST_WAITING)
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
        file.executescript(TABLES)
        if (found := file.execute("pragma quick_check(1)").fetchone()) != ("ok",):
            raise sqlite3.DatabaseError(str(found))
    except sqlite3.Error:
        file.close()
        raise
    return file


def _set_aside(path: Path) -> Path:
    """Rename a history that cannot be read, so that it is kept and a new one can begin."""
    aside = durable.aside(path)
    for end in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    return path.replace(aside)
