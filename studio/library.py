"""The runs on disk: read piece by piece, searched, noted about, thrown away; and their pictures."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from send2trash import send2trash

from gan_engine import GAP, EngineError, Shelf, escape, lock_holder, write_notes
from studio.i18n import mark, tr
from studio.jobs import Cancelled, Job, Jobs
from studio.mending import RefusedError, show, watch

if TYPE_CHECKING:
    from gan_engine import Pixels, RunInfo, RunNotes

SIDE = 416
"""Longest side of the grid that a run's picture is cut out of, in pixels."""
MOST_PICTURES = 400
"""How many pictures are remembered; some 30 MB."""
REST_S = 0.02
"""After some runs are told, so that the window can show them: it shares Python's lock with the reader."""
TOGETHER = 24
"""Pictures that are made in one job, what was asked for last first."""


def may_open(info: RunInfo, resting: bool) -> bool:
    """Return whether a run can be looked at, `resting` where none is going in this window."""
    return (
        resting and info.state != "unreadable" and (info.state != "training" or bool(info.writer))
    )


def may_continue(info: RunInfo, resting: bool) -> bool:
    """Return whether a run can be trained on here: nobody does, and there is a save."""
    return resting and info.state not in ("training", "unreadable") and info.saved_images > 0


class Library(QObject):
    """Knows every run of the library, the newest first."""

    changed = Signal(object)
    """Every run that is known by now; the first reading tells its runs as they are found."""
    told = Signal(str)
    """Something was done that a person may want to know."""
    failed = Signal(object)
    pictured = Signal(object)
    """A picture that was wanted: (the grid's path, Pixels of its corner)."""
    chosen_changed = Signal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._job: Job | None = None
        self._again = False
        self._shelf = Shelf()
        self._found: list[RunInfo] = []
        self._texts: dict[Path, tuple[RunInfo, str]] = {}
        self._pictures: dict[Path, Pixels] = {}
        self._wanted: list[Path] = []
        self._noted: dict[Path, RunNotes] = {}
        """What was noted after the reading that is going on may have passed it by."""
        self._unwritten: dict[Path, RunNotes] = {}
        self._writing: Job | None = None
        self._closed = False
        self._picturing: Job | None = None
        self.runs: list[RunInfo] = []
        self.is_read = False
        """Whether everything has been read once."""
        self.chosen: tuple[RunInfo, ...] = ()
        """The runs that actions are about."""

    @property
    def is_settled(self) -> bool:
        """Whether runs are chosen that nobody is training."""
        return bool(self.chosen) and all(info.state != "training" for info in self.chosen)

    # --- reading ---------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Read the folder of runs again, off the window's thread; `changed` follows."""
        if self._job is not None:
            self._again = True
            return
        if self._shelf.root != (root := Shelf().root):
            self._shelf = Shelf(root)
        shelf = self._shelf

        rest = threading.Event()

        def work(cancelled: Cancelled) -> Iterator[object]:
            for batch in shelf.read():
                if cancelled():
                    return
                yield batch
                rest.wait(REST_S)

        self._found = []
        self._job = self._jobs.run(work)
        self._job.progressed.connect(self._take_some)
        self._job.done.connect(self._take_rest)
        self._job.failed.connect(self.failed)
        self._job.ended.connect(self._end)

    def find(self, words: str) -> list[RunInfo]:
        """Return the runs that all `words` fit: name, title, note, #tag, state or setting=value."""
        terms = words.casefold().split()
        return [info for info in self.runs if all(_fits(t, self._text_of(info)) for t in terms)]

    @Slot(object)
    def _take_some(self, batch: list[RunInfo]) -> None:
        self._found += batch
        if not self.is_read:  # later readings are told at once: what is shown stays till then
            self._tell(list(self._found))

    @Slot(object)
    def _take_rest(self, batch: list[RunInfo]) -> None:
        self.is_read = True
        self._tell(self._found + batch)

    @Slot()
    def _end(self) -> None:
        self._job = None
        if self._again:
            self._again = False
            self.refresh()
        elif self._writing is None:
            self._noted.clear()

    def _tell(self, runs: list[RunInfo]) -> None:
        newer = self._noted
        self.runs = runs = [
            replace(one, notes=newer[one.folder]) if one.folder in newer else one for one in runs
        ]
        known = {info.folder: info for info in runs}
        self.choose([known[info.folder] for info in self.chosen if info.folder in known])
        self.changed.emit(runs)

    def _text_of(self, info: RunInfo) -> str:
        known = self._texts.get(info.folder)
        if known is None or known[0] is not info:
            known = self._texts[info.folder] = info, text_of(info)
        return known[1]

    # --- acting ----------------------------------------------------------------------------

    def choose(self, runs: Sequence[RunInfo]) -> None:
        """Make these the runs that actions are about."""
        if tuple(runs) != self.chosen:
            self.chosen = tuple(runs)
            self.chosen_changed.emit()

    @Slot(object, object)
    def note(self, folder: Path, notes: RunNotes) -> None:
        """Keep a title, tags and a note about a run; `changed` follows at once."""
        self._noted[folder] = self._unwritten[folder] = notes
        self._tell(self.runs)
        self._write_next()

    @Slot()
    def _write_next(self) -> None:
        """Write what was noted, one file after the other: two at once would spoil each other."""
        if self._closed:
            return self._write_at_once()
        if self._writing is not None or not self._unwritten:
            return
        folder = next(iter(self._unwritten))
        notes = self._unwritten.pop(folder)
        self._writing = self._jobs.call(lambda: write_notes(folder, notes))
        self._writing.done.connect(self._acted)
        self._writing.failed.connect(self._refuse_notes)
        self._writing.ended.connect(self._end_writing)

    @Slot(object)
    def _refuse_notes(self, error: Exception) -> None:
        self._noted.clear()
        self.failed.emit(error)
        self.refresh()

    @Slot()
    def _end_writing(self) -> None:
        self._writing = None
        self._write_next()

    def close(self) -> None:
        """Write what is not written yet, and from now on at once; no job is going any more."""
        self._closed = True
        self._write_at_once()

    def _write_at_once(self) -> None:
        while self._unwritten:
            folder, notes = self._unwritten.popitem()
            with contextlib.suppress(EngineError, OSError):  # nobody is left to be told
                write_notes(folder, notes)

    def move_to_trash(self, folder: Path, shown: bool = False) -> None:
        """Put a run where the system keeps deleted files; one that is being trained stays.

        Args:
            folder: The run's.
            shown: Whether it is the one that goes on the screen, where it can be stopped.
        """
        job = self._jobs.call(lambda: _trash(folder, shown))
        job.done.connect(self._trashed)
        job.failed.connect(self.failed)

    @Slot(object)
    def _acted(self, outcome: object) -> None:
        self.refresh()

    @Slot(object)
    def _trashed(self, folder: Path) -> None:
        self.told.emit(
            tr("“{name}” is in the trash; it can be put back from there.", name=escape(folder.name))
        )
        self.refresh()

    # --- pictures --------------------------------------------------------------------------

    @Slot(object)
    def want_pictures(self, paths: list[Path]) -> None:
        """Ask for runs' pictures; `pictured` brings those that can be read, at once or later."""
        for path in paths:
            if path in self._pictures:
                self._pictures[path] = self._pictures.pop(path)  # wanted last, forgotten last
                self.pictured.emit((path, self._pictures[path]))
            elif path not in self._wanted:
                self._wanted.append(path)
        self._picture()

    def _picture(self) -> None:
        if self._picturing is None and self._wanted:
            paths, self._wanted = self._wanted[-TOGETHER:], self._wanted[:-TOGETHER]
            self._picturing = self._jobs.thumbnails(paths, SIDE)
            self._picturing.progressed.connect(self._take_picture)
            self._picturing.ended.connect(self._end_picturing)

    @Slot(object)
    def _take_picture(self, found: tuple[Path, Pixels]) -> None:
        path, pixels = found
        self._pictures[path] = corner(pixels)
        while len(self._pictures) > MOST_PICTURES:
            self._pictures.pop(next(iter(self._pictures)))
        self.pictured.emit((path, self._pictures[path]))

    @Slot()
    def _end_picturing(self) -> None:
        self._picturing = None
        self._picture()


