"""Convolutions of a pass that is differentiated twice: on a GPU each of their gradients is one call."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from gan_engine.layers.grouped_conv import Geometry, convolve, convolve_transposed

DEVICES = ("cuda",)
"""Where it pays. Torch finds the weight's part of a second derivative by a convolution whose filter is as
large as a map: cuDNN has no good kernel for that, and tries them for long; a CPU does not mind."""

_inside = threading.local()


class Twice(TorchFunctionMode):
    """Every convolution of torch inside is `convolve` or its transpose, whatever layer calls it."""

    def __enter__(self) -> Any:
        _inside.depth = getattr(_inside, "depth", 0) + 1
        return super().__enter__()  # type: ignore[no-untyped-call]

    def __exit__(self, *args: Any) -> None:
        _inside.depth -= 1
        super().__exit__(*args)  # type: ignore[no-untyped-call]

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        own = _OWN.get(func) if torch.is_grad_enabled() else None
        found = own(*args, **(kwargs or {})) if own else None
        return func(*args, **(kwargs or {})) if found is None else found


def twice(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """Return a context for a pass whose gradients are differentiated again on `device`."""
    return Twice() if device.type in DEVICES else contextlib.nullcontext()


def again() -> Callable[[], contextlib.AbstractContextManager[Any]]:
    """Return what makes a context like the present one, for a pass that is run once more later."""
    return Twice if getattr(_inside, "depth", 0) else contextlib.nullcontext


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


_OWN: dict[Any, Callable[..., Tensor | None]] = {
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
