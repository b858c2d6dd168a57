"""Numbers a step leaves behind: summed on the device, read now and then without waiting for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gan_engine.training.ranks import Ranks


class Meters:
    """Sums and counts of named values on the device.

    On a GPU a reading is asked for, copied to pinned memory beside the running work, and taken at
    the next call: a step late, but never a stall.
    """

    def __init__(self, names: Sequence[str], device: torch.device) -> None:
        self.names = tuple(names)
        self._index = {name: i for i, name in enumerate(self.names)}
        self._sums = torch.zeros(2, len(self.names), device=device)
        self._pinned = torch.zeros(2, len(self.names), pin_memory=device.type == "cuda")
        self._copied = torch.cuda.Event() if device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self._pending = False
        self.before: Callable[[], None] | None = None
        """What is done before every reading."""

    def add(self, name: str, value: Tensor) -> None:
        """Count one more `value` (a scalar) under `name`."""
        index = self._index[name]
        self._sums[0, index] += value.detach()
        self._sums[1, index] += 1

    @property
    def sums(self) -> Tensor:
        """What was summed since the last reading, and how often; filled in place."""
        return self._sums

    def read(self, wait: bool = False) -> dict[str, float]:
        """Return the means since the last reading; empty while a copy is on its way.

        Args:
            wait: Finish everything that is queued first; for the end of a run.
        """
        if self.before is not None:
            self.before()
        if self._copied is None:
            sums = self._sums.clone()
            self._sums.zero_()
            return self._means(sums)
        taken: dict[str, float] = {}
        if self._pending and (wait or self._copied.query()):  # type: ignore[no-untyped-call]
            self._copied.synchronize()
            taken, self._pending = self._means(self._pinned), False
        if not self._pending:
            self._pinned.copy_(self._sums, non_blocking=True)
            self._sums.zero_()
            self._copied.record()
            self._pending = True
        return taken

    def add_up(self, ranks: Ranks) -> None:
        """Give rank 0 what every process has counted since the last time."""
        ranks.add(self._sums)
        if ranks.rank:
            self._sums.zero_()

    def _means(self, sums: Tensor) -> dict[str, float]:
        totals, counts = sums.tolist()
        pairs = zip(self.names, totals, counts, strict=True)
        return {name: total / count for name, total, count in pairs if count}
