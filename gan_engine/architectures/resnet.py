"""ResNet: residual blocks, with D's weights held by spectral norm (SNGAN)."""

from __future__ import annotations

import itertools
import math
from typing import ClassVar, Literal

from torch import Tensor, nn

from gan_engine.architectures.base import Architecture
from gan_engine.architectures.sizes import growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.classes import ClassFeatures
from gan_engine.layers.heads import HEAD_NAMES, HeadKind, make_head
from gan_engine.layers.residual import DownBlock, UpBlock
from gan_engine.schema import option

WIDEST = 16
"""No layer has more than this times `width` channels."""


class ResNet(Architecture):
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


class Start(nn.Module):
    """The latent becomes a small map: (N, Z) -> (N, C, H, W)."""

    label: ClassVar[str] = "Dense layer as a map"

    def __init__(
        self, z_dim: int, channels: int, height: int, width: int, classes: int = 0
    ) -> None:
        super().__init__()
        features = channels * height * width
        self.dense = nn.Linear(z_dim, features)
        self.classes = ClassFeatures(classes, features) if classes else None
        self.shape = (channels, height, width)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = self.dense(z_NZ)
        if self.classes is not None:
            x = x + self.classes(labels_N)
        out: Tensor = x.unflatten(1, self.shape)
        return out


class ToImage(nn.Module):
    """Features become pixels: batch norm, ReLU, convolution, tanh."""

    label: ClassVar[str] = "Batch norm, convolution, tanh"

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.activation = nn.ReLU()
        self.conv = nn.Conv2d(channels, out, 3, padding=1)
        self.squash = nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.squash(self.conv(self.activation(self.norm(x))))
        return out


class ResNetGenerator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W) in [-1, 1]."""

    def __init__(self, settings: ResNet, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)
        self.start = Start(settings.z_dim, widths[0], height, width, classes)
        self.up = nn.Sequential(*(UpBlock(a, b) for a, b in itertools.pairwise(widths)))
        self.image = ToImage(widths[-1], shape.channels)
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
            DownBlock(before, after, halves=half, opens=i == 0, spectral=spectral)
            for i, ((before, after), half) in enumerate(
                zip(itertools.pairwise(widths), halves, strict=True)
            )
        ]
        self.down = nn.Sequential(*blocks)
        self.activation = nn.ReLU()
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
