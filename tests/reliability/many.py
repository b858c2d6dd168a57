"""Very many pictures are scanned, inspected and prepared; one line of JSON says what each one cost.

`python -m tests.reliability.many FOLDER COUNT`: how often a picture was opened, how many calls of
Python's it took and how much memory, and how many were opened by work that was told to end early.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gan_engine.data import inspect_folder, prepare, scan_folder
from gan_engine.data.scan import never
from gan_engine.data_settings import DataSettings

Cancelled = Callable[[], bool]
opened = [0]


def make(folder: Path, count: int) -> None:
    """Write so many pictures, each another one."""
    draw = np.random.default_rng(2)
    for number in range(count):
        inside = folder / f"{number % 20:02d}"
        inside.mkdir(parents=True, exist_ok=True)
        pixels = draw.integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).save(inside / f"{number}.bmp")


def ways(folder: Path) -> dict[str, Callable[[Cancelled], Iterator[Any]]]:
    settings = DataSettings(folder=str(folder), size=8)
    return {
        "scan": lambda cancelled: scan_folder(folder, cancelled),
        "inspect": lambda cancelled: inspect_folder(folder, cancelled),
        "prepare": lambda cancelled: prepare(settings, cancelled),
    }


def counted(work: Callable[[], object]) -> int:
    """Return how many calls `work` makes, in whichever thread."""
    calls = [0]

    def note(frame: object, event: str, argument: object) -> None:
        calls[0] += event in ("call", "c_call")

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return calls[0]


def cost(way: Callable[[Cancelled], Iterator[Any]], count: int) -> dict[str, float]:
    """Return what one picture of `count` costs."""
    gc.collect()
    opened[0], began = 0, time.monotonic()
    tracemalloc.start()
    calls = counted(lambda: list(way(never)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    seconds = time.monotonic() - began
    return {
        "opened": opened[0] / count,
        "calls": calls / count,
        "bytes": peak / count,
        "milliseconds": 1000 * seconds / count,
    }


def ended(way: Callable[[Cancelled], Iterator[Any]]) -> int:
    """Return how many pictures are opened by work that is told to end at the tenth question after one."""
    opened[0], asked = 0, [0]

    def cancelled() -> bool:
        asked[0] += opened[0] > 0
        return asked[0] > 10

    list(way(cancelled))
    return opened[0]


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    make(folder, count)
    inside = str(folder)

    def listen(event: str, args: tuple[Any, ...]) -> None:
        if event == "open" and str(args[0]).startswith(inside):
            opened[0] += 1

    sys.addaudithook(listen)
    found: dict[str, Any] = {"ended": {}, "cost": {}}
    for name, way in ways(folder).items():
        for kind in found:  # what is remembered of pictures is remembered in the cache
            os.environ["GAN_STUDIO_CACHE"] = str(folder.with_name(f"{folder.name}-{name}-{kind}"))
            found[kind][name] = ended(way) if kind == "ended" else cost(way, count)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
