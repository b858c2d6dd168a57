"""What bends a signal between two layers, so that more layers can say more."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

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


class Squash(nn.Tanh):
    """Numbers become pixels between -1 and 1: tanh, in fp32.

    In bf16 all above 0.998 is 1, and a pixel that is almost white would never learn again.
    """

    def forward(self, input: Tensor) -> Tensor:
        return torch.tanh(input.float())
