"""All runs of a library, read piece by piece; what has not changed since last time is not read again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gan_engine import durable, paths
from gan_engine.drafts import escape, unescape
from gan_engine.errors import FileError, SpaceError
from gan_engine.history import NAME as HISTORY
from gan_engine.training.folder import SETTINGS, RunInfo, read_run
from gan_engine.training.notes import NAME as NOTES
from gan_engine.training.notes import RunNotes
from gan_engine.training.recorder import plain, sentence

FORMAT = 3
BATCH = 12
"""Runs that are told at once, more than a list shows without scrolling; read in some 30 ms."""
_PARTS = (SETTINGS, NOTES, HISTORY, f"{HISTORY}-wal", "checkpoints", "grids")
"""What a run's line in a list is made of; a folder's time changes with the files in it."""

Stamp = tuple[tuple[int, int], ...]


class Shelf:
    """The runs below one folder; what is known of them outlives the program in a file of the cache.

    A run that somebody holds the lock of is read every time.
    """

    def __init__(self, root: Path | None = None, index: Path | None = None) -> None:
        self.root = root or paths.runs()
        self._index = index or paths.cache() / "library.json"
        self._known: dict[Path, tuple[Stamp, RunInfo]] = {}
        self._kept: dict[Path, tuple[Stamp, RunInfo]] | None = None

    def read(self) -> Iterator[list[RunInfo]]:
        """Return the runs in lists, the newest first; together they are every run there is.

        The first list is a screenful; each that follows is twice as long, so that there are few.

        What is no run, may not be looked into or went away meanwhile is left out: one folder never
        hides the others.
        """
        if self._kept is None:
            self._known = self._kept = self._remembered()
        found: dict[Path, tuple[Stamp, RunInfo]] = {}
        batch, fresh, enough = list[RunInfo](), 0, BATCH
        for folder, stamp in self._folders():
            known = self._known.get(folder)
            trained = known is not None and known[1].state == "training"  # it may be over by now
            if known is None or known[0] != stamp or trained or _is_held(folder):
                with contextlib.suppress(OSError, FileError):
                    found[folder] = stamp, read_run(folder)
                    fresh += 1
            else:
                found[folder] = known
            if folder in found:
                batch.append(found[folder][1])
            if len(batch) >= enough and fresh:
                yield batch
                batch, fresh, enough = [], 0, 2 * enough
        self._known = found
        self._remember()
        yield batch

    def _folders(self) -> list[tuple[Path, Stamp]]:
        """Return what may be a run, the newest first, and what tells whether it has changed."""
        found = list[tuple[Path, Stamp]]()
        with contextlib.suppress(OSError), os.scandir(self.root) as entries:
            for entry in entries:
                stamp = tuple(_stamp(os.path.join(entry.path, part)) for part in _PARTS)
                if stamp[0][0]:  # it has settings
                    found.append((Path(entry.path), stamp))
        return sorted(found, key=lambda run: (run[1][0][0], run[0].name), reverse=True)

    # --- what outlives the program ---------------------------------------------------------

    def _remember(self) -> None:
        """Write down what is known; a place that cannot be written only costs time at the next start."""
        if self._known == self._kept:
            return
        self._kept = self._known
        rows = {}
        for folder, (stamp, info) in self._known.items():
            with contextlib.suppress(
                TypeError, ValueError
            ):  # a draft that holds dates and the like
                rows[escape(folder.name)] = json.dumps([stamp, _row(info)])
        text = ",\n".join(f"{json.dumps(name)}: {row}" for name, row in rows.items())
        root = json.dumps(escape(str(self.root)))
        with contextlib.suppress(SpaceError):
            whole = f'{{"format": {FORMAT}, "root": {root}, "runs": {{\n{text}\n}}}}'
            durable.write(self._index, whole.encode("utf-8"))

    def _remembered(self) -> dict[Path, tuple[Stamp, RunInfo]]:
        """Return what the file knows; a file that makes no sense knows nothing."""
        try:
            table = json.loads(self._index.read_bytes())
            if (table["format"], table["root"]) != (FORMAT, escape(str(self.root))):
                return {}
            found = {}
            for name, (stamp, row) in table["runs"].items():
                folder = self.root / unescape(name)
                found[folder] = tuple((t, s) for t, s in stamp), _info(folder, row)
            return found
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)
    except OSError:
        return 0, 0
    if path.endswith("-wal") and not found.st_size:  # what reading a history leaves behind
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _is_held(folder: Path) -> bool:
    return _stamp(str(folder / "lock"))[1] > 0


def _row(info: RunInfo) -> dict[str, Any]:
    row = asdict(replace(info, folder=Path(), notes=RunNotes()))
    del row["folder"], row["name"]
    row["notes"] = [escape(text) for text in (info.notes.title, info.notes.note, *info.notes.tags)]
    row["problem"] = plain(info.problem)
    row["thumbnail"] = info.thumbnail and escape(str(info.thumbnail.relative_to(info.folder)))
    return row


def _info(folder: Path, row: dict[str, Any]) -> RunInfo:
    title, note, *tags = (unescape(text) for text in row.pop("notes"))
    inner, best, branched = (row.pop(key) for key in ("thumbnail", "best", "branched"))
    return RunInfo(
        folder=folder,
        name=folder.name,
        thumbnail=folder / unescape(inner) if inner else None,
        problem=sentence(row.pop("problem")),
        notes=RunNotes(title, note, tuple(tags)),
        best=(best[0], best[1]) if best else None,
        branched=(branched[0], branched[1]) if branched else None,
        **row,
    )