def corner(pixels: Pixels) -> Pixels:
    """Return the first samples of a grid as a square: a quarter in which single ones can be told."""
    # No line between samples stays at the edge.
    side = max(1, (min(pixels.shape[:2]) + GAP) // 2 - GAP)
    return pixels[:side, :side].copy()


def text_of(info: RunInfo) -> str:
    """Return everything that can be searched for in a run, a line each, in lower case."""
    lines = [escape(info.name), escape(info.notes.title), escape(info.notes.note), info.state]
    lines += [f"#{escape(tag)}" for tag in info.notes.tags]
    lines += [f"branch of {info.branched[0]}"] if info.branched else []
    lines += _settings(info.draft)
    return "\n".join(lines).casefold() + "\n"


def _settings(table: dict[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _settings(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={value}"


def _fits(term: str, text: str) -> bool:
    """Return whether a word is anywhere, or, as setting=value, the end of a line."""
    return f"{term}\n" in text if "=" in term else term in text


def _trash(folder: Path, shown: bool) -> Path:
    name = escape(folder.name)
    if lock_holder(folder):
        act = (mark("Stop"), "stop") if shown else watch(folder)
        raise RefusedError(
            "“{name}” is being trained.", hint="Stop it first.", acts=(act,), name=name
        )
    try:
        send2trash(folder)
    except OSError as error:
        if not folder.exists():
            raise RefusedError(
                "“{name}” is not there.",
                hint="Somebody else removed it; the list is read again.",
                acts=(),
                name=name,
            ) from error
        raise RefusedError(
            "“{name}” could not be moved to the trash: {why}.",
            hint="Delete the folder yourself; Show in folder leads there.",
            acts=(show(folder),),
            name=name,
            why=str(error.strerror or error).replace("{", "(").replace("}", ")"),
        ) from error
    return folder
