"""Style: a latent becomes a style that steers every layer (StyleGAN2-class)."""

from __future__ import annotations

import itertools
import math
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gan_engine.architectures.base import FromLatents
from gan_engine.architectures.sizes import growth
from gan_engine.imaging import ImageShape
from gan_engine.layers.classes import ClassCode, Projection, looked_up
from gan_engine.layers.equalized import EqualConv2d, EqualLinear, GainedLeakyReLU
from gan_engine.layers.fir import FirDown, FirUp
from gan_engine.layers.minibatch_std import MinibatchStd
from gan_engine.layers.modulated_conv import ModulatedConv2d
from gan_engine.layers.noise import NoiseInjection, StyleMixing
from gan_engine.layers.precision import exactly, in_full
from gan_engine.layers.segment import Segment
from gan_engine.schema import option

FILTERS = {"smooth": (1.0, 3.0, 3.0, 1.0), "box": (1.0, 1.0)}
FULL_WIDTH_TO = 32
"""The largest map with all the channels; they halve with each doubling beyond."""


class Style(FromLatents):
    """The best images from the fewest surprises: styles can be mixed and truncated afterwards.

    Sources: arXiv:1812.04948, 1912.04958. Choose cross-entropy and R1 every 16 steps with gamma
    about 0.0002 size^2 / batch size, Adam 0.0025 with betas 0 and 0.99. Slower than DCGAN.
    """

    title: ClassVar[str] = "Style"
    kind: Literal["style"] = "style"
    squashes: ClassVar[bool] = False
    truncates: ClassVar[bool] = True
    z_dim: int = option(
        512,
        ge=2,
        le=2048,
        label="Latent size",
        help="How many numbers an image, and its style, is made from.",
    )
    width: int = option(
        512, ge=16, le=1024, unit="channels",
        help="Channels of maps up to 32 px; larger maps have fewer. Halve it to train about three times as fast.",
    )  # fmt: skip
    mapping_layers: int = option(
        2, ge=1, le=8, unit="layers", help="How many dense layers turn a latent into a style."
    )
    filter: Literal["smooth", "box"] = option(
        "smooth", advanced=True, help="How maps are doubled and halved; box is about twice as fast and less smooth.",
        names={"smooth": "Smooth [1, 3, 3, 1]", "box": "Box [1, 1]"},
    )  # fmt: skip
    noise: bool = option(
        True, help="Let G draw details that mean nothing, such as single hairs, from noise."
    )
    mixing: float = option(
        0.9,
        ge=0,
        le=1,
        label="Style mixing",
        help="How often a training image takes another's style from some layer on.",
    )
    batch_variety: bool = option(
        True, help="Show D how varied a batch is, so that G cannot repeat itself."
    )

    def generator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return StyleGenerator(self, shape, classes)

    def discriminator(self, shape: ImageShape, classes: int = 0) -> nn.Module:
        return StyleDiscriminator(self, shape, classes)

    def widths(self, shape: ImageShape) -> list[int]:
        """Return the channels of each map, from the start's to the one at full size."""
        sizes = (
            min(shape.height, shape.width) >> i
            for i in reversed(range(growth(shape).doublings + 1))
        )
        beyond = (max(0, size.bit_length() - FULL_WIDTH_TO.bit_length()) for size in sizes)
        return [max(1, self.width >> times) for times in beyond]


class Mapping(nn.Module):
    """Latents become styles: normalised, then dense layers that learn slowly: (N, Z) -> (N, Z)."""

    label: ClassVar[str] = "Latent to style"

    def __init__(self, z_dim: int, layers: int, classes: int = 0) -> None:
        super().__init__()
        self.dense = nn.ModuleList(EqualLinear(z_dim, z_dim, pace=0.01) for _ in range(layers))
        self.activation = GainedLeakyReLU()
        self.code = ClassCode(classes, z_dim) if classes else None
        self.classes = EqualLinear(z_dim, z_dim, pace=0.01) if classes else None

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x: Tensor = self.dense[0](of_size_one(z_NZ))
        if self.code is not None and self.classes is not None:
            x = x + self.classes(of_size_one(self.code(labels_N)))
        x = self.activation(x)
        for dense in self.dense[1:]:
            x = self.activation(dense(x))
        return x


