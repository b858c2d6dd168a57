"""What every optimiser is: settings that build torch's own, fused where the device can."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from gan_engine.schema import Part, Varying, option


def epsilon() -> Any:
    """Declare what is added to the size of a weight's gradients before a step is divided by it."""
    return option(
        1e-8, gt=0, le=1e-2, scale="log", advanced=True,
        help="Keeps tiny gradients from giant steps.",
    )  # fmt: skip


class Optimizer(Part):
    """How a network's weights follow their gradients."""

    kind: str
    rate: Varying = option(
        2e-4,
        ge=0,
        le=1,
        live=True,
        scale="log",
        label="Learning rate",
        help="Halve it when training swings; G and D need not have the same.",
    )

    def build(
        self, parameters: Iterable[nn.Parameter], rate: float | Tensor
    ) -> torch.optim.Optimizer:
        """Return torch's optimiser over `parameters`; `rate` may be a 0-d device tensor.

        Fused where torch can: such kernels leave out a step whose gradients are no numbers. Others
        are given gradients of zero instead, on which one that remembers a direction would still
        move: it multiplies its step by `1 - self.found_inf`, where a run has set that.
        """
        raise NotImplementedError
