"""Adam and AdamW: every weight gets a step size of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.optimizers.base import Optimizer, epsilon
from gan_engine.schema import option


class Adam(Optimizer):
    """The usual choice for GANs. Source: arXiv:1412.6980. GANs want a low beta1: 0.5, or 0."""

    title: ClassVar[str] = "Adam"
    kind: Literal["adam"] = "adam"
    beta1: float = option(
        0.5, ge=0, lt=1, advanced=True, help="How long the direction is remembered."
    )
    beta2: float = option(
        0.999, ge=0, lt=1, advanced=True, help="How long the step size is remembered."
    )
    eps: float = epsilon()

    def build(
        self, parameters: Iterable[nn.Parameter], rate: float | Tensor
    ) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, **self._common(rate))

    def _common(self, rate: float | Tensor) -> dict[str, Any]:
        on_gpu = isinstance(rate, Tensor) and rate.device.type == "cuda"
        betas = (self.beta1, self.beta2)
        return dict(lr=rate, betas=betas, eps=self.eps, fused=True, capturable=on_gpu)


class AdamW(Adam):
    """Adam whose weight decay does not depend on the gradient. Source: arXiv:1711.05101."""

    title: ClassVar[str] = "AdamW"
    kind: Literal["adamw"] = "adamw"  # type: ignore[assignment]
    weight_decay: float = option(0.01, ge=0, le=1, help="How fast unused weights shrink.")

    def build(
        self, parameters: Iterable[nn.Parameter], rate: float | Tensor
    ) -> torch.optim.Optimizer:
        return torch.optim.AdamW(parameters, weight_decay=self.weight_decay, **self._common(rate))
