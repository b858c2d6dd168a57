"""ResNet: residual blocks, with D's weights held by spectral norm (SNGAN)."""

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
    norm_of_g,
    spectral_norm_of_g,
)
from gan_engine.architectures.sizes import attention_objections, growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.activation import ActivationKind, Squash, make_activation
from gan_engine.layers.attention import ATTENTION_NAMES, AttentionSize, with_attention
from gan_engine.layers.heads import HEAD_NAMES, HeadKind, make_head
from gan_engine.layers.latent_map import LatentMap
from gan_engine.layers.normalise import NORM_NAMES, NormKind, make_norm
from gan_engine.layers.resample import DOWN_NAMES, UP_NAMES, UpKind, draw_transposed
from gan_engine.layers.residual import DownBlock, UpBlock
from gan_engine.layers.spectral import SpectralConv2d
from gan_engine.problems import Problem
from gan_engine.schema import option

WIDEST = 16
"""No layer has more than this times `width` channels."""


class ResNet(FromLatents):
    """Stronger and slower than DCGAN; with the hinge loss the networks of SNGAN.

    Source: arXiv:1802.05957. Spectral norm keeps D from growing steep, so no penalty is needed;
    without it these are the networks of WGAN-GP. Five D steps for each of G's are usual.
    """

    title: ClassVar[str] = "ResNet (SNGAN)"
    kind: Literal["resnet"] = "resnet"
    width: int = option(
        64, ge=4, le=256, unit="channels",
        help="Channels next to the image; sixteen times as many at most. Halve it to train about three times as fast.",
    )  # fmt: skip
    g_norm: NormKind = norm_of_g()
    up: UpKind = option(
        "nearest", label="Doubling", names=UP_NAMES, advanced=True,
        help="How G's blocks double their maps; their shortcuts stay simple.",
    )  # fmt: skip
    down: Literal["average", "smooth"] = option(
        "average", label="Halving", advanced=True,
        names={key: DOWN_NAMES[key] for key in ("average", "smooth")},
        help="How D's blocks halve their maps: the average is the original, the filter aliases less.",
    )  # fmt: skip
    attention: AttentionSize = option(
        0, label="Self-attention", names=ATTENTION_NAMES, advanced=True,
        help="At which size of map both networks may look across the image: SAGAN's is 32 px.",
    )  # fmt: skip
    d_norm: Literal["spectral", "none"] = option(
        "spectral",
        label="D's normalisation",
        help="Spectral norm keeps D from growing steep; none suits gradient penalties.",
        names={"spectral": "Spectral norm", "none": "None"},
    )
    head: HeadKind = option(
        "sum", label="D's head", names=HEAD_NAMES,
        help="The sum only knows that things are there, dense also where, patches judge each region by itself.",
    )  # fmt: skip

    g_activation: ActivationKind = activation_of_g()
    d_activation: ActivationKind = activation_of_d("relu")
    g_spectral: bool = spectral_norm_of_g()

    def objections(self, shape: ImageShape) -> Iterator[Problem]:
        yield from super().objections(shape)
        yield from attention_objections(shape, self.attention)

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return ResNetGenerator(self, shape, classes)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return ResNetDiscriminator(self, shape, classes)

    def widths(self, shape: ImageShape) -> list[int]:
        """Return the channels of each map, from the start's to the one at full size."""
        return [
            self.width * min(WIDEST, 1 << i) for i in reversed(range(growth(shape).doublings + 1))
        ]

    @property
    def d_is_bounded(self) -> bool:
        return self.d_norm == "spectral"


class ToImage(nn.Module):
    """Features become pixels: perhaps a norm, an activation, convolution, tanh."""

    def __init__(
        self,
        channels: int,
        out: int,
        norm: NormKind = "batch",
        activation: ActivationKind = "relu",
        spectral: bool = False,
    ) -> None:
        super().__init__()
        self.label = ("" if norm == "none" else f"{NORM_NAMES[norm]}, ") + "convolution, tanh"
        self.label = self.label[0].upper() + self.label[1:]
        self.norm = make_norm(norm, channels)
        self.activation = make_activation(activation)
        self.conv = (SpectralConv2d if spectral else nn.Conv2d)(channels, out, 3, padding=1)
        self.squash = Squash()

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(x if self.norm is None else self.norm(x))
        out: Tensor = self.squash(self.conv(x))
        return out


class ResNetGenerator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W) in [-1, 1]."""

    def __init__(self, settings: ResNet, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)
        norm, up = settings.g_norm, settings.up
        bend, spectral = settings.g_activation, settings.g_spectral
        self.start = LatentMap(settings.z_dim, widths[0], height, width, classes, spectral)
        blocks = (UpBlock(a, b, norm, up, bend, spectral) for a, b in itertools.pairwise(widths))
        sides = [min(height, width) << i for i in range(1, len(widths))]
        size = settings.attention
        self.up = nn.Sequential(*with_attention(blocks, widths[1:], sides, size, spectral))
        self.image = ToImage(widths[-1], shape.channels, norm, bend, spectral)
        self.apply(draw)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        image_NCHW: Tensor = self.image(self.up(self.start(z_NZ, labels_N)))
        return image_NCHW


class ResNetDiscriminator(nn.Module):
    """Images (N, C, H, W) -> logits (N,), or (N, 1, h, w) with a patch head."""

    def __init__(self, settings: ResNet, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, doublings = growth(shape)
        spectral = settings.d_norm == "spectral"
        widths = [shape.channels, *reversed(settings.widths(shape))]
        # The last block halves once more, as in the recipe for 64 px, where the map can be halved
        # and places are not told apart anyway.
        beyond = settings.head == "sum" and height % 2 == 0 and width % 2 == 0
        halves = [True] * doublings + [beyond]
        blocks = [
            DownBlock(
                before,
                after,
                halves=half,
                opens=i == 0,
                spectral=spectral,
                down=settings.down,
                activation=settings.d_activation,
            )
            for i, ((before, after), half) in enumerate(
                zip(itertools.pairwise(widths), halves, strict=True)
            )
        ]
        sides = [min(height, width) << i for i in reversed(range(doublings))]
        size = settings.attention
        # The last block's map is of no size to choose.
        attended = with_attention(blocks[:-1], widths[1:-1], sides, size, spectral)
        self.down = nn.Sequential(*attended, blocks[-1])
        self.activation = make_activation(settings.d_activation)
        self.head = make_head(
            settings.head, widths[-1], (height, width), spectral=spectral, classes=classes
        )
        self.apply(draw)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        logits: Tensor = self.head(self.activation(self.down(image_NCHW)), labels_N)
        return logits


def draw(module: nn.Module) -> None:
    """Draw the weights of one layer: Glorot's uniform, stronger by sqrt 2 before a ReLU."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        before_relu = isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3)
        nn.init.xavier_uniform_(module.weight, math.sqrt(2) if before_relu else 1.0)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.ConvTranspose2d):
        draw_transposed(module, 1.0)
