"""How far the program may be ahead of a GPU: a little, so that neither waits and both tell the same."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import torch

LEAD_S = 0.1
"""So many seconds of work may be queued: a pause, a change or a reading is late by no more."""
FEWEST = 2
"""So many rounds may be queued however long they take, so that the GPU never waits for the next."""


class Mark(Protocol):
    """A place in the GPU's queue; CUDA's event, or a test's."""

    def record(self) -> None:
        """Put it behind all that is queued."""

    def query(self) -> bool:
        """Return whether the GPU is past it."""

    def synchronize(self) -> None:
        """Return when the GPU is past it."""

    def elapsed_time(self, later: Any, /) -> float:
        """Return the milliseconds from this place to a later one; the GPU is past both."""


class Pace:
    """Lets the program queue rounds for a GPU, but not minutes of them.

    Queueing a captured round takes a fraction of a millisecond, however long the GPU works on it: left
    alone, images seen, speed and the answer to Stop would be hundreds of rounds ahead of what was
    computed. Elsewhere than on a GPU nothing is queued.
    """

    def __init__(self, mark: Callable[[], Mark] | None) -> None:
        self._mark, self._most = mark, FEWEST
        self._queued: deque[Mark] = deque()
        self._passed: Mark | None = None

    def keep(self) -> None:
        """Note that a round was queued; wait while too many are."""
        if self._mark is None:
            return
        self._queued.append(self._mark())
        self._queued[-1].record()
        while self._queued and (len(self._queued) > self._most or self._queued[0].query()):
            self._pass(self._queued.popleft())

    def _pass(self, mark: Mark) -> None:
        mark.synchronize()
        if self._passed is not None:
            seconds = self._passed.elapsed_time(mark) / 1000
            self._most = max(FEWEST, int(LEAD_S / max(seconds, 1e-4)))
        self._passed = mark


def pace_of(device: torch.device) -> Pace:
    """Return the pace for a device; a program that waits for a GPU sleeps, and leaves its core."""
    if device.type != "cuda":
        return Pace(None)
    return Pace(lambda: torch.cuda.Event(enable_timing=True, blocking=True))  # type: ignore[no-untyped-call]
