"""Modulated convolution: a style decides how much each channel counts (StyleGAN2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_engine.layers.equalized import EqualLinear
from gan_engine.layers.folding import fold, folding
from gan_engine.layers.precision import exactly


class ModulatedConv2d(nn.Module):
    """A square convolution whose weight is scaled by a style: (N, C, H, W), (N, Z) -> (N, F, H, W).

    Source: arXiv:1912.04958, section 2.2. Scaling the weight's input channels by s and bringing its
    output channels back to size one is the same as scaling the image's channels before and after
    a convolution that all images share, which is one call instead of one a image.

    Args:
        channels, out: Channels that go in and come out.
        kernel: Side of the filter.
        z_dim: Size of a style.
        demodulated: Whether output channels are brought back to size one.
        taps: The smoothing filter of doubling; none keeps the size. It is folded into the weight.
    """

    matrix: Tensor

    def __init__(
        self,
        channels: int,
        out: int,
        kernel: int,
        z_dim: int,
        demodulated: bool = True,
        taps: Sequence[float] = (),
    ) -> None:
        super().__init__()
        self.style = EqualLinear(z_dim, channels, bias=1.0)
        self.weight = nn.Parameter(torch.randn(out, channels, kernel, kernel))
        self.scale = 1 / math.sqrt(channels * kernel**2)
        self.demodulated, self.doubles = demodulated, bool(taps)
        if taps:
            self.register_buffer(
                "matrix", folding(kernel, taps, 4.0, mirrored=True), persistent=False
            )
        self.padding = (kernel + max(0, len(taps) - 1) - 1) // 2
        self.label = f"Modulated convolution {kernel}×{kernel}" + (", ×2" if taps else "")

    def forward(self, x: Tensor, style_NZ: Tensor) -> Tensor:
        style = self.style(style_NZ)
        weight = self.weight * self.scale
        x = x * style[:, :, None, None].to(x.dtype)
        if self.doubles:
            x = F.conv_transpose2d(
                x, fold(weight, self.matrix).transpose(0, 1), None, 2, self.padding
            )
        else:
            x = F.conv2d(x, weight, None, 1, self.padding)
        if self.demodulated:
            x = x * self._size(weight, style)[:, :, None, None].to(x.dtype)
        return x

    def _size(self, weight: Tensor, style: Tensor) -> Tensor:
        """Return one over the size of each output channel's scaled weight, equation 3: (N, F)."""
        with exactly(style.device):
            squares = weight.float().square().sum((2, 3))
            return (style.float().square() @ squares.T + 1e-8).rsqrt()
