"""Inception v3 as FID means it: the network of 2015, its pooled features, its two ways to resize."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.layers.precision import exactly

SIDE = 299

Resize = Literal["clean", "legacy"]
Size = tuple[int, int]


class Conv(NamedTuple):
    """One convolution: its name in the weights file, how many channels it makes, its kernel."""

    name: str
    width: int
    kernel: Size = (1, 1)
    stride: int = 1
    padded: bool = True


Step = Conv | tuple[Conv, Conv] | Literal["average", "largest", "halve"]
"""A convolution, two side by side on the same input, or a pooling of 3x3 pixels."""

Branch = tuple[Step, ...]


def _tower(pool: int) -> tuple[Branch, ...]:
    return (
        (Conv("branch1x1", 64),),
        (Conv("branch5x5_1", 48), Conv("branch5x5_2", 64, (5, 5))),
        (
            Conv("branch3x3dbl_1", 64),
            Conv("branch3x3dbl_2", 96, (3, 3)),
            Conv("branch3x3dbl_3", 96, (3, 3)),
        ),
        ("average", Conv("branch_pool", pool)),
    )


def _long(inner: int) -> tuple[Branch, ...]:
    return (
        (Conv("branch1x1", 192),),
        (
            Conv("branch7x7_1", inner),
            Conv("branch7x7_2", inner, (1, 7)),
            Conv("branch7x7_3", 192, (7, 1)),
        ),
        (
            Conv("branch7x7dbl_1", inner),
            Conv("branch7x7dbl_2", inner, (7, 1)),
            Conv("branch7x7dbl_3", inner, (1, 7)),
            Conv("branch7x7dbl_4", inner, (7, 1)),
            Conv("branch7x7dbl_5", 192, (1, 7)),
        ),
        ("average", Conv("branch_pool", 192)),
    )


def _wide(pool: Literal["average", "largest"]) -> tuple[Branch, ...]:
    return (
        (Conv("branch1x1", 320),),
        (
            Conv("branch3x3_1", 384),
            (Conv("branch3x3_2a", 384, (1, 3)), Conv("branch3x3_2b", 384, (3, 1))),
        ),
        (
            Conv("branch3x3dbl_1", 448),
            Conv("branch3x3dbl_2", 384, (3, 3)),
            (Conv("branch3x3dbl_3a", 384, (1, 3)), Conv("branch3x3dbl_3b", 384, (3, 1))),
        ),
        (pool, Conv("branch_pool", 192)),
    )


_STEM: Branch = (
    Conv("Conv2d_1a_3x3", 32, (3, 3), 2, padded=False),
    Conv("Conv2d_2a_3x3", 32, (3, 3), padded=False),
    Conv("Conv2d_2b_3x3", 64, (3, 3)),
    "halve",
    Conv("Conv2d_3b_1x1", 80),
    Conv("Conv2d_4a_3x3", 192, (3, 3), padded=False),
    "halve",
)
_TO_17: tuple[Branch, ...] = (
    (Conv("branch3x3", 384, (3, 3), 2, padded=False),),
    (
        Conv("branch3x3dbl_1", 64),
        Conv("branch3x3dbl_2", 96, (3, 3)),
        Conv("branch3x3dbl_3", 96, (3, 3), 2, padded=False),
    ),
    ("halve",),
)
_TO_8: tuple[Branch, ...] = (
    (Conv("branch3x3_1", 192), Conv("branch3x3_2", 320, (3, 3), 2, padded=False)),
    (
        Conv("branch7x7x3_1", 192),
        Conv("branch7x7x3_2", 192, (1, 7)),
        Conv("branch7x7x3_3", 192, (7, 1)),
        Conv("branch7x7x3_4", 192, (3, 3), 2, padded=False),
    ),
    ("halve",),
)
_BLOCKS: dict[str, tuple[Branch, ...]] = {
    "Mixed_5b": _tower(32),
    "Mixed_5c": _tower(64),
    "Mixed_5d": _tower(64),
    "Mixed_6a": _TO_17,
    "Mixed_6b": _long(128),
    "Mixed_6c": _long(160),
    "Mixed_6d": _long(160),
    "Mixed_6e": _long(192),
    "Mixed_7a": _TO_8,
    "Mixed_7b": _wide("average"),
    "Mixed_7c": _wide("largest"),  # a slip of the graph of 2015 that every published FID contains
}


class _Convolution(nn.Module):
    """A convolution without bias, batch norm as it was learned, ReLU."""

    def __init__(self, inside: int, conv: Conv) -> None:
        super().__init__()
        height, width = conv.kernel
        padding = (height // 2, width // 2) if conv.padded else (0, 0)
        self.conv = nn.Conv2d(inside, conv.width, conv.kernel, conv.stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(conv.width, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class _Mixed(nn.Module):
    """Branches side by side on the same input, their channels in a row."""

    def __init__(self, inside: int, branches: Sequence[Branch]) -> None:
        super().__init__()
        self._branches, self.width = tuple(branches), 0
        for branch in branches:
            width = inside
            for step in branch:
                width = self._add(width, step)
            self.width += width

    def _add(self, inside: int, step: Step) -> int:
        """Build one step's convolutions; return how many channels come out of it."""
        if isinstance(step, str):
            return inside
        convs = (step,) if isinstance(step, Conv) else step
        for conv in convs:
            self.add_module(conv.name, _Convolution(inside, conv))
        return sum(conv.width for conv in convs)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self._follow(branch, x) for branch in self._branches], 1)

    def _follow(self, branch: Branch, x: Tensor) -> Tensor:
        for step in branch:
            if step == "average":  # what lies outside the map does not count
                x = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
            elif step == "largest":
                x = F.max_pool2d(x, 3, 1, 1)
            elif step == "halve":
                x = F.max_pool2d(x, 3, 2)
            elif isinstance(step, Conv):
                x = self.get_submodule(step.name)(x)
            else:
                x = torch.cat([self.get_submodule(conv.name)(x) for conv in step], 1)
        return x


