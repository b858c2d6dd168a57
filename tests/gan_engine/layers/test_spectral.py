"""Spectral norm divides by the largest singular value."""

from __future__ import annotations

import torch

from gan_engine.layers.spectral import (
    SpectralConv2d,
    SpectralConvTranspose2d,
    SpectralLinear,
    unit_weight,
)


def test_that_the_norm_becomes_one() -> None:
    torch.manual_seed(0)
    layer = SpectralConv2d(3, 5, 3)
    for _ in range(100):
        layer(torch.randn(1, 3, 4, 4))
    weight = unit_weight(layer.weight, layer.u, moves=False)
    assert abs(torch.linalg.matrix_norm(weight.flatten(1), 2).item() - 1) < 1e-5


def test_that_a_transposed_convolution_counts_its_outputs_as_rows() -> None:
    torch.manual_seed(0)
    layer = SpectralConvTranspose2d(3, 5, 4, 2, 1)
    for _ in range(100):
        made = layer(torch.randn(1, 3, 4, 4))
    assert made.shape == (1, 5, 8, 8)
    rows = layer.weight.detach().transpose(0, 1).flatten(1)
    x = torch.randn(1, 3, 4, 4)
    largest = torch.linalg.matrix_norm(rows, 2)
    expected = torch.nn.functional.conv_transpose2d(
        x, layer.weight / largest, layer.bias, stride=2, padding=1
    )
    assert torch.allclose(layer.eval()(x), expected, atol=1e-5)


def test_that_its_gradient_is_the_papers() -> None:
    torch.manual_seed(0)
    weight, u = torch.randn(4, 6, dtype=torch.double, requires_grad=True), torch.randn(4).double()
    for _ in range(500):
        unit_weight(weight, u, moves=True)
    direction = torch.randn(4, 6, dtype=torch.double)
    (unit_weight(weight, u, moves=False) * direction).sum().backward()
    left, values, right = torch.linalg.svd(weight.detach())
    outer, sigma = left[:, :1] @ right[:1], values[0]
    # Equation 11 of arXiv:1802.05957.
    expected = (direction - (direction * weight.detach() / sigma).sum() * outer) / sigma
    assert torch.allclose(weight.grad, expected, atol=1e-8)


def test_that_only_training_moves_the_estimate() -> None:
    torch.manual_seed(0)
    layer = SpectralLinear(4, 3)
    before = layer.u.clone()
    layer.eval()(torch.randn(2, 4))
    assert torch.equal(layer.u, before)
    layer.train()(torch.randn(2, 4))
    assert not torch.equal(layer.u, before)


def test_that_two_calls_can_be_learned_from_together() -> None:
    torch.manual_seed(0)
    layer = SpectralLinear(4, 1)
    (layer(torch.randn(2, 4)).sum() - layer(torch.randn(2, 4)).sum()).backward()
    assert torch.isfinite(layer.weight.grad).all()
    assert "u" in layer.state_dict()


def test_that_bf16_does_not_round_the_norm() -> None:
    torch.manual_seed(0)
    layer = SpectralLinear(64, 64).eval()
    exact = unit_weight(layer.weight, layer.u, moves=False)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(unit_weight(layer.weight, layer.u, moves=False), exact)
