"""Saves a run beside its training: one save at a time, done when it is on disk and read back."""

from __future__ import annotations

import contextlib
import math
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from gan_engine import averages, checkpoint
from gan_engine.checkpoint import Checkpoint
from gan_engine.events import Notice
from gan_engine.schema import Message


@dataclass(frozen=True)
class Kept:
    """A save that is on disk and verified; `trouble` says why older ones could not be deleted."""

    images_seen: int
    path: Path
    bytes: int
    seconds: float
    trouble: str


class Saver:
    """Writes checkpoints of one run in a thread of its own; what fails there comes out of `result`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, "saving")
        self._going: Future[Kept] | None = None

    @property
    def busy(self) -> bool:
        """Whether a save was begun whose result was not taken yet."""
        return self._going is not None

    @property
    def ready(self) -> bool:
        """Whether taking the result would not wait."""
        return self._going is not None and self._going.done()

    def start(self, snapshot: Checkpoint, keep: int, powers: bool) -> None:
        """Begin to save; the result of the save before must have been taken.

        Args:
            snapshot: What nobody changes meanwhile.
            keep: How many of the newest checkpoints stay.
            powers: Whether to keep the averages of any length too.
        """
        self._going = self._thread.submit(_save, self._folder, snapshot, keep, powers)

    def result(self) -> Kept:
        """Wait for the save that was begun and return what came of it.

        Raises:
            SpaceError: It could not be written; older saves are as they were.
        """
        assert self._going is not None  # only after start()
        going, self._going = self._going, None
        return going.result()

    def wait(self) -> None:
        """Return when the save that was begun is over; its result is still to be taken."""
        if self._going is not None:
            wait([self._going])

    def close(self) -> None:
        """Wait for the save that was begun, if any; there are none after it."""
        self._thread.shutdown(wait=True)


def _save(folder: Path, snapshot: Checkpoint, keep: int, powers: bool) -> Kept:
    began, trouble = time.monotonic(), ""
    path = folder / "checkpoints" / checkpoint.file_name(snapshot.images_seen)
    size = checkpoint.write(path, snapshot, folder)
    if powers:
        averages.keep_snapshot(folder, snapshot)
    try:
        checkpoint.prune(folder, keep)
    except OSError as error:
        trouble = error.strerror or type(error).__name__
    return Kept(snapshot.images_seen, path, size, time.monotonic() - began, trouble)


def short_of_room(snapshot: Checkpoint, folder: Path) -> Iterator[Notice]:
    """Say at once where the disk has no room for the first save: it may be hours away."""
    needed = sum(tensor.nbytes for tensor in snapshot.tensors.values())
    with contextlib.suppress(OSError):
        if needed > (free := shutil.disk_usage(folder).free):
            text = Message(
                "A save of this run needs {needed:,.0f} MB; its disk has {free:,.0f} MB free.",
                needed=math.ceil(needed / 1e6),
                free=math.floor(free / 1e6),
            )
            hint = Message("Free some space before the first save, or the run will wait for it.")
            yield Notice(snapshot.images_seen, "warning", text, hint, key="room")
