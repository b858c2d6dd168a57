"""Long runs and many runs leave nothing behind: no memory, no threads, no open files."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import psutil
import pytest
import torch

from gan_engine.commands import Inbox, Pause, Resume, SampleNow, SaveNow, Stop
from gan_engine.events import Scalars, Started
from gan_engine.training import conductor, resume, train
from tests.reliability.helpers import newest, tiny
from tests.reliability.trap import Trap, trapped

A_MEGABYTE = 2**20


def held() -> tuple[int, int]:
    """Return how many tensors and how many objects there are."""
    gc.collect()
    every = gc.get_objects()
    # By type: isinstance would ask proxies of other tests' Qt objects, too.
    return sum(issubclass(type(thing), torch.Tensor) for thing in every), len(every)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("warm_up", "steps"),
    [(100, 400), pytest.param(2_000, 20_000, marks=pytest.mark.full)],
    ids=["500_steps", "20000_steps"],
)
def test_that_a_long_run_keeps_no_memory(
    warm_up: int,
    steps: int,
    emoji: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conductor, "READINGS_A_SECOND", 10**9)  # after every round
    process, found = psutil.Process(), list[tuple[int, int, int]]()
    config = tiny(
        emoji,
        training={"images": (warm_up + steps) * 4},
        checkpoint={"every_images": 40, "keep": 2},
    )
    every = steps // 10 * 4
    for event in train(config, folder=tmp_path / "run"):
        if isinstance(event, Scalars) and event.images_seen >= warm_up * 4 + len(found) * every:
            found.append((*held(), process.memory_info().rss))
    # The least of several: a save that is on its way at a moment holds a few tensors itself.
    early, late = (
        [min(each) for each in zip(*half, strict=True)] for half in (found[:5], found[5:])
    )
    assert late[0] <= early[0] + 50
    assert late[1] <= early[1] + 200
    print(f"{(late[2] - early[2]) / steps:.0f} kB more in 1,000 steps")  # shown by -s
    # A short run cannot tell a slope from the allocator's first pools.
    assert (late[2] - early[2]) / max(steps / 1000, 20) < A_MEGABYTE


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "cycles", [20, pytest.param(200, marks=pytest.mark.full)], ids="{}_cycles".format
)
def test_that_starting_and_stopping_leaves_nothing_open(
    cycles: int, emoji: Path, tmp_path: Path
) -> None:
    process, config = psutil.Process(), tiny(emoji, training={"images": 10**6})

    def cycle(folder: Path, *, again: bool) -> None:
        inbox = Inbox()
        for event in resume(folder, inbox) if again else train(config, inbox, folder):
            if isinstance(event, Started):
                for command in (Pause(), SaveNow(), SampleNow(), Resume(), Stop()):
                    inbox.post(command)

    for _ in range(2):
        cycle(tmp_path / str(_), again=False)
    count = process.num_fds if os.name == "posix" else process.num_handles
    (tensors, objects), threads, files = held(), threading.active_count(), count()
    for number in range(cycles):
        cycle(tmp_path / "run", again=number > 0)
    more_tensors, more_objects = held()
    assert threading.active_count() == threads
    assert count() <= files
    assert more_tensors <= tensors
    assert more_objects <= objects + 10 * cycles


def test_that_a_run_that_is_dropped_in_the_middle_of_a_save_finishes_the_save(
    emoji: Path, tmp_path: Path
) -> None:
    saving, leaving, threads = threading.Event(), threading.Event(), threading.active_count()

    def linger(_: str) -> None:
        saving.set()
        leaving.wait(60)
        threading.Event().wait(0.5)  # long enough for somebody who does not wait to be found out

    trap, inbox = Trap(3, linger), Inbox()
    trap.armed = True
    inbox.post(SaveNow())
    config = tiny(emoji, training={"images": 10**6}, checkpoint={"every_images": 10**6})
    with trapped(trap):
        run = train(config, inbox, folder=tmp_path / "run")
        for _ in run:
            if saving.is_set():
                break
        leaving.set()
        run.close()
        assert newest(tmp_path / "run").images_seen == 0
    assert threading.active_count() == threads
    assert not list((tmp_path / "run" / "checkpoints").glob(".tmp-*"))
