"""Residual blocks as in SNGAN: G's with a norm before each convolution, D's with none."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from gan_engine.layers.activation import ActivationKind, make_activation
from gan_engine.layers.normalise import NormKind, make_norm
from gan_engine.layers.resample import DownKind, NearestUp, UpKind, make_doubling, make_halving
from gan_engine.layers.segment import Segment
from gan_engine.layers.spectral import SpectralConv2d


class UpBlock(Segment):
    """Twice the size: norm-ReLU-up-conv-norm-ReLU-conv, plus a 1x1 shortcut. Source: arXiv:1802.05957."""

    label: ClassVar[str] = "Residual block ×2"

    def __init__(
        self,
        channels: int,
        out: int,
        norm: NormKind = "batch",
        up: UpKind = "nearest",
        activation: ActivationKind = "relu",
        spectral: bool = False,
    ) -> None:
        super().__init__()
        self.norm_1 = make_norm(norm, channels)
        self.activation_1 = make_activation(activation)
        before, self.conv_1, self.after = make_doubling(up, channels, out, spectral=spectral)
        self.upsample, self.before = before or NearestUp(), before is not None
        self.norm_2 = make_norm(norm, out)
        self.activation_2 = make_activation(activation)
        conv = SpectralConv2d if spectral else nn.Conv2d
        self.conv_2 = conv(out, out, 3, padding=1)
        self.shortcut = conv(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.activation_1(x if self.norm_1 is None else self.norm_1(x))
        inner = self.conv_1(self.upsample(inner) if self.before else inner)
        inner = inner if self.after is None else self.after(inner)
        inner = self.activation_2(inner if self.norm_2 is None else self.norm_2(inner))
        inner = self.conv_2(inner)
        # A 1x1 convolution and doubling commute; this order is a quarter of the work.
        out: Tensor = inner + self.upsample(self.shortcut(x))
        return out


class DownBlock(Segment):
    """ReLU-conv-ReLU-conv, halved when asked, plus a 1x1 shortcut. Source: arXiv:1802.05957.

    The first block of a D has `opens` set: no ReLU before its first convolution, because that
    would throw away the dark half of the image.
    """

    def __init__(
        self,
        channels: int,
        out: int,
        halves: bool,
        opens: bool,
        spectral: bool,
        down: DownKind = "average",
        activation: ActivationKind = "relu",
    ) -> None:
        super().__init__()
        self.label = "Residual block ÷2" if halves else "Residual block"
        conv = SpectralConv2d if spectral else nn.Conv2d
        self.activation_1 = None if opens else make_activation(activation)
        self.conv_1 = conv(channels, out if opens else channels, 3, padding=1)
        self.activation_2 = make_activation(activation)
        self.conv_2 = conv(out if opens else channels, out, 3, padding=1)
        self.downsample = make_halving(down) if halves else None
        self.shortcut = conv(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        inner = x if self.activation_1 is None else self.activation_1(x)
        inner = self.conv_2(self.activation_2(self.conv_1(inner)))
        if self.downsample is None:
            out: Tensor = inner + self.shortcut(x)
        else:
            # Halving and a 1x1 convolution commute; this order is a quarter of the work.
            out = self.downsample(inner) + self.shortcut(self.downsample(x))
        return out
