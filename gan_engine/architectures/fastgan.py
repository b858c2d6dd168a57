"""FastGAN: a light pair for few, large images; D also learns to describe the reals it sees."""

from __future__ import annotations

import itertools
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.architectures.base import FromLatents
from gan_engine.architectures.common import latent_size
from gan_engine.architectures.sizes import growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.activation import Squash
from gan_engine.layers.classes import Projection
from gan_engine.layers.latent_map import LatentMap
from gan_engine.layers.precision import in_full
from gan_engine.layers.resample import AverageDown, NearestUp
from gan_engine.layers.segment import Segment
from gan_engine.layers.skip_excite import SkipExcite
from gan_engine.layers.small_weights import draw_small
from gan_engine.layers.spectral import SpectralConv2d
from gan_engine.schema import option

WIDEST = 8
"""No map has more than this times `width` channels."""
FULL_WIDTH_MAPS = 3
"""So many of the smallest maps have all the channels; they halve with each doubling beyond."""
EXCITED_BY = 4
"""A map is excited by the one this many doublings before it: 64 px by 4, 128 by 8, 256 by 16."""
PATCH = 4
"""A logit looks at so many places a side of D's last map."""
DECODED = 4
"""Decoders double at most this often."""


class FastGAN(FromLatents):
    """For a hundred to a few thousand pictures at 256 px and more: learns in hours on one GPU.

    Source: arXiv:2101.04775. Choose the hinge loss, Adam 0.0002 with betas 0.5 and 0.999, batches
    of 8 and DiffAugment. D must also be able to redraw the reals from what it saw in them, so
    that it does not overlook most of it. G's second output is added to its first.
    """

    title: ClassVar[str] = "FastGAN"
    kind: Literal["fastgan"] = "fastgan"
    z_dim: int = latent_size(256)
    width: int = option(
        64, ge=4, le=256, unit="channels",
        help="An eighth of the small maps' channels. Halve it to train about three times as fast.",
    )  # fmt: skip
    d_norm: Literal["batch", "none"] = option(
        "batch",
        label="D's normalisation",
        help="Beside spectral norm: batch norm is the original; none suits gradient penalties.",
        names={"batch": "Batch norm", "none": "None"},
    )
    reconstruction: float = option(
        1.0, ge=0, le=100, help="How much it counts for D that it can redraw the reals."
    )

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return FastGANGenerator(self, shape, classes)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return FastGANDiscriminator(self, shape, classes)

    def widths(self, shape: ImageShape) -> list[int]:
        """Return the channels of each map, from the start's to the one at full size."""
        maps = range(growth(shape).doublings + 1)
        return [max(1, (WIDEST * self.width) >> max(0, i + 1 - FULL_WIDTH_MAPS)) for i in maps]

    @property
    def d_mixes_batch(self) -> bool:
        return self.d_norm == "batch"

    @property
    def d_is_bounded(self) -> bool:
        return True


class Start(LatentMap):
    """The latent becomes a small map: dense layer, batch norm, gate."""

    def __init__(self, z_dim: int, channels: int, height: int, width: int, classes: int) -> None:
        super().__init__(z_dim, 2 * channels, height, width, classes, bias=False)
        self.norm = nn.BatchNorm2d(2 * channels)
        self.gate = nn.GLU(1)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        out: Tensor = self.gate(self.norm(super().forward(z_NZ, labels_N)))
        return out