class Inception(_Mixed):
    """Images (N, 3, 299, 299) in [-1, 1] -> features of the last pooling (N, 2048).

    Source: arXiv:1512.00567, figures 5 to 7 and table 1, with the names of the usual weights file.
    """

    def __init__(self) -> None:
        super().__init__(3, [_STEM])
        width = self.width
        for name, branches in _BLOCKS.items():
            block = _Mixed(width, branches)
            self.add_module(name, block)
            width = block.width
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        for name in _BLOCKS:
            x = self.get_submodule(name)(x)
        return x.mean((2, 3))


@torch.no_grad()
def inception_features(network: nn.Module, images_NCHW: Tensor, resize: Resize) -> Tensor:
    """Return the features of images (N, 3, H, W) in [-1, 1], first rounded to 8 bits as when saved.

    Args:
        network: An `Inception`.
        images_NCHW: Colours.
        resize: "clean" as in arXiv:2104.11222, or "legacy", what the first FIDs were taken with.
    """
    levels = ((images_NCHW + 1) * 127.5).round().clamp(0, 255)
    large = clean_resize(levels) if resize == "clean" else legacy_resize(levels)
    with exactly(large.device), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        return cast(Tensor, network((large - 128) / 128))


def clean_resize(levels_NCHW: Tensor) -> Tensor:
    """Return the images `SIDE` pixels wide and high: bicubic, antialiased, within 0 and 255."""
    size = (SIDE, SIDE)
    return F.interpolate(levels_NCHW, size=size, mode="bicubic", antialias=True).clamp(0, 255)


def legacy_resize(levels_NCHW: Tensor, side: int = SIDE) -> Tensor:
    """Return the images `side` pixels wide and high: bilinear from the corner, not antialiased.

    The first TensorFlow's: pixel i comes from i * size / side, so the picture moves a little to
    the upper left, and what is made smaller skips pixels.
    """
    x = levels_NCHW
    for dim in (2, 3):
        size = x.shape[dim]
        place = torch.arange(side, device=x.device) * (size / side)
        low = place.long()
        high = (low + 1).clamp(max=size - 1)
        share = (place - low).view(-1, *(1,) * (3 - dim))
        x = torch.lerp(x.index_select(dim, low), x.index_select(dim, high), share)
    return x
