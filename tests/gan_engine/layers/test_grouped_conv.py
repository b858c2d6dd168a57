"""Grouped convolution agrees with torch's own, to every order."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from gan_engine.layers.grouped_conv import Geometry, GroupedConv2d, convolve, convolve_transposed

HOW = [Geometry(1, 1, 2), Geometry(2, 1, 4), Geometry(1, 0, 1)]


def pair(how: Geometry) -> tuple[Tensor, Tensor]:
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(2, 4, 5, 6, generator=draw, dtype=torch.double, requires_grad=True)
    w = torch.randn(
        8, 4 // how.groups, 3, 3, generator=draw, dtype=torch.double, requires_grad=True
    )
    return x, w


@pytest.mark.parametrize("how", HOW)
def test_that_it_is_torchs_convolution_up_to_the_second_derivative(how) -> None:
    found = []
    for conv in (
        lambda x, w: convolve(x, w, how),
        lambda x, w: F.conv2d(x, w, None, how.stride, how.padding, 1, how.groups),
    ):
        x, w = pair(how)
        y = conv(x, w)
        first = torch.autograd.grad(y.tanh().sum(), (x, w), create_graph=True)
        second = torch.autograd.grad(sum(g.square().sum() for g in first), (x, w))
        found.append((y, *first, *second))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("how", HOW)
def test_that_its_gradients_are_gradients(how) -> None:
    x, w = pair(how)
    assert gradcheck(lambda x, w: convolve(x, w, how), (x, w))
    assert gradgradcheck(lambda x, w: convolve(x, w, how), (x, w))


@pytest.mark.parametrize("how", HOW)
def test_that_the_transpose_is_one(how) -> None:
    x, w = pair(how)
    y = torch.randn_like(convolve(x, w, how)).requires_grad_()
    back = convolve_transposed(y, w, how, (5, 6))
    assert torch.allclose((back * x).sum(), (convolve(x, w, how) * y).sum())
    assert gradcheck(lambda y, w: convolve_transposed(y, w, how, (5, 6)), (y, w))
    assert gradgradcheck(lambda y, w: convolve_transposed(y, w, how, (5, 6)), (y, w))


def test_that_no_derivative_loops_over_the_groups() -> None:
    layer = GroupedConv2d(32, 32, 3, groups=16)
    x = torch.randn(1, 32, 4, 4, requires_grad=True)
    with torch.profiler.profile() as profile:
        (gradient,) = torch.autograd.grad(layer(x).square().sum(), x, create_graph=True)
        gradient.square().sum().backward()
    calls = sum(
        e.count
        for e in profile.key_averages()
        if e.key in ("aten::convolution", "aten::convolution_backward")
    )
    assert 0 < calls < 10


def test_that_bf16_is_used_where_autocast_asks_for_it() -> None:
    layer = GroupedConv2d(4, 4, 3, groups=2)
    x = torch.randn(1, 4, 4, 4, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        out = layer(x)
    assert out.dtype == torch.bfloat16
    out.float().square().sum().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.dtype == x.grad.dtype == torch.float32
