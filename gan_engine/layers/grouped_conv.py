"""Convolution in groups whose gradients, of any order, are convolutions in groups too."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import Function
from torch.nn.grad import conv2d_weight

from gan_engine.layers.derivatives import by_weight, prepare
from gan_engine.layers.precision import ROUNDING


class Geometry(NamedTuple):
    """How a filter moves over an image."""

    stride: int
    padding: int
    groups: int


def convolve(x: Tensor, weight: Tensor, how: Geometry) -> Tensor:
    """Return `F.conv2d`'s result, differentiable as often as one likes.

    Torch's own double backward of a grouped convolution loops over the groups; here each gradient
    is one call. Convolution is linear in image and in weight, so three maps suffice: it, its
    transpose, and the weight's gradient. Each one's gradients are the other two.

    Args:
        x: (N, C, H, W).
        weight: (F, C / groups, k, k).
    """
    return _CONVOLVE(*_rounded(x, weight), how)


def convolve_transposed(x: Tensor, weight: Tensor, how: Geometry, size: tuple[int, int]) -> Tensor:
    """Return the transpose of `convolve`: an image of `size` (height, width); see there.

    Args:
        x: (N, F, H, W).
        weight: (F, C / groups, k, k), as for `convolve`.
    """
    return _TRANSPOSE(*_rounded(x, weight), how, size)


class GroupedConv2d(nn.Module):
    """A square convolution in groups that keeps the size: (N, C, H, W) -> (N, F, H, W)."""

    def __init__(self, channels: int, out: int, kernel: int, groups: int) -> None:
        super().__init__()
        self.how = Geometry(stride=1, padding=kernel // 2, groups=groups)
        self.weight = nn.Parameter(torch.empty(out, channels // groups, kernel, kernel))
        nn.init.normal_(self.weight, 0.0, 1 / math.sqrt(self.weight[0].numel()))
        self.kernel_size, self.stride = (kernel, kernel), (1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return convolve(x, self.weight, self.how)


def _rounded(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return both as autocast wants them: it does not see into the functions below."""
    device = x.device.type
    if device in ROUNDING and torch.is_autocast_enabled(device):
        kind = torch.get_autocast_dtype(device)
        return x.to(kind), weight.to(kind)
    return x, weight


class _Convolve(Function):
    @staticmethod
    def forward(x: Tensor, weight: Tensor, how: Geometry) -> Tensor:
        return F.conv2d(x, weight, None, how.stride, how.padding, 1, how.groups)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0], inputs[1])
        ctx.how = inputs[2]
        prepare(ctx)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, ...]:
        if gradient is None:
            return None, None, None
        x, weight = ctx.saved_tensors
        for_x = for_weight = None
        if ctx.needs_input_grad[0]:
            for_x = _TRANSPOSE(gradient, weight, ctx.how, x.shape[2:])
        if by_weight(ctx):
            for_weight = _WEIGHT_GRADIENT(x, gradient, ctx.how, weight.shape)
        return for_x, for_weight, None


class _Transpose(Function):
    @staticmethod
    def forward(x: Tensor, weight: Tensor, how: Geometry, size: tuple[int, int]) -> Tensor:
        least = [
            (have - 1) * how.stride - 2 * how.padding + kernel
            for have, kernel in zip(x.shape[2:], weight.shape[2:], strict=True)
        ]
        missing = [want - have for want, have in zip(size, least, strict=True)]
        return F.conv_transpose2d(x, weight, None, how.stride, how.padding, missing, how.groups)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0], inputs[1])
        ctx.how = inputs[2]
        prepare(ctx)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, ...]:
        if gradient is None:
            return None, None, None, None
        x, weight = ctx.saved_tensors
        for_x = for_weight = None
        if ctx.needs_input_grad[0]:
            for_x = _CONVOLVE(gradient, weight, ctx.how)
        if by_weight(ctx):
            for_weight = _WEIGHT_GRADIENT(gradient, x, ctx.how, weight.shape)
        return for_x, for_weight, None, None


class _WeightGradient(Function):
    @staticmethod
    def forward(x: Tensor, gradient: Tensor, how: Geometry, shape: tuple[int, ...]) -> Tensor:
        found: Tensor = conv2d_weight(  # type: ignore[no-untyped-call]
            x, shape, gradient, how.stride, how.padding, 1, how.groups
        )
        return found

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0], inputs[1])
        ctx.how = inputs[2]
        prepare(ctx)

    @staticmethod
    def backward(ctx: Any, weight: Tensor | None) -> tuple[Tensor | None, ...]:
        if weight is None:
            return None, None, None, None
        x, gradient = ctx.saved_tensors
        for_x = for_gradient = None
        if ctx.needs_input_grad[0]:
            for_x = _TRANSPOSE(gradient, weight, ctx.how, x.shape[2:])
        if ctx.needs_input_grad[1]:
            for_gradient = _CONVOLVE(x, weight, ctx.how)
        return for_x, for_gradient, None, None


# Torch's `apply` has no types.
_CONVOLVE: Callable[..., Tensor] = _Convolve.apply
_TRANSPOSE: Callable[..., Tensor] = _Transpose.apply
_WEIGHT_GRADIENT: Callable[..., Tensor] = _WeightGradient.apply
