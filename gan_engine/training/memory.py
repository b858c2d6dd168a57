"""What parts of a run remember between steps: 0-d device tensors that checkpoints keep."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from gan_engine.config import RunConfig


class Memory:
    """The numbers that penalties and the augmentation remember, by part and name."""

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        parts = {f"penalties.{penalty.kind}": penalty.memory() for penalty in config.penalties}
        parts["augment"] = config.augment.memory()
        self._parts = {
            part: {name: torch.tensor(value, device=device) for name, value in numbers.items()}
            for part, numbers in parts.items()
        }

    def of(self, part: str) -> Mapping[str, Tensor]:
        """Return what the part at this settings path remembers; filled in place."""
        return self._parts[part]

    def tensors(self) -> dict[str, Tensor]:
        """Return everything, under the names a checkpoint gives it."""
        return {
            f"{p}.{name}": t for p, numbers in self._parts.items() for name, t in numbers.items()
        }
