"""Kills processes while they save, and lets two race for one run; one line of JSON says what came of it.

`python -m tests.reliability.kills saves|calls|runs|races FOLDER COUNT [IMAGES]`
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from gan_engine import checkpoint, durable
from gan_engine.checkpoint import Checkpoint
from gan_engine.commands import Inbox, Stop
from gan_engine.config import default_draft
from gan_engine.errors import BusyError, EngineError, FileError
from gan_engine.events import Finished, Saved, Started
from gan_engine.training import read_run, resume, train
from tests.reliability.helpers import tiny
from tests.reliability.trap import Trap, trapped

SEED = 7
MEGABYTES = 3


def example() -> Checkpoint:
    draw = torch.Generator().manual_seed(SEED)
    tensors = {f"g.{i}": torch.randn(2**18, generator=draw) for i in range(MEGABYTES)}
    return Checkpoint("checkpoint", default_draft(), {}, tensors)


def forked(job: Callable[[int], None]) -> tuple[int, int]:
    """Start `job(handle)` in a process of its own; return its id and where its handle is read."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return pid, out
    try:
        os.close(out)
        job(into)
    finally:
        os._exit(0)


def killed(pid: int, out: int) -> bytes:
    """Kill the process; return what it had still said."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    said = b""
    while piece := os.read(out, 4096):
        said += piece
    os.close(out)
    return said


def verdict(folder: Path, finished: int) -> str:
    """Return how a folder is after a kill: `finished` saves had been reported."""
    try:
        _, found, damaged = checkpoint.newest(folder)
    except FileError:
        return "cannot be opened" if finished else "fine"
    if damaged:
        return "newest unreadable"
    if found.images_seen < finished:
        return "older than what was finished"
    if durable.lock_holder(folder):
        return "still locked"
    durable.sweep(folder / "checkpoints")
    left = [path for path in (folder / "checkpoints").iterdir() if path.suffix != ".safetensors"]
    return "strays left" if left else "fine"


def save(folder: Path, snapshot: Checkpoint, images: int) -> None:
    counters = {"images_seen": images}
    path = folder / "checkpoints" / checkpoint.file_name(images)
    checkpoint.write(path, replace(snapshot, counters=counters))
    checkpoint.prune(folder, 2)


def saves(folder: Path, count: int) -> dict[str, int]:
    """Kill a process that saves without end, at random instants of its saves."""
    snapshot, draw, tally = example(), random.Random(SEED), Counter[str]()
    began = time.monotonic()
    save(folder / "warm", snapshot, 1)
    took = time.monotonic() - began

    def job(run: Path, into: int) -> None:
        with durable.lock(run):
            for images in range(1, 10_000):
                save(run, snapshot, images)
                os.write(into, b".")

    for number in range(count):
        run = folder / str(number)
        pid, out = forked(lambda into, run=run: job(run, into))
        seen = len(os.read(out, 1)) if draw.random() < 0.9 else 0
        time.sleep(draw.uniform(0, 2 * took))
        tally[verdict(run, seen + len(killed(pid, out)))] += 1
        shutil.rmtree(run, ignore_errors=True)
    return dict(tally)


def calls(folder: Path, count: int) -> dict[str, int]:
    """Kill a process right before each single file call of one save; at most `count` of them."""
    snapshot, tally = example(), Counter[str]()
    for at in range(count):
        run = folder / str(at)
        for images in (1, 2, 3):
            save(run, snapshot, images)

        def job(into: int, run: Path = run, at: int = at) -> None:
            trap = Trap(at, lambda _: os.kill(os.getpid(), signal.SIGKILL))
            with trapped(trap):
                trap.armed = True
                save(run, snapshot, 4)
            os.write(into, b"." * len(trap.calls))

        pid, out = forked(job)
        os.waitpid(pid, 0)
        done = os.read(out, 4096)
        os.close(out)
        tally[verdict(run, 4 if done else 3)] += 1
        shutil.rmtree(run, ignore_errors=True)
        if done:
            break
    return dict(tally)


def runs(folder: Path, count: int, images: Path) -> dict[str, int]:
    """Kill whole runs at random instants, and go on with each."""
    draw, tally = random.Random(SEED), Counter[str]()
    config = tiny(images, training={"images": 10**6})
    list(train(tiny(images), folder=folder / "warm"))

    def job(run: Path, into: int) -> None:
        for event in train(config, folder=run):
            if isinstance(event, Started | Saved):
                os.write(into, b".")

    for number in range(count):
        run = folder / str(number)
        pid, out = forked(lambda into, run=run: job(run, into))
        seen = len(os.read(out, 1))
        if number % 4:  # until its first save is there
            seen += len(os.read(out, 1))
        time.sleep(draw.uniform(0, 0.4))
        seen += len(killed(pid, out))
        tally[gone_on(run, finished=seen - 1)] += 1
        shutil.rmtree(run, ignore_errors=True)
    return dict(tally)


def gone_on(run: Path, finished: int) -> str:
    """Return how a killed run can be listed and gone on with."""
    info = read_run(run)
    if info.state != "interrupted":
        return f"listed as {info.state}"
    if not info.saved_images:
        return "had saved already" if finished else "killed before its first save"
    if info.saved_images < 8 * finished:
        return "lost more than one interval"
    inbox = Inbox()
    inbox.post(Stop())
    try:
        events = list(resume(run, inbox))
    except EngineError as error:
        return str(error)
    return "fine" if isinstance(events[-1], Finished) else "did not go on"


def races(folder: Path, count: int) -> dict[str, int]:
    """Let two processes want the same run at the same moment; kill every second winner."""
    tally, run = Counter[str](), folder / "run"
    for number in range(count):
        gate, open_gate = os.pipe()
        end, at_end = os.pipe()

        def job(into: int, mine: tuple[int, ...] = (gate, end, open_gate, at_end)) -> None:
            gate, end, *theirs = mine
            for handle in theirs:
                os.close(handle)
            os.read(gate, 1)  # until the gate is closed on the other side
            try:
                with durable.lock(run):
                    os.write(into, b"I")
                    os.read(end, 1)
            except BusyError:
                os.write(into, b"B")

        both = [forked(job), forked(job)]
        os.close(open_gate)
        said = [os.read(out, 1) for _, out in both]
        tally[" ".join(sorted(word.decode() for word in said))] += 1
        for (pid, out), word in zip(both, said, strict=True):
            if word == b"I" and number % 2:
                os.kill(pid, signal.SIGKILL)
            os.close(out)
        for handle in (at_end, gate, end):
            os.close(handle)
        for pid, _ in both:
            os.waitpid(pid, 0)
    return dict(tally)


def main() -> None:
    torch.set_num_threads(1)
    what, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    jobs = {"saves": saves, "calls": calls, "races": races}
    found = runs(folder, count, Path(sys.argv[4])) if what == "runs" else jobs[what](folder, count)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
