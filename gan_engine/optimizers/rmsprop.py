"""RMSprop: Adam without a memory of direction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.optimizers.base import Optimizer, epsilon
from gan_engine.schema import option


class RMSprop(Optimizer):
    """Adam without a memory of direction; the first Wasserstein GANs used it."""

    title: ClassVar[str] = "RMSprop"
    kind: Literal["rmsprop"] = "rmsprop"
    alpha: float = option(
        0.99, ge=0, lt=1, advanced=True, help="How long the step size is remembered."
    )
    eps: float = epsilon()

    def build(
        self, parameters: Iterable[nn.Parameter], rate: float | Tensor
    ) -> torch.optim.Optimizer:
        capturable = isinstance(rate, Tensor) and rate.device.type == "cuda"
        return torch.optim.RMSprop(
            parameters, lr=rate, alpha=self.alpha, eps=self.eps, foreach=True, capturable=capturable
        )
