"""A run on a CPU takes as many threads as pay, and keeps to their number, which its numbers depend on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import torch

from gan_engine import Notice, checkpoint, device
from gan_engine.config import RunConfig
from gan_engine.training import resume, run, train, trial
from gan_engine.training.trial import fastest

Make = Callable[..., RunConfig]
CPU = torch.device("cpu")


@pytest.fixture
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "cores", lambda: 4)
    monkeypatch.setattr(device, "cores", lambda: 4)


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize(
    ("took", "chosen"),
    [
        ({4: 1.0, 2: 2.0, 1: 4.0}, 4),
        ({4: 1.0, 2: 0.95, 1: 2.0}, 4),
        ({4: 2.0, 2: 1.05, 1: 1.0}, 2),
        ({4: 3.0, 2: 2.0, 1: 1.0}, 1),
        ({4: 2.0, 2: 1.0, 1: 1.5}, 2),
    ],
    ids=["all", "hardly", "half", "one", "between"],
)
def test_that_the_most_threads_are_taken_that_fewer_are_not_clearly_faster_than(
    took: dict[int, float], chosen: int, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "_round_seconds", lambda *_, **__: took[torch.get_num_threads()])
    assert fastest(tiny(), CPU).threads == chosen
    monkeypatch.setattr(trial, "_round_seconds", None)  # the answer is kept
    assert fastest(tiny(), CPU).threads == chosen


@pytest.mark.usefixtures("four_cores")
def test_that_networks_with_much_to_compute_take_every_core_untried(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "LITTLE", 1.0)
    monkeypatch.setattr(trial, "_session", None)  # nothing is built
    assert fastest(tiny(data={"size": 32}), CPU).threads == 4


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize(("asked", "taken"), [(3, 3), (64, 4)])
def test_that_threads_that_were_asked_for_are_taken_as_far_as_there_are_cores(
    asked: int, taken: int, tiny: Make, tmp_path: Path
) -> None:
    list(train(tiny(training={"images": 12, "threads": asked}), folder=tmp_path / "run"))
    assert checkpoint.newest(tmp_path / "run")[1].versions["threads"] == str(taken)


@pytest.mark.usefixtures("four_cores")
def test_that_processes_share_the_threads() -> None:
    found = []
    for threads, processes in ((0, 1), (0, 2), (2, 2), (1, 2), (0, 8)):
        device.settle(CPU, threads, processes)
        found.append(torch.get_num_threads())
    assert found == [4, 2, 1, 1, 1]


@pytest.mark.parametrize(
    ("told", "cores"), [("", 6), ("3", 3), ("2,4", 2), ("0", 6), ("many", 6), ("64", 6)]
)
def test_that_a_core_counts_once_and_openmps_own_wish_is_kept(
    told: str, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(10)), raising=False)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: 12 if logical else 6)
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert device.cores() == cores


def notices(folder: Path) -> list[str]:
    return [event.key for event in resume(folder, images=24) if isinstance(event, Notice)]


@pytest.mark.usefixtures("four_cores")
def test_that_a_run_goes_on_with_its_threads_and_only_says_so_where_there_are_fewer_cores(
    tiny: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        list(train(tiny(training={"images": 12, "threads": 2}), folder=tmp_path / name))
    torch.set_num_threads(4)  # as a program that has just been started has it
    monkeypatch.setattr(run, "fastest", None)  # nothing is chosen anew
    assert "versions" not in notices(tmp_path / "here")
    assert torch.get_num_threads() == 2
    monkeypatch.setattr(device, "cores", lambda: 1)
    assert "versions" in notices(tmp_path / "there")


@pytest.mark.usefixtures("four_cores")
def test_that_a_save_without_threads_among_its_formats_goes_on_with_those_it_ran_on(
    tiny: Make, tmp_path: Path
) -> None:
    list(train(tiny(training={"images": 12, "threads": 3}), folder=tmp_path / "run"))
    path, saved, _ = checkpoint.newest(tmp_path / "run")
    del saved.counters["formats"]["threads"]
    assert run._formats(tiny(), CPU, (path, saved)).threads == 3
