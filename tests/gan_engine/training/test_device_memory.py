"""What belongs to a GPU: its number formats, its memory, the order of what is queued. Played without one."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine.config import RunConfig
from gan_engine.data.ahead import Ahead, side_stream
from gan_engine.data.dataset import Images
from gan_engine.device import autocast_type, memory_used, usual_formats
from gan_engine.errors import MismatchError
from gan_engine.training.accelerate import CudaGraphs
from gan_engine.training.optimisers import Update
from tests.gan_engine.training.test_accelerate import Stand, with_stand
from tests.gan_engine.training.test_accumulation import session_of

Make = Callable[..., RunConfig]
CUDA, CPU = torch.device("cuda"), torch.device("cpu")


@pytest.mark.parametrize("ampere", [True, False])
def test_that_bf16_is_chosen_only_where_the_gpu_has_it(
    ampere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Older GPUs say yes when they are asked whether they could play at it."""
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: ampere or including_emulation,
    )
    assert autocast_type("auto", CUDA) is (torch.bfloat16 if ampere else None)
    assert usual_formats("auto", "auto", CUDA).precision == ("bf16" if ampere else "fp32")
    assert autocast_type("bf16", CUDA) is torch.bfloat16


def test_that_what_is_held_of_a_gpu_is_told_not_what_an_update_left_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 10)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 1000)
    assert memory_used(CUDA) == 1000


def test_that_a_run_that_ends_leaves_a_gpu_nothing_to_hold(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, left = session_of(tiny), []
    session.round()
    images = session.images  # whoever measures knows of them still
    known = [weakref.ref(t) for t in (*session.networks.g.parameters(), images.pixels)]
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(
        torch.cuda, "empty_cache", lambda: left.append(sum(one() is not None for one in known))
    )
    session.close()
    assert left == [0]
    assert not images.pixels.numel()


class Stream:
    """A queue that notes what was asked of it."""

    def __init__(self, name: str, done: list[str]) -> None:
        self.name, self._done = name, done

    def wait_stream(self, other: Stream) -> None:
        self._done.append(f"{self.name} waits for {other.name}")

    def synchronize(self) -> None:
        self._done.append(f"{self.name} is finished")

    def __enter__(self) -> None:
        self._done.append(f"to {self.name}")

    def __exit__(self, *args: Any) -> None:
        self._done.append(f"from {self.name}")


def test_that_what_follows_an_update_that_failed_does_not_overtake_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    side, run = Stream("side", done), Stream("run", done)
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: side)
    monkeypatch.setattr(torch.cuda, "graph_pool_handle", lambda: (0, 1))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: run)
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: stream)

    def update() -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        CudaGraphs(CUDA).beside(update)
    assert done == ["side waits for run", "to side", "from side", "run waits for side"]


def test_that_nothing_is_on_its_way_to_memory_that_is_given_back() -> None:
    done: list[str] = []
    ahead = Ahead(np.zeros((4, 8, 8, 3), np.uint8), 2, CPU)
    ahead._stream = Stream("images", done)  # type: ignore[assignment]
    ahead.close()
    assert done == ["images is finished"]


def test_that_images_are_sent_behind_what_may_still_use_their_buffers_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: Stream("images", done))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: Stream("run", done))
    side_stream(CUDA)
    assert done == ["images waits for run"]


def test_that_an_update_that_is_done_again_counts_its_scores_once(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, apply, calls = session_of(tiny), Update.apply, list[Update]()

    def short(update: Update) -> torch.Tensor:
        calls.append(update)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return apply(update)

    monkeypatch.setattr(Update, "apply", short)
    session.update_d()
    assert len(calls) == 2
    session.meters.read()
    assert session.meters.take_counts().sum() == 2 * session.config.training.batch_size


def test_that_graphs_are_gone_before_anything_they_write_to(tiny: Make, tmp_path: Path) -> None:
    stand = Stand()
    session = with_stand(session_of(tiny), stand)
    for _ in range(6):
        session.round()
    saved = session.snapshot()
    load, seen = session.updates["g"].load, []
    session.updates["g"].load = lambda tensors: (seen.append(list(stand.done)), load(tensors))  # type: ignore[method-assign, func-returns-value, assignment]
    session.restore(saved, tmp_path)
    assert seen[0][-2:] == ["wait", "forget"]
    name = next(name for name in saved.tensors if name.startswith("d."))
    saved.tensors[name] = torch.zeros(1)
    with pytest.raises(MismatchError):
        session.restore(saved, tmp_path)
    assert session.runner._captured == {}


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("flip", [True, False])
def test_that_reals_lie_in_memory_as_the_networks_maps_do(
    layout: torch.memory_format, flip: bool
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), np.uint8)
    images = Images(pixels, 4, CPU, 10**6, layout=layout)
    shown = images.batch(flip, torch.Generator().manual_seed(0)).images_NCHW
    assert shown.is_contiguous(memory_format=layout)
    if not flip:
        wanted = torch.from_numpy(pixels[:4]).permute(0, 3, 1, 2) / 127.5 - 1
        assert torch.equal(shown, wanted)
