"""Which numbers a map is normalised by: its batch's, its own, its channels', or none."""

from __future__ import annotations

import math
from typing import Literal

from torch import nn

NormKind = Literal["batch", "instance", "group", "layer", "none"]
NORM_NAMES: dict[NormKind, str] = {
    "batch": "Batch norm",
    "instance": "Instance norm",
    "group": "Group norm",
    "layer": "Layer norm",
    "none": "None",
}
GROUPS = 32


def make_norm(kind: NormKind, channels: int) -> nn.Module | None:
    """Return a layer that normalises maps of so many channels, with a learned scale and shift.

    Batch norm makes images of a batch depend on each other while they train; the others do not.
    Group norm has up to 32 groups of at least four channels, layer norm a single one.
    """
    if kind == "batch":
        return nn.BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    if kind == "group":
        return nn.GroupNorm(math.gcd(channels, GROUPS, max(1, channels // 4)), channels)
    return nn.GroupNorm(1, channels) if kind == "layer" else None
