"""Doubling and halving."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from gan_engine.layers.resample import (
    DOWN_NAMES,
    UP_NAMES,
    AverageDown,
    BilinearUp,
    NearestUp,
    draw_transposed,
    make_doubling,
    make_halving,
)


def test_that_down_is_the_mean_of_four_in_either_layout() -> None:
    x = torch.randn(2, 3, 6, 8, generator=torch.Generator().manual_seed(0))
    for layout in (torch.contiguous_format, torch.channels_last):
        assert torch.allclose(AverageDown()(x.to(memory_format=layout)), F.avg_pool2d(x, 2))


def test_that_down_undoes_up() -> None:
    x = torch.randn(2, 3, 3, 4, generator=torch.Generator().manual_seed(0))
    assert NearestUp()(x).shape == (2, 3, 6, 8)
    assert torch.allclose(AverageDown()(NearestUp()(x)), x)


def test_that_bilinear_keeps_slopes_straight() -> None:
    x = torch.arange(6.0).expand(1, 1, 4, 6)
    steps = BilinearUp()(x)[0, 0, 0, 1:-1].diff()
    assert torch.allclose(steps, torch.full_like(steps, 0.5))


@pytest.mark.parametrize("kind", UP_NAMES)
def test_that_every_doubling_doubles(kind) -> None:
    before, conv, after = make_doubling(kind, 5, 3)
    x = torch.randn(2, 5, 4, 6)
    x = conv(x if before is None else before(x))
    assert (x if after is None else after(x)).shape == (2, 3, 8, 12)


@pytest.mark.parametrize("kind", [kind for kind in DOWN_NAMES if kind != "strided"])
def test_that_every_halving_halves_and_keeps_a_flat_map(kind) -> None:
    halve = make_halving(kind)
    assert halve is not None
    inner = halve(torch.full((1, 2, 8, 8), 3.0))[:, :, 1:-1, 1:-1]
    assert torch.allclose(inner, torch.full((1, 2, 2, 2), 3.0))


def test_that_a_drawn_transposed_convolution_keeps_a_signals_size() -> None:
    torch.manual_seed(0)
    _, conv, _ = make_doubling("transposed", 64, 64)
    draw_transposed(conv, 1.0)
    out = conv(torch.randn(4, 64, 16, 16))[:, :, 2:-2, 2:-2]
    assert 0.9 < out.std().item() < 1.1
