"""Images resampled by a map, and their gradients."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradgradcheck
from torch.utils.flop_counter import FlopCounterMode

from gan_engine.layers.warp import places, warp

BEYOND = torch.tensor([[[1.3, -0.5, 0.2], [0.4, 1.6, -0.3]], [[-1.0, 0.0, 0.5], [0.0, 0.7, 0.0]]])
"""Maps that look beyond the border of what they take pixels from."""


def test_that_its_gradient_is_that_of_sampling_beyond_the_border_too() -> None:
    draw = torch.Generator().manual_seed(0)
    x, weight = torch.randn(2, 2, 3, 6, 5, generator=draw)
    x.requires_grad_()
    grid = F.affine_grid(BEYOND, list(x.shape), align_corners=False)
    sampled = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    warped = warp(x, BEYOND)
    assert torch.allclose(warped, sampled, atol=1e-5)
    found, expected = (torch.autograd.grad((y * weight).sum(), x)[0] for y in (warped, sampled))
    assert torch.allclose(found, expected, atol=1e-6)


def test_that_it_can_be_differentiated_twice() -> None:
    x = torch.randn(2, 1, 4, 3, generator=torch.Generator().manual_seed(0)).double()
    assert gradgradcheck(lambda x: warp(x, BEYOND.double()).tanh(), (x.requires_grad_(),))


@pytest.mark.parametrize("size", [(4, 4), (6, 5)])
def test_that_places_are_torchs_without_a_product_that_a_gpu_would_round(
    size: tuple[int, int],
) -> None:
    affine = torch.cat([BEYOND, torch.eye(2, 3)[None]])
    wanted = F.affine_grid(affine, [len(affine), 1, *size], align_corners=False)
    with FlopCounterMode(display=False) as counted:
        found = places(affine, *size)
    assert torch.allclose(found, wanted, atol=1e-6)
    assert counted.get_total_flops() == 0
