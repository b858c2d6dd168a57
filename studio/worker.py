"""Carries one run across the thread boundary: commands in, events out through a mailbox."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QThread, Signal
from wakepy import keep

from gan_engine import (
    History,
    Inbox,
    Leave,
    RunInfo,
    SampleGrid,
    Started,
    Stop,
    asked_grid,
    branch,
    follow,
    get,
    open_sampler,
    read_run,
    resume,
    score_edges,
    train,
)

if TYPE_CHECKING:
    from gan_engine import Event, RunConfig


@dataclass(frozen=True)
class RunView:
    """What a run left behind: its curves by name, its grids and what happened, oldest first."""

    info: RunInfo
    scalars: dict[str, Any]
    grids: list[tuple[int, Path]]
    events: list[tuple[int, float, str, dict[str, Any]]]
    read_to: tuple[int, int] = (0, 0)
    """Up to which rows of readings and of events the history was read."""
    counts: tuple[Any, Any] = ((), ())
    """When D's scores were counted, and how they were spread."""


def read_view(folder: Path) -> RunView:
    """Return what is on disk of the run in `folder`.

    Raises:
        FileError: There is no run.
    """
    info = read_run(folder)
    history = History(folder)
    try:
        counts = history.counts(len(score_edges()) - 1)
        last, scalars = history.scalars()
        rows = history.events_after(0)
        events = [row[2:] for row in rows]
        read_to = last, rows[-1][0] if rows else 0
        return RunView(info, scalars, history.grids(), events, read_to, counts)
    finally:
        history.close()


def read_weights(path: Path) -> tuple[RunView, SampleGrid]:
    """Return what is known of a checkpoint or an exported generator, and what it makes.

    Raises:
        EngineError: It cannot be read, or is never opened; the text says why.
    """
    sampler = open_sampler(path)
    seen, draft = sampler.images_seen, sampler.draft
    rows, columns, first = asked_grid(draft)
    seeds = tuple(range(first, first + rows * columns))
    if sampler.needs_pictures:
        pixels, rows, columns, seeds = sampler.example(rows, columns)
    else:
        pixels = sampler.grid(rows, columns, first)
    info = RunInfo(path, path.stem, "done", seen, seen, seen, draft, None, path.stat().st_mtime)
    grid = SampleGrid(seen, pixels, rows, columns, seeds, None)
    return RunView(info, {}, [], []), grid


class Worker(QThread):
    """Iterates one run; whoever owns it drains `mailbox` and waits for `finished`.

    It has no parent: Python alone owns it. Given to Qt, to be deleted later, PySide frees its Python
    side first and then reads it: the process ends there now and then (PySide 6.11).
    """

    failed = Signal(object)

    def __init__(
        self,
        begin: Callable[[Inbox], Iterator[object]],
        following: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("run")
        self.mailbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.inbox = Inbox()
        self._begin = begin
        self.following = following
        """Whether another process trains the run, which is only looked at and told things."""

    def stop(self) -> None:
        """Ask the run to save and end."""
        self.inbox.post(Stop())

    def end(self) -> None:
        """Ask the thread to end: with the run, or leaving it to who trains it."""
        if self.following:
            self.inbox.post(Leave())
        else:
            self.stop()

    def drain(self) -> list[object]:
        """Return what has arrived since the last call, oldest first."""
        found: list[object] = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.mailbox.get_nowait())
        return found

    def _events(self) -> Generator[object, None, None]:
        yield from self._begin(self.inbox)

    def run(self) -> None:
        try:
            with keep.running(on_fail="pass"), contextlib.closing(self._events()) as events:
                for event in events:
                    self.mailbox.put(event)
        except Exception as error:  # whatever ends a run is told, never swallowed by the thread
            self.failed.emit(error)


def begin_training(
    config: RunConfig, start_from: Path | None = None
) -> Callable[[Inbox], Iterator[Event]]:
    """Return what starts a new run with these settings, perhaps from somebody's weights."""
    return lambda inbox: train(config, inbox, start_from=start_from)


def begin_resuming(
    folder: Path,
    images: int | None,
    older: bool = False,
    changed: Literal["ask", "prepared", "anew"] = "ask",
) -> Callable[[Inbox], Iterator[object]]:
    """Return what goes on with a run; what it did before comes first, as a RunView."""

    def events(inbox: Inbox) -> Iterator[object]:
        yield read_view(folder)
        yield from resume(folder, inbox, images, older, changed)

    return events


def begin_branching(
    folder: Path, images: int, settings: Mapping[str, Any], more: int = 0
) -> Callable[[Inbox], Iterator[object]]:
    """Return what goes on from a save of a run in a new one, with some settings of its own.

    Where that save is the end of the run, the new one is `more` images longer.
    """

    def events(inbox: Inbox) -> Iterator[object]:
        made = branch(folder, images, settings)
        view = read_view(made)
        yield view
        # What it is to see stands in its settings; its history is still the other run's.
        at_end = view.info.saved_images >= int(get(view.info.draft, "training.images", 0))
        yield from resume(made, inbox, view.info.saved_images + more if at_end else None)

    return events


def begin_following(folder: Path) -> Callable[[Inbox], Iterator[object]]:
    """Return what follows a run that another process trains; what it did before comes first."""

    def events(inbox: Inbox) -> Iterator[object]:
        begun = True
        while begun:
            known = read_view(folder) if (folder / "run.toml").is_file() else None
            if known is not None:
                yield known
            begun = False
            for event in follow(folder, inbox, known.read_to if known else (0, 0)):
                if isinstance(event, Started):
                    if begun:
                        break  # it was started again: what it has done so far is told anew
                    begun = True
                yield event
            else:
                return

    return events
