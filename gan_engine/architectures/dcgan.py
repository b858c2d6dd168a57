"""DCGAN: convolutions with batch norm, the first networks that trained dependably."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import ClassVar, Literal

from torch import Tensor, nn

from gan_engine.architectures.base import FromLatents
from gan_engine.architectures.common import (
    activation_of_d,
    activation_of_g,
    latent_size,
    norm_of_g,
    spectral_norm_of_g,
)
from gan_engine.architectures.sizes import attention_objections, growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.activation import ActivationKind, Squash, make_activation
from gan_engine.layers.attention import ATTENTION_NAMES, AttentionSize, with_attention
from gan_engine.layers.heads import HEAD_NAMES, HeadKind, make_head
from gan_engine.layers.latent_map import LatentMap
from gan_engine.layers.minibatch_std import MinibatchStd
from gan_engine.layers.normalise import NormKind, make_norm
from gan_engine.layers.resample import (
    DOWN_NAMES,
    UP_NAMES,
    DownKind,
    UpKind,
    draw_transposed,
    make_doubling,
    make_halving,
)
from gan_engine.layers.segment import Segment
from gan_engine.layers.small_weights import draw_small
from gan_engine.layers.spectral import SpectralConv2d
from gan_engine.problems import Problem
from gan_engine.schema import option

WIDEST = 8
"""No layer has more than this times `width` channels."""


class DCGAN(FromLatents):
    """Small, quick and well understood: the one to begin with. Source: arXiv:1511.06434.

    G doubles a small map with transposed convolutions, D halves it back; both have `width`
    channels at the image and twice as many each time the map shrinks, up to eight times.
    """

    title: ClassVar[str] = "DCGAN"
    kind: Literal["dcgan"] = "dcgan"
    z_dim: int = latent_size(100)
    width: int = option(
        64,
        ge=4,
        le=256,
        unit="channels",
        help="Channels next to the image. Halve it to train about three times as fast.",
    )
    d_norm: Literal["batch", "spectral", "none"] = option(
        "batch",
        label="D's normalisation",
        help="Batch norm is the original; spectral norm keeps D from growing steep; none suits gradient penalties.",
        names={"batch": "Batch norm", "spectral": "Spectral norm", "none": "None"},
    )
    g_norm: NormKind = norm_of_g()
    up: UpKind = option(
        "transposed", label="Doubling", names=UP_NAMES, advanced=True,
        help="How G doubles its maps: transposed is the original, nearest leaves fewer checkerboards.",
    )  # fmt: skip
    down: DownKind = option(
        "strided", label="Halving", names=DOWN_NAMES, advanced=True,
        help="How D halves its maps: strided is the original, the others see every pixel alike.",
    )  # fmt: skip
    attention: AttentionSize = option(
        0, label="Self-attention", names=ATTENTION_NAMES, advanced=True,
        help="At which size of map both networks may look across the image; slow where it is large.",
    )  # fmt: skip
    head: HeadKind = option(
        "dense", label="D's head", names=HEAD_NAMES,
        help="Dense knows where things are, the sum only that they are there, patches judge each region by itself.",
    )  # fmt: skip

    g_activation: ActivationKind = activation_of_g()
    d_activation: ActivationKind = activation_of_d("leaky_relu")
    g_spectral: bool = spectral_norm_of_g()
    batch_variety: bool = option(
        False, label="D sees the batch's variety", advanced=True,
        help="Tells D how different a handful of images is: helps when G makes the same image again and again.",
    )  # fmt: skip

    def objections(self, shape: ImageShape) -> Iterator[Problem]:
        yield from super().objections(shape)
        yield from attention_objections(shape, self.attention)

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return DCGANGenerator(self, shape, classes)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return DCGANDiscriminator(self, shape, classes)

    def widths(self, shape: ImageShape) -> list[int]:
        """Return the channels of each map, from the start's to the one next to the image."""
        return [self.width * min(WIDEST, 1 << i) for i in reversed(range(growth(shape).doublings))]

    @property
    def d_mixes_batch(self) -> bool:
        return self.d_norm == "batch"

    @property
    def d_is_bounded(self) -> bool:
        return self.d_norm == "spectral"


class Start(LatentMap):
    """The latent becomes a small map: dense layer, perhaps a norm, an activation."""

    def __init__(
        self,
        z_dim: int,
        channels: int,
        height: int,
        width: int,
        classes: int = 0,
        norm: NormKind = "batch",
        activation: ActivationKind = "relu",
        spectral: bool = False,
    ) -> None:
        super().__init__(z_dim, channels, height, width, classes, spectral, bias=norm == "none")
        self.norm = make_norm(norm, channels)
        self.activation = make_activation(activation)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = super().forward(z_NZ, labels_N)
        out: Tensor = self.activation(x if self.norm is None else self.norm(x))
        return out


