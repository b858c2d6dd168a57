"""A run's log: what it said, as lines of text in its folder, for who looks for a fault later."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

from gan_engine import durable, events
from gan_engine.events import Event

NAME, OLDER = "log.txt", "log.1.txt"
_MOST, _MOST_WAITING = 2**20, 1_000
"""Bytes of a log before it becomes the older one, which is written over; lines that wait."""


def logged(said: Generator[Event, None, None], folder: Path) -> Iterator[Event]:
    """Yield what a run says, each once its line is written; the last line is what ended it.

    Where a disk is full or gone, lines wait for it.
    """
    waiting = deque[str](maxlen=_MOST_WAITING)

    def note(seen: int | None, text: str) -> None:
        waiting.append(dated(seen, text))
        if durable.is_here(folder) and write_lines(folder, waiting):
            waiting.clear()

    with contextlib.closing(said):
        try:
            for event in said:
                if line := line_of(event):
                    note(event.images_seen, line)
                yield event
        except Exception as error:
            note(None, f"broke off: {type(error).__name__}: {error}")
            raise


def line_of(event: Event) -> str:
    """Return an event as a line; empty for what curves and grids show."""
    match event:
        case events.Started(device=device, resumed=resumed, dataset_images=images):
            return f"{'resumed' if resumed else 'started'} on {device} with {images:,} images"
        case events.Saved(path=path, bytes=size, seconds=seconds):
            return f"saved {path.name}, {size:,} bytes in {seconds:.2f} s"
        case events.Changed(path=path, old=old, new=new):
            return f"changed {path}: {old} -> {new}"
        case events.Notice(level=level, text=text, hint=hint):
            return f"{level}: {text} {hint}".strip()
        case events.Paused(reason=reason):
            return f"paused {reason}".strip()
        case events.Resumed():
            return "went on"
        case events.Finished(reason=reason):
            return f"finished: {reason}"
    return ""


def dated(seen: int | None, text: str) -> str:
    """Return a line that says when, after how many images if that matters, and what."""
    when = time.strftime("%Y-%m-%d %H:%M:%S")
    count = "" if seen is None else f"{seen:,} images: "
    return f"{when}  {count}{' '.join(text.split())}"


def write_lines(folder: Path, lines: Iterable[str]) -> bool:
    """Append lines; return whether the disk could be written."""
    path = folder / NAME
    with contextlib.suppress(OSError):
        if path.is_file() and path.stat().st_size > _MOST:
            os.replace(path, folder / OLDER)
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write("".join(f"{line}\n" for line in lines))
        return True
    return False