class Up(Segment):
    """Twice the size: nearest neighbour, convolution, perhaps batch norm, gate."""

    label: ClassVar[str] = "Nearest ×2, convolution, gate"

    def __init__(self, channels: int, out: int, norm: bool = True) -> None:
        super().__init__()
        self.upsample = NearestUp()
        self.conv = SpectralConv2d(channels, 2 * out, 3, padding=1, bias=not norm)
        self.norm = nn.BatchNorm2d(2 * out) if norm else None
        self.gate = nn.GLU(1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(self.upsample(x))
        if self.norm is not None:
            x = self.norm(x)
        out: Tensor = self.gate(x)
        return out


class FastGANGenerator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W) in [-1, 1]."""

    def __init__(self, settings: FastGAN, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths = settings.widths(shape)
        self.start = Start(settings.z_dim, widths[0], height, width, classes)
        self.up = nn.ModuleList(Up(a, b) for a, b in itertools.pairwise(widths))
        self.excite = nn.ModuleList(
            SkipExcite(a, b) for a, b in zip(widths, widths[EXCITED_BY:], strict=False)
        )
        self.coarse = SpectralConv2d(widths[-2], shape.channels, 1)
        self.enlarge = NearestUp()
        self.pixels = SpectralConv2d(widths[-1], shape.channels, 3, padding=1)
        self.image = Squash()
        self.apply(draw_small)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        maps = [self.start(z_NZ, labels_N)]
        for i, up in enumerate(self.up, start=1):
            x = up(maps[-1])
            if i >= EXCITED_BY:
                x = self.excite[i - EXCITED_BY](maps[i - EXCITED_BY], x)
            maps.append(x)
        # Two scales as one image: their sum is what a pyramid of images would teach G.
        image: Tensor = self.image(self.pixels(maps[-1]) + self.enlarge(self.coarse(maps[-2])))
        return image


class Down(Segment):
    """Half the size: two convolutions, averaged with a pooled 1x1 shortcut."""

    label: ClassVar[str] = "Two convolutions ÷2"

    def __init__(self, channels: int, out: int, norm: bool) -> None:
        super().__init__()
        self.conv_1 = SpectralConv2d(channels, out, 4, 2, 1, bias=not norm)
        self.norm_1 = nn.BatchNorm2d(out) if norm else None
        self.activation_1 = nn.LeakyReLU(0.2)
        self.conv_2 = SpectralConv2d(out, out, 3, padding=1, bias=not norm)
        self.norm_2 = nn.BatchNorm2d(out) if norm else None
        self.activation_2 = nn.LeakyReLU(0.2)
        self.shortcut = nn.Sequential(AverageDown(), SpectralConv2d(channels, out, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv_1(x)
        inner = self.conv_2(self.activation_1(inner if self.norm_1 is None else self.norm_1(inner)))
        inner = self.activation_2(inner if self.norm_2 is None else self.norm_2(inner))
        out: Tensor = (inner + self.shortcut(x)) / 2
        return out


class Judge(nn.Module):
    """From a map to a map of logits: convolution, leaky ReLU, a 4x4 convolution."""

    label: ClassVar[str] = "Patch head"

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.conv = SpectralConv2d(channels, channels, 1)
        self.activation = nn.LeakyReLU(0.2)
        self.logit = SpectralConv2d(channels, 1, PATCH)
        self.classes = Projection(classes, channels, "spectral") if classes else None

    def forward(self, x: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x = self.activation(self.conv(x))
        logit = in_full(self.logit, x)
        if self.classes is not None:
            logit = logit + self.classes(F.avg_pool2d(x, PATCH, 1), labels_N)
        return logit


class Scale(nn.Module):
    """Judges images of one size: (N, C, H, W) -> (N, 1, h, w), by maps it halves on the way.

    `widths` are the channels of its maps, from the one at the images' size on.
    """

    label: ClassVar[str] = "Convolutions and head"

    def __init__(self, channels: int, widths: list[int], norm: bool, classes: int) -> None:
        super().__init__()
        self.features = SpectralConv2d(channels, widths[0], 3, padding=1)
        self.activation = nn.LeakyReLU(0.2)
        self.down = nn.ModuleList(Down(a, b, norm) for a, b in itertools.pairwise(widths))
        self.head = Judge(widths[-1], classes)

    def maps(self, image_NCHW: Tensor) -> list[Tensor]:
        """Return all its maps, the largest first."""
        found = [self.activation(self.features(image_NCHW))]
        for down in self.down:
            found.append(down(found[-1]))
        return found

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        logits: Tensor = self.head(self.maps(image_NCHW)[-1], labels_N)
        return logits


class Decoder(nn.Module):
    """Redraws an image from a map of D, `doublings` times as large: (N, F, h, w) -> (N, C, H, W)."""

    label: ClassVar[str] = "Decoder"

    def __init__(self, channels: int, out: int, doublings: int, norm: bool) -> None:
        super().__init__()
        widths = [max(1, channels >> i) for i in range(doublings + 1)]
        self.up = nn.Sequential(*(Up(a, b, norm) for a, b in itertools.pairwise(widths)))
        self.pixels = SpectralConv2d(widths[-1], out, 3, padding=1)
        self.image = Squash()

    def forward(self, x: Tensor) -> Tensor:
        image: Tensor = self.image(self.pixels(self.up(x)))
        return image


class FastGANDiscriminator(Scale):
    """Images (N, C, H, W) -> logits of their details, and below them of the whole: (N, 1, 2h, w)."""

    def __init__(self, settings: FastGAN, shape: ImageShape, classes: int = 0) -> None:
        norm, channels = settings.d_norm == "batch", shape.channels
        # Both scales end at the same map, twice the size of G's start.
        widths = settings.widths(shape)[:0:-1]
        super().__init__(channels, widths, norm, classes)
        self.shrink = AverageDown()
        self.whole = Scale(channels, widths[1:], norm, classes)
        doublings = min(DECODED, len(widths) - 1), min(DECODED, len(widths) - 2)
        sources = widths[-1], widths[-2]
        self.decoders = nn.ModuleList(
            Decoder(source, channels, times, norm)
            for source, times in zip(sources, doublings, strict=True)
        )
        self.reconstruction = settings.reconstruction
        self.apply(draw_small)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        return self._logits(self.maps(image_NCHW)[-1], image_NCHW, labels_N)

    def lesson(
        self, image_NCHW: Tensor, labels_N: Tensor | None, random: torch.Generator | None
    ) -> tuple[Tensor, Tensor]:
        """Return the logits of reals, and how badly D redraws them: whole, and a quarter of each.

        Source: arXiv:2101.04775, equation 2, with the mean distance of pixels.
        """
        maps = self.maps(image_NCHW)
        quarter_N = torch.randint(4, (len(image_NCHW),), device=maps[0].device, generator=random)
        pairs = (
            (maps[-1], image_NCHW),
            (quarters(maps[-2], quarter_N), quarters(image_NCHW, quarter_N)),
        )
        apart = [
            self._apart(decoder, map_NCHW, wanted)
            for decoder, (map_NCHW, wanted) in zip(self.decoders, pairs, strict=True)
        ]
        logits = self._logits(maps[-1], image_NCHW, labels_N)
        return logits, self.reconstruction * torch.stack(apart).sum()

    def _logits(self, last: Tensor, image_NCHW: Tensor, labels_N: Tensor | None) -> Tensor:
        details = self.head(last, labels_N)
        return torch.cat([details, self.whole(self.shrink(image_NCHW), labels_N)], 2)

    def _apart(self, decoder: nn.Module, map_NCHW: Tensor, wanted_NCHW: Tensor) -> Tensor:
        drawn: Tensor = decoder(map_NCHW)
        while wanted_NCHW.shape[2] > drawn.shape[2]:
            wanted_NCHW = self.shrink(wanted_NCHW)
        return (drawn.float() - wanted_NCHW.float()).abs().mean()


def quarters(x: Tensor, which_N: Tensor) -> Tensor:
    """Return one quarter of each map, 0 to 3 by row: (N, C, H, W) -> (N, C, H/2, W/2)."""
    n, channels, height, width = x.shape
    cut = x.reshape(n, channels, 2, height // 2, 2, width // 2).permute(0, 2, 4, 1, 3, 5)
    return cut.flatten(1, 2)[torch.arange(n, device=x.device), which_N]
