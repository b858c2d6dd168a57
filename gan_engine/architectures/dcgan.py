"""DCGAN: convolutions with batch norm, the first networks that trained dependably."""

from __future__ import annotations

import itertools
from typing import ClassVar, Literal

from torch import Tensor, nn

from gan_engine.architectures.base import Architecture
from gan_engine.architectures.sizes import growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.classes import ClassFeatures
from gan_engine.layers.heads import HEAD_NAMES, HeadKind, make_head
from gan_engine.layers.spectral import SpectralConv2d
from gan_engine.schema import option

WIDEST = 8
"""No layer has more than this times `width` channels."""


class DCGAN(Architecture):
    """Small, quick and well understood: the one to begin with. Source: arXiv:1511.06434.

    G doubles a small map with transposed convolutions, D halves it back; both have `width`
    channels at the image and twice as many each time the map shrinks, up to eight times.
    """

    title: ClassVar[str] = "DCGAN"
    kind: Literal["dcgan"] = "dcgan"
    z_dim: int = option(
        100, ge=2, le=2048, label="Latent size", help="How many numbers an image is made from."
    )
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
    head: HeadKind = option(
        "dense", label="D's head", names=HEAD_NAMES,
        help="Dense knows where things are, the sum only that they are there, patches judge each region by itself.",
    )  # fmt: skip

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


class Start(nn.Module):
    """The latent becomes a small map: a transposed convolution on one pixel, written as a product."""

    label: ClassVar[str] = "Dense layer as a map"

    def __init__(
        self, z_dim: int, channels: int, height: int, width: int, classes: int = 0
    ) -> None:
        super().__init__()
        features = channels * height * width
        self.dense = nn.Linear(z_dim, features, bias=False)
        self.classes = ClassFeatures(classes, features) if classes else None
        self.shape = (channels, height, width)
        self.norm = nn.BatchNorm2d(channels)
        self.activation = nn.ReLU()

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = self.dense(z_NZ)
        if self.classes is not None:
            x = x + self.classes(labels_N)
        out: Tensor = self.activation(self.norm(x.unflatten(1, self.shape)))
        return out


class Up(nn.Module):
    """Twice the size: transposed convolution, batch norm, ReLU."""

    label: ClassVar[str] = "Transposed convolution ×2"

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(channels, out, 4, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(out)
        self.activation = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.activation(self.norm(self.conv(x)))
        return out


class ToImage(nn.Module):
    """Twice the size, and pixels: transposed convolution, tanh."""

    label: ClassVar[str] = "Transposed convolution ×2, tanh"

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(channels, out, 4, 2, 1, bias=False)
        self.activation = nn.Tanh()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.activation(self.conv(x))
        return out


class Down(nn.Module):
    """Half the size: convolution, perhaps batch norm, leaky ReLU."""

    label: ClassVar[str] = "Convolution ÷2"

    def __init__(self, channels: int, out: int, norm: str, bias: bool) -> None:
        super().__init__()
        kind = SpectralConv2d if norm == "spectral" else nn.Conv2d
        self.conv = kind(channels, out, 4, 2, 1, bias=bias)
        self.norm = nn.BatchNorm2d(out) if norm == "batch" else None
        self.activation = nn.LeakyReLU(0.2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
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
        self.start = Start(settings.z_dim, widths[0], height, width, classes)
        self.up = nn.Sequential(*(Up(a, b) for a, b in itertools.pairwise(widths)))
        self.image = ToImage(widths[-1], shape.channels)
        self.apply(draw)

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
        self.down = nn.Sequential(*(Down(a, b, norm, bias) for a, b, norm in pairs))
        size = (height, width)
        self.head = make_head(
            settings.head, widths[-1], size, spectral=spectral, bias=bias, classes=classes
        )
        self.apply(draw)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        logits: Tensor = self.head(self.down(image_NCHW), labels_N)
        return logits


def draw(module: nn.Module) -> None:
    """Draw the weights of one layer as the paper does: N(0, 0.02), batch norm's from N(1, 0.02)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, 0.0, 0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
