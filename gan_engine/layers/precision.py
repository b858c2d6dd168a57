"""Where autocast must not round: sums of squares, norms, statistics, logits."""

from __future__ import annotations

import contextlib

import torch
from torch import Tensor, nn


def exactly(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Return a context in which nothing is rounded to bf16 on `device`."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return contextlib.nullcontext()


def in_full(layer: nn.Module, x: Tensor) -> Tensor:
    """Return what a layer makes of `x` in fp32: a logit of 8 bits is too coarse to compare with others."""
    with exactly(x.device):
        out: Tensor = layer(x.float())
        return out
