"""Smooth resampling."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradgradcheck

from gan_engine.layers.fir import FirDown, FirUp

FILTERS = [(1, 1), (1, 2, 1), (1, 3, 3, 1)]


@pytest.mark.parametrize("taps", FILTERS)
def test_that_a_flat_image_stays_flat_away_from_its_edge(taps) -> None:
    flat = torch.ones(1, 2, 8, 8)
    for layer, size in ((FirUp(taps), 16), (FirDown(taps), 4)):
        out = layer(flat)
        assert out.shape == (1, 2, size, size)
        assert torch.allclose(out[..., 1:-1, 1:-1], torch.ones(()))


@pytest.mark.parametrize("taps", FILTERS)
def test_that_up_is_four_times_the_transpose_of_down(taps) -> None:
    draw = torch.Generator().manual_seed(0)
    small, large = torch.randn(1, 3, 3, 4, generator=draw), torch.randn(1, 3, 6, 8, generator=draw)
    assert torch.allclose(
        (FirUp(taps)(small) * large).sum(), 4 * (FirDown(taps)(large) * small).sum(), atol=1e-5
    )


def test_that_four_taps_are_bilinear_interpolation() -> None:
    x = torch.randn(1, 1, 6, 6, generator=torch.Generator().manual_seed(0))
    expected = F.interpolate(x, scale_factor=2.0, mode="bilinear")
    assert torch.allclose(
        FirUp((1, 3, 3, 1))(x)[..., 1:-1, 1:-1], expected[..., 1:-1, 1:-1], atol=1e-6
    )


def test_that_both_can_be_differentiated_twice() -> None:
    x = torch.randn(1, 2, 4, 4, dtype=torch.double, requires_grad=True)
    for layer in (FirUp((1, 2, 1)), FirDown((1, 2, 1))):
        assert gradgradcheck(lambda x, layer=layer: layer(x).tanh(), (x,))
