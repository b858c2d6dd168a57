"""pix2pix: a U-Net that makes a picture from another one, and a D that judges both patch by patch."""

from __future__ import annotations

import itertools
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.architectures.base import Architecture
from gan_engine.imaging import ImageShape
from gan_engine.layers.activation import Squash
from gan_engine.layers.dropout import Dropout
from gan_engine.layers.normalise import NORM_NAMES, NormKind, make_norm
from gan_engine.layers.precision import in_full
from gan_engine.layers.resample import UP_NAMES, UpKind, make_doubling
from gan_engine.layers.segment import Segment
from gan_engine.layers.small_weights import draw_small
from gan_engine.layers.spectral import SpectralConv2d
from gan_engine.schema import option

WIDEST = 8
"""No map has more than this times `width` channels."""
DROPPING = 3
"""So many of the innermost maps on the way up have dropout."""
LEAST_MAP = 3
"""D does not halve a map below this: two convolutions that do not pad it wholly follow."""

Patch = Literal[16, 34, 70, 142]
_HALVINGS: dict[Patch, int] = {16: 1, 34: 2, 70: 3, 142: 4}


class Pix2Pix(Architecture):
    """Makes a picture from another one: an outline becomes a shoe, grey becomes colour.

    Source: arXiv:1611.07004. It needs pairs: for each picture the one it is made from. Choose the
    L1 penalty with a weight of 100, which pulls each picture to its own target, batches of 1 and
    Adam 0.0002 with betas 0.5 and 0.999. G halves its input down to a pixel or an odd side and
    doubles it back, each map beside the one of its size on the way down, so that nothing fine is
    lost. The norm of each image by itself is what the paper's batch norm is with batches of 1.
    """

    title: ClassVar[str] = "pix2pix"
    kind: Literal["pix2pix"] = "pix2pix"
    needs_pairs: ClassVar[bool] = True
    least_batch: ClassVar[int] = 1
    width: int = option(
        64, ge=4, le=256, unit="channels",
        help="Channels next to the image; eight times as many at most. Halve it to train about three times as fast.",
    )  # fmt: skip
    g_norm: NormKind = option(
        "instance", label="G's normalisation", names=NORM_NAMES,
        help="Instance norm suits batches of 1 and makes samples what G made while it trained.",
    )  # fmt: skip
    d_norm: Literal["instance", "batch", "spectral", "none"] = option(
        "instance",
        label="D's normalisation",
        help="Instance norm is the original with batches of 1; spectral norm keeps D from growing steep.",
        names={
            "instance": "Instance norm",
            "batch": "Batch norm",
            "spectral": "Spectral norm",
            "none": "None",
        },
    )
    up: UpKind = option(
        "transposed", label="Doubling", names=UP_NAMES, advanced=True,
        help="How G doubles its maps: transposed is the original, nearest leaves fewer checkerboards.",
    )  # fmt: skip
    dropout: float = option(
        0.5, ge=0, le=0.9,
        help="How much of G's innermost maps is left out at random while it trains; 0 is off.",
    )  # fmt: skip
    patch: Patch = option(
        70, unit="px", label="D's patches",
        help="How large a square D judges by itself; smaller where the image is small.",
        names={16: "16 px", 34: "34 px", 70: "70 px", 142: "142 px"},
    )  # fmt: skip

    def takes(self, shape: ImageShape) -> tuple[int, ...]:
        return (shape.channels, shape.height, shape.width)

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return UNet(self, shape)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return PatchDiscriminator(self, shape)

    def widths(self, shape: ImageShape) -> list[int]:
        """Return the channels of each map that G halves its input to, the largest map first."""
        return [self.width * min(WIDEST, 1 << i) for i in range(halvings(shape))]

    @property
    def d_mixes_batch(self) -> bool:
        return self.d_norm == "batch"

    @property
    def d_is_bounded(self) -> bool:
        return self.d_norm == "spectral"


def halvings(shape: ImageShape) -> int:
    """Return how often both sides of `shape` can be halved without a rest."""
    both = shape.height | shape.width
    return (both & -both).bit_length() - 1


class Down(Segment):
    """Half the size: perhaps leaky ReLU, convolution, perhaps a norm."""

    label: ClassVar[str] = "Convolution ÷2"

    def __init__(self, channels: int, out: int, norm: NormKind, opens: bool) -> None:
        super().__init__()
        self.activation = None if opens else nn.LeakyReLU(0.2)
        self.conv = nn.Conv2d(channels, out, 4, 2, 1, bias=norm == "none")
        self.norm = make_norm(norm, out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x if self.activation is None else self.activation(x))
        return x if self.norm is None else self.norm(x)