def of_size_one(x_NF: Tensor) -> Tensor:
    """Return vectors brought to a mean square of one."""
    return x_NF * (x_NF.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class Constant(nn.Module):
    """The learned map that every image starts from: (N, Z) -> (N, C, h, w)."""

    label: ClassVar[str] = "Learned map"

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.map = nn.Parameter(torch.randn(channels, height, width))

    def forward(self, style_NZ: Tensor) -> Tensor:
        return self.map.expand(len(style_NZ), -1, -1, -1)


class StyledLayer(Segment):
    """Modulated convolution, noise, bias, leaky ReLU, at twice the size when it has taps."""

    def __init__(
        self,
        settings: Style,
        channels: int,
        out: int,
        size: tuple[int, int],
        taps: tuple[float, ...] = (),
    ) -> None:
        super().__init__()
        self.label = "Styled layer ×2" if taps else "Styled layer"
        self.conv = ModulatedConv2d(channels, out, 3, settings.z_dim, taps=taps)
        self.noise = NoiseInjection(*size) if settings.noise else None
        self.bias = nn.Parameter(torch.zeros(out, 1, 1))
        self.activation = GainedLeakyReLU()

    def draw(self, style_NZ: Tensor) -> Tensor | None:
        """Return the noise of a batch, to be given to `forward`; None without noise."""
        return None if self.noise is None else self.noise.draw(style_NZ)

    def forward(self, x: Tensor, style_NZ: Tensor, noise_N1HW: Tensor | None) -> Tensor:
        x = self.conv(x, style_NZ)
        if self.noise is not None:
            x = self.noise(x, noise_N1HW)
        out: Tensor = self.activation(x + self.bias.to(x.dtype))
        return out


class ToPixels(nn.Module):
    """What a map adds to the image: (N, C, H, W), (N, Z) -> (N, channels, H, W)."""

    label: ClassVar[str] = "Map to pixels"

    def __init__(self, channels: int, out: int, z_dim: int) -> None:
        super().__init__()
        self.conv = ModulatedConv2d(channels, out, 1, z_dim, demodulated=False)
        self.bias = nn.Parameter(torch.zeros(out, 1, 1))

    def forward(self, x: Tensor, style_NZ: Tensor) -> Tensor:
        # Pixels add up over all sizes: in fp32, whatever the maps are in.
        out: Tensor = self.conv(x, style_NZ).float() + self.bias
        return out


class StyleGenerator(nn.Module):
    """Latents (N, Z) -> images (N, C, H, W), around [-1, 1]."""

    average: Tensor

    def __init__(self, settings: Style, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, doublings = growth(shape)
        widths, taps, z_dim = settings.widths(shape), FILTERS[settings.filter], settings.z_dim
        self.mapping = Mapping(z_dim, settings.mapping_layers, classes)
        self.mixing = StyleMixing(2 * doublings + 2, settings.mixing)
        self.register_buffer("average", torch.zeros(*([classes] if classes else []), z_dim))
        self.classes = classes
        self.start = Constant(widths[0], height, width)
        layers: list[nn.Module] = [StyledLayer(settings, widths[0], widths[0], (height, width))]
        for i, (before, after) in enumerate(itertools.pairwise(widths), start=1):
            size = (height << i, width << i)
            layers.append(StyledLayer(settings, before, after, size, taps))
            layers.append(StyledLayer(settings, after, after, size))
        self.layer = nn.ModuleList(layers)
        self.enlarge = FirUp(taps)
        self.image = nn.ModuleList(ToPixels(count, shape.channels, z_dim) for count in widths)

    def forward(
        self, z_NZ: Tensor, labels_N: Tensor | None = None, truncation: float = 1.0
    ) -> Tensor:
        """Return images; below 1, `truncation` brings their styles closer to the average style."""
        return self.synthesize(self.styles(z_NZ, labels_N, truncation))

    def styles(
        self, z_NZ: Tensor, labels_N: Tensor | None = None, truncation: float = 1.0
    ) -> Tensor:
        """Return a style for each layer: (N, L, Z); in training, mixed ones of the same class."""
        own, other = self.mapping(z_NZ, labels_N), None
        if self.training:
            self._follow(own, labels_N)
        if self.mixing.active:
            other = self.mapping(self.mixing.drawn(z_NZ, *z_NZ.shape), labels_N)
        if truncation != 1:
            average = looked_up(self.average, labels_N) if self.classes else self.average
            own = average.lerp(own.float(), truncation)
        styles: Tensor = self.mixing(own, other)
        return styles

    @torch.no_grad()
    def _follow(self, own_NZ: Tensor, labels_N: Tensor | None) -> None:
        """Move the average style, or the averages of the classes in this batch."""
        if not self.classes or labels_N is None:
            self.average.lerp_(own_NZ.float().mean(0), 0.005)
            return
        with exactly(own_NZ.device):
            members_KN = (
                torch.arange(self.classes, device=labels_N.device)[:, None] == labels_N
            ).float()
            counts_K1 = members_KN.sum(1, keepdim=True)
            means_KZ = members_KN @ own_NZ.float() / counts_K1.clamp(min=1)
            self.average.lerp_(means_KZ, 0.005 * (counts_K1 > 0).float())

    def synthesize(self, styles_NLZ: Tensor) -> Tensor:
        """Return what the styles of each layer make: images (N, C, H, W)."""
        styles = styles_NLZ.unbind(1)
        x = self._layer(0, self.start(styles[0]), styles[0])
        image: Tensor = self.image[0](x, styles[1])
        for i in range(1, len(self.image)):
            x = self._layer(2 * i - 1, x, styles[2 * i - 1])
            x = self._layer(2 * i, x, styles[2 * i])
            with exactly(image.device):
                image = self.enlarge(image)
            image = image + self.image[i](x, styles[2 * i + 1])
        return image

    def _layer(self, i: int, x: Tensor, style_NZ: Tensor) -> Tensor:
        layer = self.layer[i]
        out: Tensor = layer(x, style_NZ, layer.draw(style_NZ))  # type: ignore[operator]
        return out


class DownBlock(Segment):
    """Half the size: two convolutions, plus a 1x1 shortcut; the sum keeps its size."""

    label: ClassVar[str] = "Residual block ÷2"

    def __init__(self, channels: int, out: int, taps: tuple[float, ...]) -> None:
        super().__init__()
        self.conv_1 = EqualConv2d(channels, channels, 3)
        self.activation_1 = GainedLeakyReLU()
        self.conv_2 = EqualConv2d(channels, out, 3, taps=taps)
        self.activation_2 = GainedLeakyReLU()
        self.shortcut = nn.Sequential(FirDown(taps), EqualConv2d(channels, out, 1, bias=False))

    def forward(self, x: Tensor) -> Tensor:
        inner = self.activation_2(self.conv_2(self.activation_1(self.conv_1(x))))
        out: Tensor = (inner + self.shortcut(x)) * math.sqrt(0.5)
        return out


class Judge(nn.Module):
    """From the last map to a logit: convolution and two dense layers: (N, C, h, w) -> (N,)."""

    label: ClassVar[str] = "Dense head"

    def __init__(
        self, channels: int, size: tuple[int, int], variety: bool, classes: int = 0
    ) -> None:
        super().__init__()
        self.variety = MinibatchStd() if variety else None
        self.conv = EqualConv2d(channels + int(variety), channels, 3)
        self.activation_1 = GainedLeakyReLU()
        self.dense = EqualLinear(channels * size[0] * size[1], channels)
        self.activation_2 = GainedLeakyReLU()
        self.logit = EqualLinear(channels, 1)
        self.classes = Projection(classes, channels, "equalized") if classes else None

    def forward(self, x: Tensor, labels_N: Tensor | None = None) -> Tensor:
        if self.variety is not None:
            x = self.variety(x)
        x = self.activation_1(self.conv(x)).flatten(1)
        x = self.activation_2(self.dense(x))
        logit = in_full(self.logit, x).flatten()
        return logit if self.classes is None else logit + self.classes(x, labels_N)


class StyleDiscriminator(nn.Module):
    """Images (N, C, H, W) -> logits (N,)."""

    def __init__(self, settings: Style, shape: ImageShape, classes: int = 0) -> None:
        super().__init__()
        height, width, _ = growth(shape)
        widths, taps = settings.widths(shape)[::-1], FILTERS[settings.filter]
        self.features = EqualConv2d(shape.channels, widths[0], 1)
        self.activation = GainedLeakyReLU()
        self.down = nn.Sequential(*(DownBlock(a, b, taps) for a, b in itertools.pairwise(widths)))
        self.head = Judge(widths[-1], (height, width), settings.batch_variety, classes)

    def forward(self, image_NCHW: Tensor, labels_N: Tensor | None = None) -> Tensor:
        features = self.activation(self.features(image_NCHW))
        logits: Tensor = self.head(self.down(features), labels_N)
        return logits
