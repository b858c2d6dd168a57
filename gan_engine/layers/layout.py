"""How maps lie in memory."""

from __future__ import annotations

import torch
from torch import Tensor


def layout_of(x_NCHW: Tensor) -> torch.memory_format:
    """Return `channels_last` where maps lie so; what lies in both ways, as one channel does, is contiguous."""
    last = x_NCHW.is_contiguous(memory_format=torch.channels_last)
    return torch.channels_last if last and not x_NCHW.is_contiguous() else torch.contiguous_format
