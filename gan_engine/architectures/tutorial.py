"""Tutorial: the classic tutorial's networks, made to upsample and given their activations."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import ClassVar, Literal

from torch import Tensor, nn

from gan_engine.architectures.base import FromLatents
from gan_engine.architectures.common import latent_size
from gan_engine.architectures.sizes import attention_objections, growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.activation import Squash
from gan_engine.layers.attention import ATTENTION_NAMES, AttentionSize, with_attention
from gan_engine.layers.heads import HEAD_NAMES, HeadKind, make_head
from gan_engine.layers.latent_map import LatentMap
from gan_engine.layers.normalise import NORM_NAMES, NormKind, make_norm
from gan_engine.layers.resample import UP_NAMES, UpKind, draw_transposed, make_doubling
from gan_engine.layers.segment import Segment
from gan_engine.problems import Problem
from gan_engine.schema import option

LARGEST_MAP = 16
"""D halves its map until both sides are below this, so that its dense head stays small."""


class Tutorial(FromLatents):
    """The textbook's pair, for learning what each piece does.

    G: a dense layer makes a 4 x 4 map, each further layer doubles it, tanh ends it. The tutorial's
    own strides made the map smaller instead, down to a single pixel. D: strided convolutions, then
    a dense layer of 256; its sigmoid is in the loss, where it does not overflow.
    """

    title: ClassVar[str] = "Tutorial"
    kind: Literal["tutorial"] = "tutorial"
    z_dim: int = latent_size(100)
    width: int = option(
        64, ge=8, le=256, unit="channels",
        help="Channels of D's first layer; all others follow from it. 64 is the tutorial's.",
    )  # fmt: skip
    g_norm: NormKind = option(
        "batch",
        label="G's normalisation",
        help="The tutorial has none; without batch norm samples easily become plain white.",
        names=NORM_NAMES,
    )
    up: UpKind = option(
        "bilinear", label="Doubling", names=UP_NAMES, advanced=True,
        help="How G doubles its maps: bilinear is smooth, nearest leaves a woven texture, transposed checkerboards.",
    )  # fmt: skip
    attention: AttentionSize = option(
        0, label="Self-attention", names=ATTENTION_NAMES, advanced=True,
        help="At which size of map both networks may look across the image; slow where it is large.",
    )  # fmt: skip
    head: HeadKind = option(
        "dense", label="D's head", names=HEAD_NAMES,
        help="Dense is the tutorial's; the sum only knows that things are there, patches judge each region by itself.",
    )  # fmt: skip

    def objections(self, shape: ImageShape) -> Iterator[Problem]:
        yield from super().objections(shape)
        yield from attention_objections(shape, self.attention)

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return TutorialGenerator(self, shape, classes)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return TutorialDiscriminator(self, shape, classes)


class Start(LatentMap):
    """The latent becomes a small map: dense layer, ReLU."""

    def __init__(
        self, z_dim: int, channels: int, height: int, width: int, classes: int = 0
    ) -> None:
        super().__init__(z_dim, channels, height, width, classes)
        self.activation = nn.ReLU()

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        out: Tensor = self.activation(super().forward(z_NZ, labels_N))
        return out


class Up(Segment):
    """Twice the size: a convolution that doubles, perhaps a norm, ReLU."""

    def __init__(self, channels: int, out: int, norm: NormKind, up: UpKind) -> None:
        super().__init__()
        self.label = f"{UP_NAMES[up]} ×2"
        self.upsample, self.conv, self.after = make_doubling(up, channels, out)
        self.norm = make_norm(norm, out)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x if self.upsample is None else self.upsample(x))
        x = x if self.after is None else self.after(x)
        if self.norm is not None:
            x = self.norm(x)
        out: Tensor = self.activation(x)
        return out


class ToImage(nn.Module):
    """Features become pixels: convolution, tanh."""

    label: ClassVar[str] = "Convolution, tanh"

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1)
        self.activation = Squash()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.activation(self.conv(x))
        return out


class Convolve(Segment):
    """Convolution and leaky ReLU, at half the size when asked."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.label = "Convolution ÷2" if stride == 2 else "Convolution"
        self.conv = nn.Conv2d(channels, out, 3, stride, padding=1)
        self.activation = nn.LeakyReLU(0.2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.activation(self.conv(x))
        return out


class TutorialGenerator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W) in [-1, 1]."""

    def __init__(self, settings: Tutorial, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, doublings = growth(shape)
        unit = settings.width
        # The tutorial's 256, then 128s, 64 and 32: as many as the size asks for.
        widths = [4 * unit] + [2 * unit] * (doublings - 2) + [unit, unit // 2]
        norm, up = settings.g_norm, settings.up
        self.start = Start(settings.z_dim, widths[0], height, width, classes)
        blocks = (Up(a, b, norm, up) for a, b in itertools.pairwise(widths))
        sides = [min(height, width) << i for i in range(1, len(widths))]
        self.up = nn.Sequential(*with_attention(blocks, widths[1:], sides, settings.attention))
        self.image = ToImage(widths[-1], shape.channels)
        self.apply(draw)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        image_NCHW: Tensor = self.image(self.up(self.start(z_NZ, labels_N)))
        return image_NCHW


class TutorialDiscriminator(nn.Module):
    """Images (N, C, H, W) -> logits (N,), or (N, 1, h, w) with a patch head."""

    def __init__(self, settings: Tutorial, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        unit, channels = settings.width, shape.channels
        height, width = shape.height, shape.width
        layers, sizes = list[nn.Module](), list[tuple[int, int]]()
        while len(layers) < 4 or max(height, width) >= LARGEST_MAP:
            out = unit if len(layers) < 2 else 2 * unit
            halves = len(layers) < 2 or max(height, width) >= LARGEST_MAP
            layers.append(Convolve(channels, out, 2 if halves else 1))
            channels = out
            if halves:
                height, width = -(-height // 2), -(-width // 2)
            sizes.append((channels, min(height, width) if halves else 0))
        outs, sides = zip(*sizes, strict=True)
        self.convolve = nn.Sequential(*with_attention(layers, outs, sides, settings.attention))
        self.head = make_head(
            settings.head, channels, (height, width), hidden=4 * unit, classes=classes
        )
        self.apply(draw)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        logits: Tensor = self.head(self.convolve(image_NCHW), labels_N)
        return logits


def draw(module: nn.Module) -> None:
    """Draw the weights of one layer as He et al. do, so that signals keep their size."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, 0.2, nonlinearity="leaky_relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.ConvTranspose2d):
        draw_transposed(module, math.sqrt(2))
