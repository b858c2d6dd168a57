"""What a network draws at random while it trains: noise on its maps, and which styles to mix."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import ClassVar
from weakref import WeakValueDictionary

import torch
from torch import Tensor, nn


class Drawing(nn.Module):
    """A module that draws random numbers in training; in eval mode it is a fixed function.

    `random` is where they come from: a run sets it, so that resuming is exact. While it is None,
    torch's global generator of the device is used.
    """

    random: torch.Generator | None = None

    def __init__(self) -> None:
        super().__init__()
        self.number = next(_NUMBERS)
        _DRAWING[self.number] = self

    def drawn(self, like: Tensor, *shape: int) -> Tensor:
        """Return numbers from the normal distribution, of `like`'s kind and device."""
        if torch.compiler.is_compiling():
            normal: Tensor = _normal(like.detach(), shape, self.number)
            return normal
        return torch.randn(shape, dtype=like.dtype, device=like.device, generator=self.random)

    def share(self, like: Tensor, *shape: int) -> Tensor:
        """Return numbers evenly from [0, 1), in fp32 on `like`'s device."""
        if torch.compiler.is_compiling():
            even: Tensor = _even(like.detach(), shape, self.number)
            return even
        return torch.rand(shape, device=like.device, generator=self.random)


_NUMBERS = itertools.count()
_DRAWING: WeakValueDictionary[int, Drawing] = WeakValueDictionary()

# Torch's compiler gives up where it meets a generator, and compiles what is before and after it by
# itself, only so many pieces: the last layers of a G with noise in each would stay as they are. It
# takes an operation of our own as one it knows nothing of; the number makes each of them another.


@torch.library.custom_op(
    "gan_engine::normal", mutates_args=(), tags=(torch.Tag.nondeterministic_seeded,)
)
def _normal(like: Tensor, shape: Sequence[int], number: int) -> Tensor:
    return _DRAWING[number].drawn(like, *shape)


@torch.library.custom_op(
    "gan_engine::even", mutates_args=(), tags=(torch.Tag.nondeterministic_seeded,)
)
def _even(like: Tensor, shape: Sequence[int], number: int) -> Tensor:
    return _DRAWING[number].share(like, *shape)


@_normal.register_fake
def _(like: Tensor, shape: Sequence[int], number: int) -> Tensor:
    return like.new_empty(shape)


@_even.register_fake
def _(like: Tensor, shape: Sequence[int], number: int) -> Tensor:
    return like.new_empty(shape, dtype=torch.float32)


def draw_from(network: nn.Module, random: torch.Generator | None) -> None:
    """Make `random` the source of all that `network` draws."""
    for module in network.modules():
        if isinstance(module, Drawing):
            module.random = random


class NoiseInjection(Drawing):
    """Adds one random map to all channels, as strongly as is learned; for details of no meaning.

    Source: arXiv:1912.04958. In eval mode the map is always the same one, kept with the weights.
    """

    label: ClassVar[str] = "Noise"
    fixed: Tensor

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("fixed", torch.randn(1, 1, height, width))

    def draw(self, like_NZ: Tensor) -> Tensor:
        """Return a map for each image of a batch, or the one map for all: (N or 1, 1, H, W)."""
        height, width = self.fixed.shape[2:]
        return self.drawn(like_NZ, len(like_NZ), 1, height, width) if self.training else self.fixed

    def forward(self, x: Tensor, noise_N1HW: Tensor) -> Tensor:
        return x + (noise_N1HW * self.strength).to(x.dtype)


class StyleMixing(Drawing):
    """One style for each layer: mostly the image's own, sometimes another's from some layer on.

    Source: arXiv:1812.04948, section 3.1. It keeps G from taking neighbouring layers' styles to go
    together.
    """

    label: ClassVar[str] = "A style for each layer"

    def __init__(self, layers: int, probability: float) -> None:
        super().__init__()
        self.layers, self.probability = layers, probability

    @property
    def active(self) -> bool:
        """Whether another style is needed."""
        return self.training and self.probability > 0

    def forward(self, own_NZ: Tensor, other_NZ: Tensor | None) -> Tensor:
        own = own_NZ[:, None].expand(-1, self.layers, -1)
        if other_NZ is None:
            return own
        dice = self.share(own_NZ, 2, len(own_NZ), 1, 1)
        first = 1 + (dice[0] * (self.layers - 1)).floor()
        layer = torch.arange(self.layers, device=own.device)[None, :, None]
        mixed = (dice[1] < self.probability) & (layer >= first)
        return torch.where(mixed, other_NZ[:, None], own)