class Up(Segment):
    """Twice the size: a convolution that doubles, perhaps a norm, an activation."""

    def __init__(
        self,
        channels: int,
        out: int,
        norm: NormKind = "batch",
        up: UpKind = "transposed",
        activation: ActivationKind = "relu",
        spectral: bool = False,
    ) -> None:
        super().__init__()
        self.label = f"{UP_NAMES[up]} ×2"
        bias = norm == "none"
        self.before, self.conv, self.after = make_doubling(up, channels, out, bias, spectral)
        self.norm = make_norm(norm, out)
        self.activation = make_activation(activation)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x if self.before is None else self.before(x))
        x = x if self.after is None else self.after(x)
        out: Tensor = self.activation(x if self.norm is None else self.norm(x))
        return out


class ToImage(nn.Module):
    """Twice the size, and pixels: a convolution that doubles, tanh."""

    def __init__(
        self, channels: int, out: int, up: UpKind = "transposed", spectral: bool = False
    ) -> None:
        super().__init__()
        self.label = f"{UP_NAMES[up]} ×2, tanh"
        self.before, self.conv, self.after = make_doubling(up, channels, out, False, spectral)
        self.activation = Squash()

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x if self.before is None else self.before(x))
        out: Tensor = self.activation(x if self.after is None else self.after(x))
        return out


class Down(Segment):
    """Half the size: convolution, perhaps batch norm, an activation."""

    def __init__(
        self,
        channels: int,
        out: int,
        norm: str,
        bias: bool,
        down: DownKind = "strided",
        activation: ActivationKind = "leaky_relu",
    ) -> None:
        super().__init__()
        self.label = "Convolution ÷2" if down == "strided" else f"{DOWN_NAMES[down]} ÷2"
        kind = SpectralConv2d if norm == "spectral" else nn.Conv2d
        size = (4, 2, 1) if down == "strided" else (3, 1, 1)
        self.conv = kind(channels, out, *size, bias=bias)
        self.halve = make_halving(down)
        self.norm = nn.BatchNorm2d(out) if norm == "batch" else None
        self.activation = make_activation(activation)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = x if self.halve is None else self.halve(x)
        if self.norm is not None:
            x = self.norm(x)
        out: Tensor = self.activation(x)
        return out


class DCGANGenerator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W) in [-1, 1]."""

    def __init__(self, settings: DCGAN, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)
        norm, up = settings.g_norm, settings.up
        bend, spectral = settings.g_activation, settings.g_spectral
        self.start = Start(settings.z_dim, widths[0], height, width, classes, norm, bend, spectral)
        blocks = (Up(a, b, norm, up, bend, spectral) for a, b in itertools.pairwise(widths))
        sides = [min(height, width) << i for i in range(1, len(widths))]
        size = settings.attention
        self.up = nn.Sequential(*with_attention(blocks, widths[1:], sides, size, spectral))
        self.image = ToImage(widths[-1], shape.channels, up, spectral)
        self.apply(draw_small if norm != "none" else draw_kept)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        image_NCHW: Tensor = self.image(self.up(self.start(z_NZ, labels_N)))
        return image_NCHW


class DCGANDiscriminator(nn.Module):
    """Images (N, C, H, W) -> logits (N,), or (N, 1, h, w) with a patch head."""

    def __init__(self, settings: DCGAN, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)[::-1]
        spectral, bias = settings.d_norm == "spectral", settings.d_norm != "batch"
        # Batch norm right at the image made samples oscillate: the paper leaves it out there.
        first = "none" if settings.d_norm == "batch" else settings.d_norm
        norms = [first] + [settings.d_norm] * (len(widths) - 1)
        pairs = zip([shape.channels, *widths], widths, norms, strict=False)
        down, bend = settings.down, settings.d_activation
        blocks = (Down(a, b, norm, bias, down, bend) for a, b, norm in pairs)
        sides = [min(height, width) << i for i in reversed(range(len(widths)))]
        size = settings.attention
        self.down = nn.Sequential(*with_attention(blocks, widths, sides, size, spectral))
        self.variety = MinibatchStd() if settings.batch_variety else None
        self.head = make_head(
            settings.head, widths[-1] + settings.batch_variety, (height, width),
            spectral=spectral, bias=bias, classes=classes,
        )  # fmt: skip
        self.apply(draw_small)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = self.down(image_NCHW)
        logits: Tensor = self.head(x if self.variety is None else self.variety(x), labels_N)
        return logits


def draw_kept(module: nn.Module) -> None:
    """Draw the weights of one layer so that signals keep their size where no norm sees to it."""
    if isinstance(module, nn.ConvTranspose2d):
        draw_transposed(module, math.sqrt(2))
    elif isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
