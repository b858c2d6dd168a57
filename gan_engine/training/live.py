"""Values that may move while a run trains, as device tensors that the step reads."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor

from gan_engine.config import RunConfig
from gan_engine.power_average import LENGTHS, step_weight
from gan_engine.schema import Part, settings_of, value_at, walk

P = TypeVar("P", bound=Part)
_SECTIONS = ("loss", "penalties", "augment", "optimizer_g", "optimizer_d")
EMA = "ema.weight"
POWERS = tuple(f"ema.power.{i}" for i in range(len(LENGTHS)))


class LiveValues:
    """One device vector of every live number; each is read through its own 0-d view.

    An edit or a schedule fills the vector between two steps, so a captured step sees it without
    being captured again. Nothing is copied while nothing moves.
    """

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        draft = config.draft()
        self._paths = [
            s.path
            for s in walk(RunConfig, draft)
            if s.live and s.kind in ("number", "varying") and s.path.split(".")[0] in _SECTIONS
        ]
        self._pinned = device.type == "cuda"
        self._host = torch.full((len(self._paths) + 1 + len(POWERS),), float("nan"))
        self._device = torch.zeros_like(self._host, device=device)
        self._index = {path: i for i, path in enumerate([*self._paths, EMA, *POWERS])}

    def __getitem__(self, path: str) -> Tensor:
        return self._device[self._index[path]]

    def number(self, path: str) -> float:
        """Return the value last filled in at `path`."""
        return float(self._host[self._index[path]])

    def fill(self, config: RunConfig, seen: int, updates_g: int = 0) -> None:
        """Bring every value to where it is after `seen` images and `updates_g` updates of G."""
        total = config.training.images
        values = [value_at(_value(config, path), seen, total) for path in self._paths]
        powers = [step_weight(length, updates_g + 1) for length in LENGTHS]
        fresh = torch.tensor([*values, _ema_weight(config, seen), *powers])
        if not torch.equal(fresh, self._host):
            self._host = fresh
            # A copy that is still on its way keeps its own pinned memory: none is written over.
            source = fresh.pin_memory() if self._pinned else fresh
            self._device.copy_(source, non_blocking=True)

    def into(self, part: P, prefix: str) -> P:
        """Return `part` with its live numbers replaced by their tensors; validation is skipped."""
        live = {
            s.name: self[s.path] for s in settings_of(type(part), prefix) if s.path in self._index
        }
        return part.model_copy(update=live)


def _value(config: RunConfig, path: str) -> float:
    value: object = config
    for key in path.split("."):
        if isinstance(value, tuple):
            value = next(part for part in value if part.kind == key)
        else:
            value = getattr(value, key)
    return value  # type: ignore[return-value]


def _ema_weight(config: RunConfig, seen: int) -> float:
    """Return how much of G enters the average in one G step."""
    ema, step = config.ema, config.training.batch_size * config.training.d_steps
    half_life = value_at(ema.half_life, seen, config.training.images)
    memory = min(half_life, seen * ema.ramp_up) if ema.ramp_up else half_life
    return 1.0 if memory <= 0 else 1 - 0.5 ** (step / memory)
