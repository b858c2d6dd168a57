"""Equalized layers keep the size of signals and halve through a folded filter."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from gan_engine.layers.equalized import EqualConv2d, EqualLinear, GainedLeakyReLU
from gan_engine.layers.fir import FirDown


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def test_that_signals_keep_their_size() -> None:
    x = torch.randn(64, 256)
    assert 0.9 < EqualLinear(256, 256)(x).std().item() < 1.1
    assert 0.8 < EqualConv2d(64, 64, 3)(torch.randn(2, 64, 16, 16)).std().item() < 1.2
    assert 0.9 < GainedLeakyReLU()(x).square().mean().sqrt().item() < 1.1


def test_that_a_slow_layer_starts_like_a_fast_one_and_moves_less() -> None:
    slow, x = EqualLinear(32, 16, pace=0.01, bias=1.0), torch.randn(8, 32)
    before = slow(x)
    assert abs(before.mean().item() - 1) < 0.3
    with torch.no_grad():
        slow.bias += 1
    assert torch.allclose(slow(x) - before, torch.full((8, 16), 0.01), atol=1e-5)


@pytest.mark.parametrize("taps", [(1, 1), (1, 3, 3, 1)])
def test_that_halving_is_the_convolution_and_the_filter(taps) -> None:
    layer, x = EqualConv2d(3, 4, 3, taps=taps), torch.randn(2, 3, 12, 12)
    expected = FirDown(taps)(F.conv2d(x, layer.weight * layer.scale, padding=1))
    found = layer(x)
    assert found.shape == (2, 4, 6, 6)
    assert torch.allclose(found[..., 1:-1, 1:-1], expected[..., 1:-1, 1:-1], atol=1e-5)
    if taps == (1, 1):
        assert torch.allclose(found, expected, atol=1e-5)
