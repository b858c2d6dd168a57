"""Dropout whose dice are the run's own, so that resuming is exact."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from gan_engine.layers.noise import Drawing


class Dropout(Drawing):
    """Each number of a map is zero with probability `share` while it trains, the rest as much larger.

    Source: arXiv:1207.0580. In eval mode everything passes.
    """

    label: ClassVar[str] = "Dropout"

    def __init__(self, share: float) -> None:
        super().__init__()
        self.dropped = share

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.dropped:
            return x
        kept = self.share(x, *x.shape) >= self.dropped
        return x * (kept / (1 - self.dropped)).to(x.dtype)
