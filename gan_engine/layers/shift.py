"""Moves each image of a batch by its own whole number of pixels; what comes in is grey, or nothing."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def shift(images_NCHW: Tensor, down_N: Tensor, right_N: Tensor, most: int) -> Tensor:
    """Return every image moved `down_N` and `right_N` pixels, each between -most and most.

    Differentiable as often as one likes: it only picks pixels. What comes in has the value 0; of
    four channels the last is opacity, and what comes in is transparent: -1.
    """
    if images_NCHW.shape[1] == 4:
        opacity = shift(images_NCHW[:, 3:] + 1, down_N, right_N, most) - 1
        return torch.cat([shift(images_NCHW[:, :3], down_N, right_N, most), opacity], 1)
    count, channels, height, width = images_NCHW.shape
    padded = F.pad(images_NCHW, (most, most, most, most))
    rows_NH = torch.arange(height, device=down_N.device) + most - down_N[:, None]
    columns_NW = torch.arange(width, device=down_N.device) + most - right_N[:, None]
    by_row = rows_NH[:, None, :, None].expand(count, channels, height, padded.shape[3])
    by_column = columns_NW[:, None, None, :].expand(count, channels, height, width)
    return padded.gather(2, by_row).gather(3, by_column)
