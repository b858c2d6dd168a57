"""Looks into a folder in a process of its own, so that a window's thread need not wait for it.

What it finds is in the folder's memory afterwards (`memory.py`); a process that dies of a picture
takes nothing with it: what it did not come to is looked at by whoever asked.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from gan_engine import paths

Kind = Literal["headers", "looks"]
WORTH = 400
"""With fewer pictures than this, starting a process takes longer than looking at them."""

_PATIENCE_S = 0.1  # between two questions whether it was cancelled
_LAST_WORDS_S = 2.0  # to write down what was found, when it is told to stop
_POLITE = 5  # what a process gives way by to the window and to a training


def remembered(
    kind: Kind, folder: Path, cancelled: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    """Yield how many of how many pictures are done; returns when the process has ended.

    Nothing is raised: what went wrong shows when the memory is read.
    """
    with contextlib.suppress(OSError):
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "gan_engine.data.aside", kind, os.fspath(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=paths.for_a_child(),
            start_new_session=True,
        )
        with child:
            try:
                yield from _told(child, cancelled)
            finally:
                _end(child)


def _told(
    child: subprocess.Popen[bytes], cancelled: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def listen() -> None:
        for line in child.stdout or ():
            lines.put(line)
        lines.put(None)

    listener = threading.Thread(target=listen, name="aside", daemon=True)
    listener.start()
    while not cancelled():
        with contextlib.suppress(queue.Empty, ValueError):
            line = lines.get(timeout=_PATIENCE_S)
            if line is None:
                break
            done, total = map(int, line.split())
            yield done, total
    _end(child)
    listener.join()


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let it write down what it found, then see that it is gone."""
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_LAST_WORDS_S)
        child.kill()


def main(kind: str, folder: str) -> None:
    """Look into a folder and say how far it is, a line each time; stop early when told to."""
    from gan_engine.data.inspection import InspectProgress, inspect_folder
    from gan_engine.data.scan import ScanProgress, scan_folder
    from gan_engine.errors import EngineError

    told, parent = threading.Event(), os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    if hasattr(os, "nice"):
        os.nice(_POLITE)

    def cancelled() -> bool:
        return told.is_set() or os.getppid() != parent

    look = scan_folder if kind == "headers" else inspect_folder
    with contextlib.suppress(EngineError, BrokenPipeError):
        for step in look(Path(folder), cancelled):
            if isinstance(step, ScanProgress | InspectProgress) and step.done:
                sys.stdout.write(f"{step.done} {step.total}\n")
                sys.stdout.flush()
    if cancelled():
        os._exit(0)  # what was found is written down; nobody waits for what is being decoded


if __name__ == "__main__":
    main(*sys.argv[1:])
