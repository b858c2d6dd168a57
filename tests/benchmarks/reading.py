"""How long a batch of random images takes from a prepared array's file, beside reading it through a map.

`python -m tests.benchmarks.reading [IMAGES]`; milliseconds a batch, the median and the mean. "cold" is
after the system was asked to forget the file.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_engine.data.ondisk import OnDisk
from gan_engine.data.store import npy_header

SHAPE, BATCH, BATCHES = (64, 64, 3), 128, 100


def made(path: Path, images: int) -> None:
    draw = np.random.default_rng(0)
    with open(path, "wb") as file:
        file.write(npy_header((images, *SHAPE)))
        for _ in range(images):
            file.write(draw.bytes(int(np.prod(SHAPE))))
        file.flush()
        os.fsync(file.fileno())


def timed(read: Callable[[NDArray[np.int64]], object], images: int) -> list[float]:
    order, took = np.random.default_rng(1).permutation(images), []
    for at in range(0, min(BATCHES * BATCH, images - BATCH), BATCH):
        began = time.perf_counter()
        read(order[at : at + BATCH])
        took.append(1e3 * (time.perf_counter() - began))
    return [round(statistics.median(took), 3), round(statistics.mean(took), 3)]


def forget(path: Path) -> None:
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    into = np.empty((BATCH, *SHAPE), np.uint8)
    found: dict[str, object] = {"images": images, "load": os.getloadavg()}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "images.npy"
        made(path, images)
        for heat in ("cold", "warm"):
            for way in ("mapped", "read"):
                if heat == "cold":
                    forget(path)
                if way == "mapped":
                    array = np.load(path, mmap_mode="r")

                    def through_map(
                        indices_N: NDArray[np.int64], array: NDArray[np.uint8] = array
                    ) -> None:
                        order = np.argsort(indices_N)
                        into[order] = array[indices_N[order]]

                    found[f"{way}_{heat}_ms"] = timed(through_map, images)
                    del array, through_map
                else:
                    disk = OnDisk(path)
                    found[f"{way}_{heat}_ms"] = timed(
                        lambda at, disk=disk: disk.read(at, into), images
                    )  # type: ignore[misc]
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
