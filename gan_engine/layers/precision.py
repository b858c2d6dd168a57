"""Where autocast must not round: sums of squares, norms, statistics."""

from __future__ import annotations

import contextlib

import torch


def exactly(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Return a context in which nothing is rounded to bf16 on `device`."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return contextlib.nullcontext()
