"""Self-attention: every place of a map may look at all others, for shapes that span an image."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.layers.spectral import SpectralConv2d

AttentionSize = Literal[0, 8, 16, 32, 64]
ATTENTION_NAMES: dict[AttentionSize, str] = {
    0: "None",
    8: "8 px",
    16: "16 px",
    32: "32 px",
    64: "64 px",
}


class SelfAttention(nn.Module):
    """Adds to each place what it finds at places like it; at first nothing: (N, C, H, W) -> same.

    Source: arXiv:1805.08318, equations 1 to 3; keys and values at half the size, and likenesses over
    the root of their length as in arXiv:1706.03762, which keeps the softmax from being all or nothing.
    Written out, so that gradient penalties can differentiate it twice.
    """

    label: ClassVar[str] = "Self-attention"

    def __init__(self, channels: int, spectral: bool = False) -> None:
        super().__init__()
        conv = SpectralConv2d if spectral else nn.Conv2d
        inner, carried = max(1, channels // 8), max(1, channels // 2)
        self.query = conv(channels, inner, 1, bias=False)
        self.key = conv(channels, inner, 1, bias=False)
        self.value = conv(channels, carried, 1, bias=False)
        self.out = conv(carried, channels, 1, bias=False)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        query_NFP = self.query(x).flatten(2)
        key_NFQ = F.max_pool2d(self.key(x), 2).flatten(2)
        value_NFQ = F.max_pool2d(self.value(x), 2).flatten(2)
        likeness_NPQ = query_NFP.transpose(1, 2) @ key_NFQ / math.sqrt(query_NFP.shape[1])
        found_NFP = value_NFQ @ likeness_NPQ.softmax(2).transpose(1, 2)
        found: Tensor = self.out(found_NFP.reshape(*found_NFP.shape[:2], *x.shape[2:]))
        return x + (self.strength * found).to(x.dtype)


def with_attention(
    blocks: Iterable[nn.Module],
    channels: Iterable[int],
    sides: Iterable[int],
    size: int,
    spectral: bool = False,
) -> Iterator[nn.Module]:
    """Yield `blocks`, with self-attention behind those whose map is of the chosen size.

    Args:
        blocks: In order.
        channels, sides: Of the map that each block returns; a side is the shorter one.
        size: From this side to just below twice of it; 0 is nowhere.
        spectral: Whether attention's weights have spectral norm one.
    """
    for block, count, side in zip(blocks, channels, sides, strict=True):
        yield block
        if size and side.bit_length() == size.bit_length():
            yield SelfAttention(count, spectral)
