"""Runs for the night: settings that wait for their turn, one after the other, kept over a restart."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gan_engine import (
    EngineError,
    Message,
    NothingToDoError,
    RunConfig,
    check,
    escape,
    get,
    paths,
    read_draft,
    read_run,
    unescape,
    walk,
    write_draft,
)
from studio.failures import note, sentence_of
from studio.i18n import mark, tr
from studio.meanings import choices
from studio.mending import SETTING, RefusedError
from studio.run import Run

if TYPE_CHECKING:
    from gan_engine import Draft, Finished, Started

NAME = "queue.toml"


class Entry(BaseModel):
    """A run that waits, or what became of it; `folder` is where it began, if it did."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    draft: dict[str, Any]
    state: Literal["waiting", "going", "done", "failed"] = "waiting"
    why: str = ""
    folder: str = ""

    @property
    def name(self) -> str:
        """What it is called, in the language the window speaks now."""
        return name_of(self.draft)


class _File(BaseModel):
    runs: list[Entry] = []


class Queue(QObject):
    """Starts the next run when one is over; a run that fails is named, and the next begins."""

    changed = Signal()
    begun = Signal(object)
    """The draft of the run that is about to start."""
    ended = Signal(int, object)
    """Nothing waits any more: how many runs were finished, and the names of those that failed."""
    refused = Signal(object)

    def __init__(self, run: Run, folder: Path) -> None:
        super().__init__()
        self._run, self._file = run, folder / NAME
        self._going: int | None = None
        self._failure: Exception | None = None
        self._finished: Finished | None = None
        self._done_since, self._failed_since = 0, list[str]()
        self.is_on = False
        """Whether the next run begins by itself."""
        self.problem = ""
        """What was wrong with the file, in a sentence; empty when it was fine."""
        self.entries: list[Entry] = self._read()
        self._soon = QTimer(self)  # what else listens to the end of a run comes first
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._next)
        run.started.connect(self._take_start)
        run.finished.connect(self._take_end)
        run.failed.connect(self._take_failure)
        run.state_changed.connect(self._take_state)

    @property
    def waiting(self) -> int:
        """How many runs wait for their turn."""
        return sum(entry.state == "waiting" for entry in self.entries)

    # --- editing ---------------------------------------------------------------------------

    def add(self, draft: Draft) -> bool:
        """Let a run with these settings wait at the end; settings that make no run are refused."""
        config, problems = check(draft)
        if config is None:
            first = next(problem for problem in problems if problem.severity == "error")
            refusal = RefusedError(
                Message("{what} {hint}", what=first.text, hint=first.hint),
                hint="Mend that setting, then add them again.",
                acts=((mark("Show the setting"), f"{SETTING}{first.path}"),),
            )
            self.refused.emit(refusal)
            return False
        self.entries.append(Entry(draft=draft))
        self._keep()
        return True

    def remove(self, index: int) -> None:
        """Forget a run that waits or is over; the one that is going stays."""
        if self._is_free(index):
            del self.entries[index]
            if self._going is not None and index < self._going:
                self._going -= 1
            self._keep()

    def move(self, index: int, by: int) -> int:
        """Let a run wait `by` places further down and return where it is now."""
        to = index + by
        if not (self._is_free(index) and self._is_free(to)):
            return index
        self.entries[index], self.entries[to] = self.entries[to], self.entries[index]
        self._keep()
        return to

    def _is_free(self, index: int) -> bool:
        return 0 <= index < len(self.entries) and index != self._going

    # --- running ---------------------------------------------------------------------------

    def start(self) -> None:
        """Begin with the first that waits, at once or when the run that is going is over."""
        if self.waiting and not self.is_on:
            self.is_on, self._done_since, self._failed_since = True, 0, []
            self.changed.emit()
            self._soon.start()

    def rest(self) -> None:
        """Begin no further run; the one that is going goes on."""
        if self.is_on:
            self.is_on = False
            self.changed.emit()

    @Slot()
    def _next(self) -> None:
        if not self.is_on or self._run.is_active:
            return
        place = next((n for n, e in enumerate(self.entries) if e.state == "waiting"), None)
        if place is None:
            self.is_on = False
            self.ended.emit(self._done_since, list(self._failed_since))
            self.changed.emit()
            return
        self._going, self._failure, self._finished = place, None, None
        entry = self.entries[place]
        self._put(place, state="going", why="")
        saved = self._saved(entry)
        if saved is not None:
            self._run.resume(saved)
            return
        config, problems = check(entry.draft)
        if config is None:
            self._failure = EngineError(Message("{what}", what=problems[0].text))
            self._settle()
            return
        self.begun.emit(entry.draft)
        self._run.start(config)

    def _saved(self, entry: Entry) -> Path | None:
        """Return the folder of a run that began earlier and can go on."""
        if entry.folder:
            with contextlib.suppress(EngineError, OSError, ValueError):
                folder = Path(unescape(entry.folder))
                return folder if read_run(folder).saved_images else None
        return None

    @Slot(object)
    def _take_start(self, started: Started) -> None:
        if self._going is not None:
            self._put(self._going, folder=escape(str(started.folder)))

    @Slot(object)
    def _take_end(self, finished: Finished) -> None:
        self._finished = finished

    @Slot(object)
    def _take_failure(self, error: Exception) -> None:
        self._failure = error

    @Slot(str)
    def _take_state(self, state: str) -> None:
        if state == "idle":
            if self._going is not None:
                self._settle()
            elif self.is_on:
                self._soon.start()

    def _settle(self) -> None:
        """Note what became of the run that was going, and go on to the next."""
        place, self._going = self._going, None
        assert place is not None
        over = isinstance(self._failure, NothingToDoError)
        if self._failure is not None and not over:
            text, hint = sentence_of(self._failure)
            note(self._failure)
            self._failed_since.append(self.entries[place].name)
            self._put(place, state="failed", why=f"{text} {hint}".strip())
        elif over or (self._finished is not None and self._finished.reason == "done"):
            self._done_since += 1
            self._put(place, state="done")
        else:  # a person stopped it: it waits, to go on from its save, and so do the others
            self.is_on = False
            self._put(place, state="waiting")
        self._soon.start()

    # --- the file --------------------------------------------------------------------------

    def _put(self, place: int, **values: Any) -> None:
        self.entries[place] = self.entries[place].model_copy(update=values)
        self._keep()

    def _keep(self) -> None:
        """Write the queue down; a disk that cannot be written only costs the keeping."""
        with contextlib.suppress(EngineError):
            write_draft(self._file, {"runs": [entry.model_dump() for entry in self.entries]})
        self.changed.emit()

    def _read(self) -> list[Entry]:
        """Return what waited last time; what was going then waits again."""
        if not self._file.is_file():
            return []
        try:
            found = _File.model_validate(read_draft(self._file)).runs
        except (EngineError, ValidationError):
            aside = self._file.with_name("queue.broken.toml")
            with contextlib.suppress(OSError):
                self._file.replace(aside)
            self.problem = tr(
                "The queue could not be read; it was set aside as “{name}”.", name=aside.name
            )
            return []
        return [
            entry.model_copy(update={"state": "waiting"}) if entry.state == "going" else entry
            for entry in found
        ]


def name_of(draft: Mapping[str, Any]) -> str:
    """Return what a run with these settings is called while it waits: cats · DCGAN · Hinge · 64 px."""
    folder = str(get(draft, "data.folder", paths.BUILTIN))
    images = tr("built-in images") if folder == paths.BUILTIN else Path(unescape(folder)).name
    chosen = [
        name
        for setting in walk(RunConfig, draft)
        if setting.path in ("architecture", "loss")
        and (name := choices(setting).get(get(draft, f"{setting.path}.kind")))
    ]
    return " · ".join([escape(images), *chosen, tr("{size} px", size=get(draft, "data.size", "?"))])
