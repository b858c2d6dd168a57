"""Where autocast must not round: sums of squares, norms, statistics, logits."""

from __future__ import annotations

import contextlib

import torch
from torch import Tensor, nn

ROUNDING = frozenset(
    kind for kind in ("cpu", "cuda", "mps", "xpu") if torch.amp.is_autocast_available(kind)
)
"""Devices that autocast knows of. Asked once: the compiler of torch 2.11 breaks off where it is asked."""


def exactly(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Return a context in which nothing is rounded to bf16 on `device`."""
    if device.type in ROUNDING:
        return torch.autocast(device.type, enabled=False)
    return contextlib.nullcontext()


def in_full(layer: nn.Module, x: Tensor) -> Tensor:
    """Return what a layer makes of `x` in fp32: a logit of 8 bits is too coarse to compare with others."""
    with exactly(x.device):
        out: Tensor = layer(x.float())
        return out
