"""ReLU and leaky ReLU, differentiable as often as one likes without a single zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import Function

from gan_engine.layers.derivatives import prepare


def bend(x: Tensor, slope: float) -> Tensor:
    """Return a leaky ReLU's result, or a ReLU's where `slope` is 0; same gradients, bit for bit.

    Two straight lines have no second derivative. Torch's answer is zeros, which then go back through
    every layer below, convolutions and all; here it is None, and autograd leaves those layers out.
    Where all of D is straight lines that is a third of what R1 costs.
    """
    return _BEND(x, slope)


class _Bend(Function):
    @staticmethod
    def forward(x: Tensor, slope: float) -> Tensor:
        return F.leaky_relu(x, slope) if slope else F.relu(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        # It has the sign of what came in, and the next layer keeps it anyway.
        ctx.save_for_backward(output)
        ctx.slope = inputs[1]
        prepare(ctx)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, ...]:
        (bent,) = ctx.saved_tensors
        return None if gradient is None else _SCALE(gradient, bent, ctx.slope), None


class _Scale(Function):
    """A gradient as it is where `bent` is positive, times `slope` elsewhere."""

    @staticmethod
    def forward(gradient: Tensor, bent: Tensor, slope: float) -> Tensor:
        if slope:
            scaled: Tensor = torch.ops.aten.leaky_relu_backward(gradient, bent, slope, True)
        else:
            scaled = torch.ops.aten.threshold_backward(gradient, bent, 0)
        return scaled

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.save_for_backward(inputs[1])
        ctx.slope = inputs[2]
        prepare(ctx)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor | None) -> tuple[Tensor | None, ...]:
        (bent,) = ctx.saved_tensors
        return None if gradient is None else _SCALE(gradient, bent, ctx.slope), None, None


# Torch's `apply` has no types.
_BEND: Callable[..., Tensor] = _Bend.apply
_SCALE: Callable[..., Tensor] = _Scale.apply
