"""R3: residual blocks of grouped convolutions without any normalisation, the modern baseline."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.architectures.base import FromLatents
from gan_engine.architectures.common import latent_size
from gan_engine.architectures.sizes import growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.classes import ClassFeatures, Projection
from gan_engine.layers.fir import FirDown, FirUp
from gan_engine.layers.grouped_conv import GroupedConv2d
from gan_engine.layers.layout import layout_of
from gan_engine.layers.precision import in_full
from gan_engine.layers.segment import Segment
from gan_engine.schema import option

GROUP = 16
"""Channels a group of the 3 x 3 convolutions."""
TAPS = (1.0, 2.0, 1.0)
SLOPE = 0.2


class R3(FromLatents):
    """The modern baseline: plain, strong and steady, with relativistic pairs, R1 and R2.

    Source: arXiv:2501.05441. Choose the cross-entropy loss in pairs and both penalties, gamma 0.5
    at 32 px, 2 at 64 px to start; gammas do not carry over between sizes. Slower than DCGAN.
    The paper also moves Adam's beta2, from 0.9 to 0.99. Here it is 0.99 all along: the optimiser's
    kernel, and with it a CUDA graph, takes it as a fixed number.
    """

    title: ClassVar[str] = "R3 (modern)"
    kind: Literal["r3"] = "r3"
    squashes: ClassVar[bool] = False
    z_dim: int = latent_size(64)
    width: int = option(
        192, ge=16, le=1024, unit="channels",
        help="Channels of the small maps, rounded to eights; large maps have fewer. The paper's size is 768.",
    )  # fmt: skip
    blocks: int = option(2, ge=1, le=8, unit="a size", help="Residual blocks at each size of map.")
    full_width_to: Literal[8, 16, 32, 64] = option(
        16, advanced=True, help="The largest map with all the channels; the paper's is 32 px.",
        names={8: "8 px", 16: "16 px", 32: "32 px", 64: "64 px"},
    )  # fmt: skip

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return R3Generator(self, shape, classes)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return R3Discriminator(self, shape, classes)

    def widths(self, shape: ImageShape) -> list[int]:
        """Return the channels of each map, from the start's to the one at full size."""
        sizes = (
            min(shape.height, shape.width) >> i
            for i in reversed(range(growth(shape).doublings + 1))
        )
        # How often a map is larger than the largest with all the channels; starts are 4 to 7.
        beyond = [max(0, size.bit_length() - self.full_width_to.bit_length()) for size in sizes]
        parts = (1, 2, 3, 4, 6, 8, 8)
        return [max(GROUP, self.width // parts[times] // 8 * 8) for times in beyond]


class Block(Segment):
    """Wider 1x1, grouped 3x3, narrower 1x1, added to what came in; at first it adds nothing."""

    label: ClassVar[str] = "Residual block"

    def __init__(self, channels: int, gain: float) -> None:
        super().__init__()
        inner = 2 * channels
        self.expand = nn.Conv2d(channels, inner, 1)
        self.activation_1 = nn.LeakyReLU(SLOPE)
        self.mix = GroupedConv2d(inner, inner, 3, inner // GROUP)
        self.bias = nn.Parameter(torch.zeros(inner, 1, 1))
        self.activation_2 = nn.LeakyReLU(SLOPE)
        self.project = nn.Conv2d(inner, channels, 1, bias=False)
        draw(self.expand, gain)
        draw(self.mix, gain)
        nn.init.zeros_(self.project.weight)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.mix(self.activation_1(self.expand(x)))
        # A sum lies in memory as its first part does: as the weights do, not as G's start.
        out: Tensor = self.project(self.activation_2(inner + self.bias.to(inner.dtype))) + x
        return out


class Basis(nn.Module):
    """A learned map for each channel, as strong as the latent says: (N, Z) -> (N, C, h, w)."""

    label: ClassVar[str] = "Learned maps × dense layer"

    def __init__(
        self, z_dim: int, channels: int, height: int, width: int, classes: int = 0
    ) -> None:
        super().__init__()
        self.maps = nn.Parameter(torch.randn(channels, height, width))
        self.dense = draw(nn.Linear(z_dim, channels, bias=False))
        self.classes = ClassFeatures(classes, channels) if classes else None
        if self.classes is not None:
            draw(self.classes.dense)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        strength: Tensor = self.dense(z_NZ)
        if self.classes is not None:
            strength = strength + self.classes(labels_N)
        return self.maps * strength[:, :, None, None]


class Judge(nn.Module):
    """Each channel's likeness to a learned map, then a logit: (N, C, h, w) -> (N,)."""

    label: ClassVar[str] = "Learned maps, dense layer"

    def __init__(self, channels: int, height: int, width: int, classes: int = 0) -> None:
        super().__init__()
        self.maps = nn.Parameter(torch.randn(channels, height, width) / math.sqrt(height * width))
        self.logit = draw(nn.Linear(channels, 1, bias=False))
        self.classes = Projection(classes, channels) if classes else None

    def forward(self, x: Tensor, labels_N: Tensor | None = None) -> Tensor:
        # The gradient lies in memory as the maps do, and all gradients of D after it.
        maps_1CHW = self.maps[None].contiguous(memory_format=layout_of(x))
        likeness = (x * maps_1CHW).sum((2, 3))
        logit = in_full(self.logit, likeness).flatten()
        return logit if self.classes is None else logit + self.classes(likeness, labels_N)


class Stage(nn.Sequential):
    """All that happens at one size of map, the way there or away from it included."""

    def __init__(self, label: str, **layers: nn.Module) -> None:
        super().__init__()
        self.label = label
        for name, layer in layers.items():
            self.add_module(name, layer)


class R3Generator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W), around [-1, 1]."""

    def __init__(self, settings: R3, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)
        blocks = block_maker(settings, len(widths))
        self.start = Basis(settings.z_dim, widths[0], height, width, classes)
        self.first = Stage("Residual blocks", **blocks(widths[0]))
        self.up = nn.Sequential(*(
            Stage("Residual blocks ×2", **change(a, b), resample=FirUp(TAPS), **blocks(b))
            for a, b in itertools.pairwise(widths)
        ))  # fmt: skip
        self.image = draw(nn.Conv2d(widths[-1], shape.channels, 1))

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        image_NCHW: Tensor = self.image(self.up(self.first(self.start(z_NZ, labels_N))))
        return image_NCHW


class R3Discriminator(nn.Module):
    """Images (N, C, H, W) -> logits (N,)."""

    def __init__(self, settings: R3, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)[::-1]
        blocks = block_maker(settings, len(widths))
        self.features = draw(nn.Conv2d(shape.channels, widths[0], 1))
        self.down = nn.Sequential(*(
            Stage("Residual blocks ÷2", **blocks(a), resample=FirDown(TAPS), **change(a, b))
            for a, b in itertools.pairwise(widths)
        ))  # fmt: skip
        self.last = Stage("Residual blocks", **blocks(widths[-1]))
        self.head = Judge(widths[-1], height, width, classes)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        last = self.last(self.down(self.features(image_NCHW)))
        logits: Tensor = self.head(last, labels_N)
        return logits


def block_maker(settings: R3, sizes: int) -> Callable[[int], dict[str, nn.Module]]:
    """Return what makes the blocks of one of `sizes` sizes, given its channels.

    Weights are smaller the more blocks there are, so that their sum keeps its size without
    normalisation: Fixup, arXiv:1901.09321.
    """
    gain = math.sqrt(2 / (1 + SLOPE**2)) * (sizes * settings.blocks) ** -0.25
    return lambda channels: {
        f"block_{i + 1}": Block(channels, gain) for i in range(settings.blocks)
    }


def change(channels: int, out: int) -> dict[str, nn.Module]:
    """Return the layer that changes the number of channels, where it changes."""
    return {} if channels == out else {"change": draw(nn.Conv2d(channels, out, 1, bias=False))}


def draw(layer: nn.Conv2d | nn.Linear | GroupedConv2d, gain: float = 1.0) -> nn.Module:
    """Draw a layer's weights so that signals change their size by `gain`; return it."""
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(layer.weight[0].numel()))
    if not isinstance(layer, GroupedConv2d) and layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
