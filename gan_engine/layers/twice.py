"""What a pass that is differentiated twice is made of, so that its gradients cost no more than they must."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gan_engine.layers.bend import bend
from gan_engine.layers.derivatives import modes
from gan_engine.layers.grouped_conv import Geometry, convolve, convolve_transposed

DEVICES = ("cuda",)
"""Where convolutions of our own pay. Torch finds the weight's part of a second derivative by a convolution
whose filter is as large as a map: cuDNN has no good kernel for that, and tries them for long; a CPU does
not mind."""


class Twice(TorchFunctionMode):
    """Every ReLU inside, leaky or not, is `bend`, whatever layer calls it.

    With `convolves` every convolution of torch is `convolve` or its transpose.
    """

    def __init__(self, convolves: bool = True) -> None:
        super().__init__()
        self._own = {**_BENT, **_CONVOLVED} if convolves else _BENT
        self.again = partial(Twice, convolves)

    def __enter__(self) -> Any:
        modes().append(self.again)
        return super().__enter__()  # type: ignore[no-untyped-call]

    def __exit__(self, *args: Any) -> None:
        modes().pop()
        super().__exit__(*args)  # type: ignore[no-untyped-call]

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        own = self._own.get(func) if torch.is_grad_enabled() else None
        found = own(*args, **(kwargs or {})) if own else None
        return func(*args, **(kwargs or {})) if found is None else found


def twice(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """Return a context for a pass whose gradients are differentiated again on `device`."""
    return Twice(device.type in DEVICES)


def again() -> Callable[[], contextlib.AbstractContextManager[Any]]:
    """Return what makes a context like the present one, for a pass that is run once more later."""
    return modes()[-1] if modes() else contextlib.nullcontext


def _leaky_relu(x: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor | None:
    return None if inplace or negative_slope < 0 else bend(x, negative_slope)


def _relu(x: Tensor, inplace: bool = False) -> Tensor | None:
    return None if inplace else bend(x, 0.0)


def _convolution(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
    dilation: Any = 1, groups: int = 1,
) -> Tensor | None:  # fmt: skip
    how = _geometry(x, stride, padding, dilation, groups)
    return None if how is None else _plus(convolve(x, weight, how), bias)


def _transposed(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
    output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
) -> Tensor | None:  # fmt: skip
    how, more = _geometry(x, stride, padding, dilation, groups), _one(output_padding)
    if how is None or more is None:
        return None
    height, width = (
        (have - 1) * how.stride - 2 * how.padding + kernel + more
        for have, kernel in zip(x.shape[2:], weight.shape[2:], strict=True)
    )
    return _plus(convolve_transposed(x, weight, how, (height, width)), bias)


_BENT: dict[Any, Callable[..., Tensor | None]] = {F.leaky_relu: _leaky_relu, F.relu: _relu}
_CONVOLVED: dict[Any, Callable[..., Tensor | None]] = {
    torch.conv2d: _convolution,
    torch.conv_transpose2d: _transposed,
}


def _geometry(x: Tensor, stride: Any, padding: Any, dilation: Any, groups: int) -> Geometry | None:
    """Return how the filter moves; None where it moves in ways that no layer here has."""
    step, edge = _one(stride), _one(padding)
    if x.ndim != 4 or step is None or edge is None or _one(dilation) != 1:
        return None
    return Geometry(step, edge, groups)


def _one(sides: Any) -> int | None:
    """Return the number that holds for both sides; None where there are two, or a word."""
    numbers = {sides} if isinstance(sides, int | str) else set(sides)
    (first, *others) = numbers
    return None if others or not isinstance(first, int) else first


def _plus(x: Tensor, bias: Tensor | None) -> Tensor:
    return x if bias is None else x + bias[:, None, None].to(x.dtype)
