"""The latent becomes a small map: where every G that draws from random numbers begins."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from gan_engine.layers.classes import ClassFeatures
from gan_engine.layers.spectral import SpectralLinear


class LatentMap(nn.Module):
    """A dense layer whose numbers are a map, with what the class adds to them: (N, Z) -> (N, C, H, W).

    On a map of one pixel this is a transposed convolution, written as a product.
    """

    label: ClassVar[str] = "Dense layer as a map"

    def __init__(
        self,
        z_dim: int,
        channels: int,
        height: int,
        width: int,
        classes: int = 0,
        spectral: bool = False,
        bias: bool = True,
    ) -> None:
        super().__init__()
        features = channels * height * width
        self.dense = (SpectralLinear if spectral else nn.Linear)(z_dim, features, bias=bias)
        self.classes = ClassFeatures(classes, features) if classes else None
        self.shape = (channels, height, width)

    def forward(self, z_NZ: Tensor, labels_N: Tensor | None = None) -> Tensor:
        x: Tensor = self.dense(z_NZ)
        if self.classes is not None:
            x = x + self.classes(labels_N)
        return x.reshape(-1, *self.shape)
