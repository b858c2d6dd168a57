"""The program is ahead of a GPU by a tenth of a second at the most, and never makes it wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from gan_engine.training.pace import FEWEST, LEAD_S, Pace, pace_of
from tests.gan_engine.training.test_accumulation import session_of

QUEUEING_S = 0.0005


class Gpu:
    """A GPU that takes so many seconds a round, and the clock on the wall."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now, self.busy_until, self.idle = seconds, 0.0, 0.0, 0.0

    def mark(self) -> Gpu.Mark:
        return Gpu.Mark(self)

    class Mark:
        def __init__(self, gpu: Gpu) -> None:
            self.gpu = gpu

        def record(self) -> None:
            self.at = self.gpu.busy_until

        def query(self) -> bool:
            return self.gpu.now >= self.at

        def synchronize(self) -> None:
            self.gpu.now = max(self.gpu.now, self.at)

        def elapsed_time(self, later: Gpu.Mark, /) -> float:
            assert self.query()
            assert later.query()
            return (later.at - self.at) * 1000

    def queue(self) -> None:
        self.now += QUEUEING_S
        self.idle += max(0.0, self.now - self.busy_until) if self.busy_until else 0.0
        self.busy_until = max(self.now, self.busy_until) + self.seconds


@pytest.mark.parametrize("seconds", [0.0001, 0.003, 0.02, 0.2, 2.0])
def test_that_a_gpu_is_never_far_behind_and_never_waits(seconds: float) -> None:
    gpu = Gpu(seconds)
    pace = Pace(gpu.mark)
    behind = []
    for _ in range(500):
        gpu.queue()
        pace.keep()
        behind.append(gpu.busy_until - gpu.now)
    assert max(behind) <= max(LEAD_S, FEWEST * seconds) + seconds
    assert gpu.idle == 0.0 or seconds < QUEUEING_S


def test_that_nothing_is_marked_where_nothing_is_queued() -> None:
    pace = pace_of(torch.device("cpu"))
    pace.keep()
    assert not pace._queued


def test_that_every_round_keeps_pace(
    tiny: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, kept = session_of(tiny), []
    monkeypatch.setattr(session._gpu_pace, "keep", lambda: kept.append(session.images_seen))
    session.round()
    session.round()
    batch = session.config.training.batch_size
    assert kept == [batch, 2 * batch]
