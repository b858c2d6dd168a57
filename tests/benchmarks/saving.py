"""What a save costs: how long the loop stands still, how much slower it goes, how long nobody else ran.

`python -m tests.benchmarks.saving [MEGABYTES]`
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import torch

from gan_engine import durable
from gan_engine.checkpoint import Checkpoint
from gan_engine.config import default_draft
from gan_engine.training.saver import Saver


def beats(until: threading.Event, gaps: list[float]) -> None:
    """Note how late a thread wakes that wants to run every 5 ms, as a window does."""
    last = time.monotonic()
    while not until.wait(0.005):
        now = time.monotonic()
        gaps.append(now - last)
        last = now


def worked(step: Callable[[], object], seconds: float) -> int:
    """Return how many steps there were in so many seconds."""
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        step()
        count += 1
    return count


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    torch.set_num_threads(1)
    tensors = {f"g.{i}": torch.randn(2**18) for i in range(megabytes)}
    snapshot = Checkpoint("checkpoint", default_draft(), {"images_seen": 1}, tensors)
    left, right = torch.randn(256, 256), torch.randn(256, 256)
    gaps: list[float] = []
    over = threading.Event()
    pulse = threading.Thread(target=beats, args=(over, gaps))
    pulse.start()
    with tempfile.TemporaryDirectory() as name, durable.lock(Path(name)):
        alone = worked(lambda: left @ right, 5) / 5
        quiet, stood, took, during = max(gaps), [], [], []
        gaps.clear()
        for _ in range(5):
            saver = Saver(Path(name))  # of a run that is being trained
            began = time.monotonic()
            saver.start(snapshot.kept(), 1, powers=False)
            stood.append(time.monotonic() - began)
            count, began = 0, time.monotonic()
            while not saver.ready:
                count += worked(lambda: left @ right, 0.02)
            during.append(count / (time.monotonic() - began))
            took.append(saver.result().seconds)
            saver.close()
    over.set()
    pulse.join()
    seconds, slower = statistics.median(took), 1 - statistics.median(during) / alone
    cost = statistics.median(stood) + seconds * max(slower, 0)
    found = {
        "megabytes": megabytes,
        "loop_stood_still_s": round(statistics.median(stood), 3),
        "save_took_s": round(seconds, 2),
        "slower_meanwhile": round(slower, 3),
        "share_of_a_minute": round(cost / 60, 4),
        "longest_gap_ms": round(max(gaps) * 1000),
        "longest_gap_without_ms": round(quiet * 1000),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
