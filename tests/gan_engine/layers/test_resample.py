"""Resampling without weights."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from gan_engine.layers.resample import AverageDown, NearestUp


def test_that_down_is_the_mean_of_four_in_either_layout() -> None:
    x = torch.randn(2, 3, 6, 8, generator=torch.Generator().manual_seed(0))
    for layout in (torch.contiguous_format, torch.channels_last):
        assert torch.allclose(AverageDown()(x.to(memory_format=layout)), F.avg_pool2d(x, 2))


def test_that_down_undoes_up() -> None:
    x = torch.randn(2, 3, 3, 4, generator=torch.Generator().manual_seed(0))
    assert NearestUp()(x).shape == (2, 3, 6, 8)
    assert torch.allclose(AverageDown()(NearestUp()(x)), x)
