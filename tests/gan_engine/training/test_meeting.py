"""Processes that start again find each other, whatever those before them left in the launcher's store."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch.distributed as dist

from gan_engine.training import meeting
from gan_engine.training.meeting import met


def attempt(store: dist.Store, ranks: Sequence[int], count: int) -> list[dist.Store]:
    """Let processes come in this order, each while those before it wait; return what each found."""
    with ThreadPoolExecutor(count) as together:
        coming = {rank: together.submit(met, store, rank, count) for rank in ranks}
        return [coming[rank].result(20) for rank in range(count)]


def exchange(stores: list[dist.Store]) -> list[list[str]]:
    """Let each leave an address, as a process group does, and read everybody's."""
    for rank, store in enumerate(stores):
        store.set(f"address/{rank}", f"{id(stores)}.{rank}")
    return [[s.get(f"address/{rank}").decode() for rank in range(len(stores))] for s in stores]


@pytest.mark.parametrize("ranks", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
def test_that_processes_meet_in_whatever_order_they_come(ranks: tuple[int, ...]) -> None:
    found = exchange(attempt(dist.HashStore(), ranks, 3))
    assert found[0] == found[1] == found[2]
    assert len(set(found[0])) == 3


def test_that_nobody_reads_what_an_earlier_attempt_left() -> None:
    store = dist.HashStore()
    first = attempt(store, (0, 1), 2)
    for rank, place in enumerate(first):
        place.set(f"address/{rank}", "of somebody who died")
    for ranks in ((1, 0), (0, 1)):
        second = attempt(store, ranks, 2)
        assert not second[0].check(["address/1"])
        assert not second[1].check(["address/0"])


def test_that_who_died_before_the_meeting_confuses_nobody() -> None:
    store = dist.HashStore()
    for word in ("one", "another"):  # two attempts in which process 1 died as soon as it had asked
        store.set("asks/1", word)
    stores = attempt(store, (0, 2, 1), 3)
    found = exchange(stores)
    assert found[0] == found[1] == found[2]


def test_that_who_waits_in_vain_says_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "MEETING", meeting.MEETING * 0)
    with pytest.raises(RuntimeError, match="process 1 did not come"):
        met(dist.HashStore(), 0, 2)


ALONE = """
from pathlib import Path
import torch
from gan_engine.training.ranks import Together
ranks = Together()
import torch._dynamo  # what an optimiser's first step does
ranks.add(torch.ones(1))
ranks.leave()
print(*(task.joinpath("comm").read_text().strip() for task in Path("/proc/self/task").iterdir()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it asks the kernel for threads' names")
def test_that_who_leaves_the_others_leaves_no_thread_behind() -> None:
    """Threads of a group that outlive Python's own end abort it now and then."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0, "LOCAL_WORLD_SIZE": 1}
    place |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    surroundings = os.environ | {name: str(value) for name, value in place.items()}
    done = subprocess.run(
        [sys.executable, "-c", ALONE], env=surroundings, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "gloo" not in done.stdout
