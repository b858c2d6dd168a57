"""A run's metrics together: what they need of the real images is computed once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Protocol

import torch
from torch import Tensor

from gan_engine.metrics.base import Metric, described, enough, seen

_PIECE = 1024
"""So many real images are in memory at once where all of them are looked at."""


class Reals(Protocol):
    """Real images as rows (C, H, W): a tensor, or what reads them from a disk."""

    def __len__(self) -> int: ...

    def __getitem__(self, which: slice | Tensor, /) -> Tensor: ...


class Judge:
    """Measures sample after sample of one run against the same real images, with the same dice.

    So numbers differ because samples do. Metrics that look at the same thing of an image, features
    of the same network for example, share the work.
    """

    def __init__(self, metrics: Sequence[Metric], real_NCHW: Reals, seed: int = 0) -> None:
        """Remember the real images; nothing is computed yet.

        Args:
            metrics: What to measure.
            real_NCHW: All training images, floats in [-1, 1] or uint8; read when they are needed.
            seed: Decides which of them are compared, and every draw after that.
        """
        self._metrics, self._seed = tuple(metrics), seed
        self._real_NCHW = real_NCHW
        self._known: dict[Hashable, Tensor] = {}

    @property
    def samples(self) -> int:
        """How many samples the metrics want, at most."""
        return max((metric.images for metric in self._metrics), default=0)

    def measure(self, fake_NCHW: Tensor) -> dict[str, float]:
        """Return every metric's numbers for these samples, by name.

        Raises:
            EngineError: There are too few images, or some samples are not numbers.
        """
        return {name: value for found in self.each(fake_NCHW) for name, value in found.items()}

    def each(self, fake_NCHW: Tensor) -> Iterator[dict[str, float]]:
        """Yield one metric's numbers after the other, so that other work can go in between."""
        seen: dict[Hashable, Tensor] = {}
        for metric in self._metrics:
            lens, device = metric.lens, fake_NCHW.device
            if lens not in self._known:
                self._known[lens] = self._described(metric, device)
            if lens not in seen:
                most = max(other.images for other in self._alike(metric))
                seen[lens] = described(metric, fake_NCHW[:most], device)
            known = self._known[lens]
            real = known if metric.whole else known[: metric.images]
            yield metric.compare(real, seen[lens][: metric.images], self._dice())

    def _alike(self, metric: Metric) -> list[Metric]:
        return [other for other in self._metrics if other.lens == metric.lens]

    def _described(self, metric: Metric, device: torch.device) -> Tensor:
        """Return the real images as metrics like this one look at them, in an order drawn once."""
        alike, count = self._alike(metric), len(self._real_NCHW)
        if any(other.whole for other in alike):
            enough(metric, count)
            pieces = (self._real_NCHW[at : at + _PIECE] for at in range(0, count, _PIECE))
            return torch.cat([seen(metric, piece, device) for piece in pieces])
        order = torch.randperm(count, generator=self._dice())
        chosen = order[: max(other.images for other in alike)]
        return described(metric, self._real_NCHW[chosen], device)

    def _dice(self) -> torch.Generator:
        return torch.Generator().manual_seed(self._seed)
