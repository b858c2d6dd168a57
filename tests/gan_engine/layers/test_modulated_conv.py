"""Modulated convolution scales what the paper scales."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from gan_engine.layers.fir import FirUp
from gan_engine.layers.modulated_conv import ModulatedConv2d


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def test_that_it_is_a_convolution_with_each_images_own_weight() -> None:
    layer, x, style = ModulatedConv2d(6, 5, 3, z_dim=4), torch.randn(3, 6, 8, 8), torch.randn(3, 4)
    scales = layer.style(style)
    for i, image in enumerate(x):
        weight = layer.weight * layer.scale * scales[i][None, :, None, None]
        # Equations 1 and 3 of arXiv:1912.04958.
        weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        expected = F.conv2d(image[None], weight, padding=1)
        assert torch.allclose(layer(x, style)[i : i + 1], expected, atol=1e-5)


def test_that_a_style_of_nothing_leaves_channels_as_they_are() -> None:
    layer, x = ModulatedConv2d(6, 5, 3, z_dim=4, demodulated=False), torch.randn(3, 6, 8, 8)
    plain = F.conv2d(x, layer.weight * layer.scale, padding=1)
    assert torch.allclose(layer(x, torch.zeros(3, 4)), plain, atol=1e-5)


def test_that_pixels_keep_their_strength_without_demodulation() -> None:
    layer = ModulatedConv2d(6, 3, 1, z_dim=4, demodulated=False)
    x, style = torch.randn(2, 6, 4, 4), torch.randn(2, 4)
    louder = layer(2 * x, style)
    assert torch.allclose(louder, 2 * layer(x, style), atol=1e-5)


@pytest.mark.parametrize("taps", [(1, 1), (1, 3, 3, 1)])
def test_that_doubling_is_smoothing_and_then_the_convolution(taps) -> None:
    layer = ModulatedConv2d(3, 4, 3, z_dim=2, demodulated=False, taps=taps)
    x, style = torch.randn(2, 3, 6, 6), torch.randn(2, 2)
    scaled = x * layer.style(style)[:, :, None, None]
    expected = F.conv2d(FirUp(taps)(scaled), layer.weight * layer.scale, padding=1)
    found = layer(x, style)
    assert found.shape == (2, 4, 12, 12)
    assert torch.allclose(found[..., 2:-2, 2:-2], expected[..., 2:-2, 2:-2], atol=1e-5)
    if taps == (1, 1):
        assert torch.allclose(found, expected, atol=1e-5)


def test_that_outputs_have_size_one_whatever_the_style() -> None:
    layer = ModulatedConv2d(64, 32, 3, z_dim=4)
    out = layer(torch.randn(4, 64, 16, 16), 50 * torch.randn(4, 4))
    assert 0.8 < out.std().item() < 1.2
