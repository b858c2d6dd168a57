"""Resamples images by an affine map, differentiable twice with respect to the images."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class _Sample(torch.autograd.Function):
    """Bilinear sampling at fixed places. It is linear in the image, so its derivative is its adjoint."""

    @staticmethod
    def forward(ctx: Any, images_NCHW: Tensor, grid_NHW2: Tensor) -> Tensor:
        ctx.save_for_backward(grid_NHW2)
        ctx.shape = images_NCHW.shape
        return F.grid_sample(
            images_NCHW, grid_NHW2, mode="bilinear", padding_mode="reflection", align_corners=False
        )

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (grid_NHW2,) = ctx.saved_tensors
        adjoint: Tensor = _Adjoint.apply(gradients[0], grid_NHW2, ctx.shape)  # type: ignore[no-untyped-call]
        return adjoint, None


class _Adjoint(torch.autograd.Function):
    """Spreads gradients back to where `_Sample` picked; its derivative is `_Sample` again."""

    @staticmethod
    def forward(ctx: Any, gradient_NCHW: Tensor, grid_NHW2: Tensor, shape: torch.Size) -> Tensor:
        ctx.save_for_backward(grid_NHW2)
        zeros = torch.zeros(shape, dtype=gradient_NCHW.dtype, device=gradient_NCHW.device)
        spread: Tensor = torch.ops.aten.grid_sampler_2d_backward(
            gradient_NCHW.contiguous(), zeros, grid_NHW2, 0, 2, False, (True, False)
        )[0]
        return spread

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (grid_NHW2,) = ctx.saved_tensors
        picked: Tensor = _Sample.apply(gradients[0], grid_NHW2)  # type: ignore[no-untyped-call]
        return picked, None, None


def warp(images_NCHW: Tensor, affine_N23: Tensor) -> Tensor:
    """Return images whose pixel at (x, y) comes from `affine` (x, y, 1); sides run from -1 to 1.

    Pixels beyond the border are mirrored ones. Gradients reach the images, not the map.
    """
    grid = places(affine_N23, images_NCHW.shape[2], images_NCHW.shape[3])
    out: Tensor = _Sample.apply(images_NCHW, grid)  # type: ignore[no-untyped-call]
    return out


def places(affine_N23: Tensor, height: int, width: int) -> Tensor:
    """Return where each pixel comes from: (N, H, W, 2), x then y.

    As sums: a GPU rounds the products of matrices to 11 bits, which at 512 pixels is a tenth of one.
    """
    x, y = (
        (2 * torch.arange(side, device=affine_N23.device, dtype=affine_N23.dtype) + 1) / side - 1
        for side in (width, height)
    )
    by_x, by_y, offset = affine_N23[:, None, None].unbind(-1)
    return by_x * x[:, None] + by_y * y[:, None, None] + offset
