"""Numbers a step leaves behind: summed on the device, read now and then without waiting for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_engine.augment import Augmentation
from gan_engine.penalties import Penalty
from gan_engine.training.ranks import Ranks

BINS = 64
_REACH, _FINE = 8.4, 4.0
"""Bins are equally wide in asinh(4 score), up to scores of some 550: fine near zero, never out of room."""


def score_edges() -> NDArray[np.float64]:
    """Return the scores between which scores are counted: (BINS + 1,); the outermost are open."""
    edges: NDArray[np.float64] = np.sinh(np.linspace(-_REACH, _REACH, BINS + 1)) / _FINE
    return edges


def meter_names(penalties: tuple[Penalty, ...], augment: Augmentation) -> tuple[str, ...]:
    """Return the names of everything a step measures."""
    names = [
        "loss/g",
        "loss/d",
        "loss/lesson",
        "score/real",
        "score/fake",
        "gradient/g",
        "gradient/d",
    ]
    names += [f"penalty/{penalty.kind}" for penalty in penalties]
    return (*names, *(f"augment/{name}" for name in augment.memory()))


class Meters:
    """Sums and counts of named values on the device, and how often D gave which scores.

    On a GPU a reading is asked for, copied to pinned memory beside the running work, and taken at
    the next call: a step late, but never a stall. Who waits has all of it.
    """

    def __init__(self, names: Sequence[str], device: torch.device) -> None:
        self.names = tuple(names)
        self._index = {name: i for i, name in enumerate(self.names)}
        size = 2 * len(self.names)
        self._all = torch.zeros(size + 2 * BINS, device=device)
        self._sums, self._reached = self._all[:size].view(2, -1), self._all[size:].view(2, BINS)
        self._one, edges = torch.ones((), device=device), score_edges()[:-1]
        edges[0] = -np.inf
        self._edges = torch.from_numpy(edges).float().to(device)
        self._pinned = torch.zeros_like(self._all, device="cpu", pin_memory=device.type == "cuda")
        self._counts = np.zeros((2, BINS), np.int64)
        self._copied = torch.cuda.Event() if device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self._pending = False
        self.before: Callable[[], None] | None = None
        """What is done before every reading."""

    def add(self, name: str, value: Tensor) -> None:
        """Count one more `value` (a scalar) under `name`."""
        index = self._index[name]
        # Both in one call: a step has a dozen of these, and each would be as long as its launch.
        torch._foreach_add_(
            [self._sums[0, index], self._sums[1, index]], [value.detach(), self._one]
        )

    @property
    def everything(self) -> Tensor:
        """What was summed and counted since the last reading; filled in place."""
        return self._all

    def count(self, real: Tensor, fake: Tensor) -> None:
        """Count the scores of as many reals as fakes, each of any shape, by their size."""
        scores_2M = torch.stack([real.detach().flatten(), fake.detach().flatten()]).float()
        # How many are at least each edge; what lies between two of them is their difference.
        self._reached += (scores_2M[:, :, None] >= self._edges).sum(1)

    def take_counts(self) -> NDArray[np.int64]:
        """Return how many scores fell between each two of `score_edges` since the last call.

        Only what was read so far is in it: reals first, then fakes, (2, BINS).
        """
        taken, self._counts = self._counts, np.zeros((2, BINS), np.int64)
        return taken

    def read(self, wait: bool = False) -> dict[str, float]:
        """Return the means since the last reading; empty while a copy is on its way.

        Args:
            wait: Finish everything that is queued first, and leave nothing for the next reading; for
                a pause, a single step and the end of a run.
        """
        if self.before is not None:
            self.before()
        if self._copied is None:
            taken_all = self._all.clone()
            self._all.zero_()
            return self._means(taken_all)
        arrived: list[Tensor] = []
        if self._pending and (wait or self._copied.query()):  # type: ignore[no-untyped-call]
            arrived.append(self._arrived(self._copied))
        if not self._pending:
            self._pinned.copy_(self._all, non_blocking=True)
            self._all.zero_()
            self._copied.record()
            self._pending = True
        if wait:
            arrived.append(self._arrived(self._copied))
        return self._means(torch.stack(arrived).sum(0)) if arrived else {}

    def _arrived(self, copied: torch.cuda.Event) -> Tensor:
        copied.synchronize()
        self._pending = False
        return self._pinned.clone()

    def add_up(self, ranks: Ranks) -> None:
        """Give rank 0 what every process has counted since the last time."""
        ranks.add(self._all)
        if ranks.rank:
            self._all.zero_()

    def _means(self, taken: Tensor) -> dict[str, float]:
        size = 2 * len(self.names)
        reached = taken[size:].numpy().reshape(2, BINS).astype(np.int64)
        self._counts += reached - np.pad(reached[:, 1:], ((0, 0), (0, 1)))
        totals, counts = taken[:size].view(2, -1).tolist()
        pairs = zip(self.names, totals, counts, strict=True)
        return {name: total / count for name, total, count in pairs if count}
