"""What bends a signal between two layers, so that more layers can say more."""

from __future__ import annotations

from typing import Literal

from torch import nn

ActivationKind = Literal["relu", "leaky_relu", "elu", "silu", "gelu"]
ACTIVATION_NAMES: dict[ActivationKind, str] = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "silu": "SiLU",
    "gelu": "GELU",
}


def make_activation(kind: ActivationKind) -> nn.Module:
    """Return a layer that works on each number by itself; a leaky ReLU lets a fifth of it through."""
    if kind == "leaky_relu":
        return nn.LeakyReLU(0.2)
    kinds: dict[str, type[nn.Module]] = {
        "relu": nn.ReLU,
        "elu": nn.ELU,
        "silu": nn.SiLU,
        "gelu": nn.GELU,
    }
    return kinds[kind]()