class Up(Segment):
    """Twice the size: ReLU, a convolution that doubles, perhaps a norm."""

    def __init__(self, channels: int, out: int, norm: NormKind, up: UpKind) -> None:
        super().__init__()
        self.label = f"{UP_NAMES[up]} ×2"
        self.activation = nn.ReLU()
        self.before, self.conv, self.after = make_doubling(up, channels, out, norm == "none")
        self.norm = make_norm(norm, out)

    def forward(self, x: Tensor) -> Tensor:
        x = self.activation(x)
        x = self.conv(x if self.before is None else self.before(x))
        x = x if self.after is None else self.after(x)
        return x if self.norm is None else self.norm(x)


class UNet(nn.Module):
    """Pictures (N, C, H, W) in [-1, 1] -> pictures (N, C, H, W) in [-1, 1]."""

    def __init__(self, settings: Pix2Pix, shape: ImageShape) -> None:
        super().__init__()
        widths, norm, up = settings.widths(shape), settings.g_norm, settings.up
        last = len(widths) - 1
        # The innermost map may be one pixel, of which nothing is left once it is normalised.
        norms: list[NormKind] = ["none", *[norm] * (last - 1), "none"]
        ways = itertools.pairwise([shape.channels, *widths])
        self.down = nn.ModuleList(
            Down(a, b, kind, opens=i == 0)
            for i, ((a, b), kind) in enumerate(zip(ways, norms, strict=True))
        )
        back = enumerate(itertools.pairwise(reversed(widths)))
        self.up = nn.ModuleList(Up(a if i == 0 else 2 * a, b, norm, up) for i, (a, b) in back)
        dropped = min(DROPPING, last) if settings.dropout else 0
        self.dropout = nn.ModuleList(Dropout(settings.dropout) for _ in range(dropped))
        self.image = Up(2 * widths[0], shape.channels, "none", up)
        self.squash = Squash()
        self.apply(draw)

    def forward(self, source_NCHW: Tensor) -> Tensor:
        maps = [source_NCHW]
        for down in self.down:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for i, up in enumerate(self.up):
            x = up(x)
            x = self.dropout[i](x) if i < len(self.dropout) else x
            x = torch.cat([x, maps.pop()], 1)
        image_NCHW: Tensor = self.squash(self.image(x))
        return image_NCHW


class Judge(Segment):
    """Convolution, perhaps a norm, leaky ReLU; at half the size when asked."""

    def __init__(self, channels: int, out: int, norm: str, stride: int) -> None:
        super().__init__()
        self.label = "Convolution ÷2" if stride == 2 else "Convolution"
        conv = SpectralConv2d if norm == "spectral" else nn.Conv2d
        self.conv = conv(channels, out, 4, stride, 1, bias=norm in ("spectral", "none"))
        self.norm = make_norm(norm if norm in ("batch", "instance") else "none", out)  # type: ignore[arg-type]
        self.activation = nn.LeakyReLU(0.2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        out: Tensor = self.activation(x if self.norm is None else self.norm(x))
        return out


class PatchDiscriminator(nn.Module):
    """An image and what it was made from, both (N, C, H, W) -> logits of its patches (N, 1, h, w)."""

    def __init__(self, settings: Pix2Pix, shape: ImageShape) -> None:
        super().__init__()
        side, norm, halves = min(shape.height, shape.width), settings.d_norm, 1
        while halves < _HALVINGS[settings.patch] and side >> (halves + 1) >= LEAST_MAP:
            halves += 1
        widths = [settings.width * min(WIDEST, 1 << i) for i in range(halves + 1)]
        norms = ["spectral" if norm == "spectral" else "none", *[norm] * halves]
        strides = [2] * halves + [1]
        ways = itertools.pairwise([2 * shape.channels, *widths])
        self.convolve = nn.Sequential(
            *(
                Judge(*way, kind, stride)
                for way, kind, stride in zip(ways, norms, strides, strict=True)
            )
        )
        conv = SpectralConv2d if norm == "spectral" else nn.Conv2d
        self.logit = conv(widths[-1], 1, 4, 1, 1)
        self.apply(draw)

    def forward(self, image_NCHW: Tensor, source_NCHW: Tensor) -> Tensor:
        return in_full(self.logit, self.convolve(torch.cat([source_NCHW, image_NCHW], 1)))


def draw(module: nn.Module) -> None:
    """Draw the weights of one layer as the paper does: N(0, 0.02), a norm's scale from N(1, 0.02)."""
    draw_small(module)
    if isinstance(module, nn.InstanceNorm2d | nn.GroupNorm):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)
