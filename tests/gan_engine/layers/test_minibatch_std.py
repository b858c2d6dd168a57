"""Minibatch standard deviation."""

from __future__ import annotations

import pytest
import torch

from gan_engine.layers.minibatch_std import MinibatchStd


def test_that_equal_images_show_no_variety() -> None:
    x = torch.ones(4, 3, 2, 2)
    out = MinibatchStd()(x)
    assert out.shape == (4, 4, 2, 2)
    assert torch.equal(out[:, :3], x)
    assert out[:, 3].abs().max() < 1e-3


def test_that_it_is_the_mean_deviation_of_a_group() -> None:
    x = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    expected = x.std(0, unbiased=False).mean()
    assert torch.allclose(MinibatchStd()(x)[:, 3], expected, atol=1e-5)


def test_that_an_image_is_told_of_the_four_of_its_own_group() -> None:
    x = torch.randn(8, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    x[::2] = x[0]  # every second image is the same: one group of four
    told = MinibatchStd()(x)[:, 3, 0, 0]
    assert told[::2].abs().max() < 1e-3
    others = x[1::2].std(0, unbiased=False).mean()
    assert torch.allclose(told[1::2], others, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 6, 8])
def test_that_any_batch_can_be_grouped(count) -> None:
    x = torch.randn(count, 2, 3, 3, requires_grad=True)
    out = MinibatchStd()(x)
    out.sum().backward()
    assert out.shape == (count, 3, 3, 3)
    assert torch.isfinite(x.grad).all()
