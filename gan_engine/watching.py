"""A run on the command line: a progress bar of its events, and what a signal does to it."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from gan_engine import commands, events
from gan_engine.errors import EngineError, FileError, ImagesChangedError, SettingsError

if TYPE_CHECKING:
    from gan_engine.config import RunConfig

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_SILENT_S = 10
"""From when on a run that is followed is said to be silent."""


def watch(
    start: Callable[[commands.Inbox], Iterator[events.Event]],
    on_signal: commands.Command | None = None,
) -> None:
    """Show a run in a progress bar; Ctrl+C, SIGTERM and a closed terminal stop it, saved.

    The process then ends with 130, 143 or 129, also where the disk that a run waits for did not let
    it save; what is on disk is whole.

    Args:
        start: Begins the run, which takes its commands from the inbox it is given.
        on_signal: What a signal tells it; None saves and ends it.

    Raises:
        EngineError: The run ended with it, and no signal had asked it to end.
    """
    inbox, caught = commands.Inbox(), list[int]()
    screens = [handle for handle in (1, 2) if os.isatty(handle)]

    def take_signal(number: int, _: object) -> None:
        caught.append(number)
        if len(caught) > 1:  # asked twice: leave at once; what is on disk is whole
            os._exit(128 + number)
        if number not in (signal.SIGINT, signal.SIGTERM):
            _vanish(screens)
        inbox.post(on_signal or commands.Stop())

    for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as by nohup
            signal.signal(number, take_signal)
    try:
        with bar_of("preparing") as (bar, task):
            for event in start(inbox):
                try:
                    _show(event, bar, task)
                except OSError:
                    _vanish(screens)
    except EngineError as error:
        if not caught:
            raise
        complain(error)
    if caught:
        raise typer.Exit(128 + caught[0])


def _vanish(screens: Iterable[int]) -> None:
    """Let what is printed go nowhere: writing to a terminal that was closed would end the run."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for handle in screens:
        os.dup2(nowhere, handle)
    os.close(nowhere)


def _show(event: events.Event, bar: Progress, task: Any) -> None:
    match event:
        case events.Preparing(done=done, total=total):
            bar.update(task, completed=done, total=total)
        case events.Started(images_total=total, folder=folder, device=device):
            bar.console.print(f"{folder}  ({device})", markup=False, soft_wrap=True)
            bar.update(task, completed=event.images_seen, total=total, description="training")
        case events.Scalars(values=values) if "speed" in values:  # no metric, no single step
            words = f"D {values.get('loss/d', 0):.3f}  G {values.get('loss/g', 0):.3f}  {values['speed']:,.0f}/s"
            bar.update(task, completed=event.images_seen, description=words)
        case events.Saved(path=path):
            bar.console.print(f"saved {path}", markup=False, soft_wrap=True)
        case events.Notice(level=level, text=text, hint=hint):
            err.print(f"{level}: {text} {hint}", markup=False, soft_wrap=True)
        case events.Paused(reason=reason):
            bar.update(task, description="waiting" if reason else "paused")
            if reason:
                err.print(
                    "The run waits, looks again every few seconds and then goes on by itself."
                )
        case events.Resumed():
            bar.update(task, description="training")
            err.print("The run goes on.")
        case events.Heard(seconds=seconds) if seconds >= _SILENT_S:
            bar.update(task, description=f"last heard {seconds:,.0f} s ago")
        case events.Finished(reason=why, folder=folder):
            bar.update(task, completed=event.images_seen)
            bar.console.print(
                f"{why} after {event.images_seen:,} images: {folder}", markup=False, soft_wrap=True
            )


@contextlib.contextmanager
def bar_of(what: str, unit: str = "images") -> Iterator[tuple[Progress, TaskID]]:
    """Show a progress bar called `what` that counts in `unit`; where that fails it goes, for then it says nothing."""
    safe = TextColumn("{task.description}", markup=False)
    counts = (MofNCompleteColumn(), TextColumn(unit))  # know what to say without a total
    columns = (safe, BarColumn(), *counts, TimeRemainingColumn())
    with Progress(*columns, console=err, refresh_per_second=4) as bar:
        task = bar.add_task(what, total=None)
        try:
            yield bar, task
        except (EngineError, OSError):
            bar.update(task, visible=bar.tasks[0].description != what)
            raise


def show_fitting(config: RunConfig, path: Path) -> None:
    """Print tensor by tensor what a run expects, what a file has and what is taken of it."""
    from gan_engine.foreign import weights_that_fit

    table = Table("tensor", "expected", "found", "taken", box=None)
    for match in weights_that_fit(config, path):
        shapes = [_shape(match.expected), _shape(match.found)]
        table.add_row(escape(match.name), *shapes, "yes" if match.taken else "no")
    out.print(table)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "-" if shape is None else "x".join(map(str, shape)) or "number"


def complain(error: EngineError) -> None:
    """Print what went wrong, each reason, and what to do about it."""
    problems = error.problems if isinstance(error, SettingsError) else []
    if len(problems) > 1:
        for problem in problems:
            err.print(f"{problem.severity}: {problem}", markup=False, soft_wrap=True)
    else:
        err.print(str(error.text), markup=False, style="red", soft_wrap=True)
        err.print(str(error.hint), markup=False, soft_wrap=True)
    if isinstance(error, ImagesChangedError):
        can = {"prepared": error.prepared, "anew": error.there}
        ways = " or ".join(f"--changed {way}" for way, possible in can.items() if possible)
        err.print(f"Add {ways}.", markup=False, soft_wrap=True)


def unreachable(error: OSError) -> FileError:
    """Return the sentence for a place that cannot even be asked about: closed, or named too long."""
    return FileError(
        "“{name}” cannot be reached: {why}.",
        hint="Check the name and the permissions.",
        name=Path(os.fsdecode(error.filename)).name,
        why=error.strerror,
    )
