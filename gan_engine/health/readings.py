"""A run's curves as rules look at them: lately, before that, and since the last change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from gan_engine.config import RunConfig
from gan_engine.drafts import Draft, get
from gan_engine.losses import AdversarialLoss
from gan_engine.schema import chosen, settings_of

Values = NDArray[np.float64]
Series = tuple[Values, Values]
"""Images seen and values, both (points,)."""

LEAST_UPDATES = 500
"""A run is not judged before D was updated so often: what begins is unlike what comes."""
LEAST_READINGS = 40
_WARMING_UP = 200
"""Updates at the beginning that nothing is compared with."""


@dataclass(frozen=True)
class Facts:
    """What the curves do not say; moments are in images seen."""

    dataset_images: int = 0
    """How many images there are to learn from; 0 where that is not known."""
    changed_at: float = 0.0
    """When a setting last changed, or the run went back: a rule judges what came after."""
    resumed_at: float = 0.0
    """When the run was last started or resumed: speed is only compared since."""
    returns: int = 0
    """How often the run went back to a save because its numbers were none."""
    on_gpu: bool = False
    """Whether something faster than a CPU trains: then whoever asks for days means them."""


class Readings:
    """Curves, settings and facts; every window is empty while it holds too little to judge by."""

    def __init__(self, series: Mapping[str, Series], draft: Draft, facts: Facts) -> None:
        self._series, self.draft, self.facts = series, draft, facts
        self.batch = max(1, int(get(draft, "training.batch_size", 64)))
        self.total = float(get(draft, "training.images", 0))
        ends = [float(images.max()) for images, _ in series.values() if len(images)]
        self.seen = max(ends, default=0.0)  # the last reading may be a metric, told late

    @property
    def updates(self) -> float:
        """How often D was updated."""
        return self.seen / self.batch

    def all(self, name: str) -> Series:
        """Return the whole series `name` without its gaps."""
        empty = np.empty(0)
        images, values = self._series.get(name, (empty, empty))
        there = np.isfinite(values)
        return images[there], values[there]

    def between(self, name: str, start: float, end: float = np.inf) -> Series:
        """Return the readings of `name` after `start` and up to `end` images seen."""
        images, values = self.all(name)
        there = (images > start) & (images <= end)
        return images[there], values[there]

    def window(self, share: float = 0.25, most: int = 5000) -> float:
        """Return how many images the last `share` of the run is, at most so many updates."""
        return min(max(self.seen * share, _WARMING_UP * self.batch), most * self.batch)

    def recent(self, name: str) -> Values:
        """Return the values of late, all from after the last change."""
        start = max(self.seen - self.window(), self.facts.changed_at)
        return self._enough(self.between(name, start)[1])

    def earlier(self, name: str) -> Values:
        """Return the values from before those of late, the first updates left out."""
        first, last = _WARMING_UP * self.batch, self.seen - self.window()
        return self._enough(self.between(name, first, last)[1])

    def _enough(self, values: Values) -> Values:
        judged = self.updates >= LEAST_UPDATES and len(values) >= LEAST_READINGS
        return values if judged else values[:0]

    # --- the loss ------------------------------------------------------------------------------

    @cached_property
    def loss(self) -> AdversarialLoss:
        """The loss that the networks play for."""
        setting = next(s for s in settings_of(RunConfig) if s.name == "loss")
        table = dict(get(self.draft, "loss", {}))
        part = chosen(setting, table).model_validate(table)
        assert isinstance(part, AdversarialLoss)
        return part

    @cached_property
    def undecided(self) -> float:
        """D's least loss when it gives every image the same score; 0 for a critic, which has none."""
        scores = torch.linspace(-2, 2, 81)
        losses = [float(self.loss.discriminator(s[None], s[None])) for s in scores]
        least = min(losses)
        return least if least > 1e-6 else 0.0
