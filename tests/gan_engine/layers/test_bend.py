"""A leaky ReLU's gradients are torch's, of any order, and nothing is computed where they are zero."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from gan_engine.architectures import ARCHITECTURES
from gan_engine.imaging import ImageShape
from gan_engine.layers.bend import bend
from gan_engine.layers.twice import Twice


class Convolutions(TorchDispatchMode):
    """Notes what convolutions were given: how many of nothing but zeros, how many for a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.all = self.of_zeros = self.by_weight = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func in (
            torch.ops.aten.convolution.default,
            torch.ops.aten.convolution_backward.default,
        ):
            self.all += 1
            self.of_zeros += not args[0].any()
            self.by_weight += func is torch.ops.aten.convolution_backward.default and args[-1][1]
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_that_both_derivatives_are_torchs_bit_for_bit(slope: float) -> None:
    random = torch.Generator().manual_seed(0)
    x, weight = torch.randn(64, generator=random), torch.randn(64, generator=random)
    x[:3] = torch.tensor([0.0, -0.0, 1e-45])
    found = []
    for bent in (lambda x: bend(x, slope), lambda x: F.leaky_relu(x, slope)):
        x, weight = (t.detach().clone().requires_grad_() for t in (x, weight))
        y = bent(x * weight)
        (first,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
        first.square().sum().backward()
        found.append((y, first, x.grad, weight.grad))
    for ours, theirs in zip(*found, strict=True):
        assert torch.equal(ours, theirs)


def d_of_straight_lines(kind: str) -> nn.Module:
    (part,) = (part for part in ARCHITECTURES if part.key() == kind)
    torch.manual_seed(0)
    d = part(width=16, z_dim=8, d_norm="none") if kind == "dcgan" else part(width=16, z_dim=8)
    network = d.discriminator(ImageShape(32, 32, 3)).train()
    for weight in network.parameters():  # R3's begin at zero here and there
        nn.init.normal_(weight, 0.0, 0.1)
    return network


def gradients_of_a_slope(d: nn.Module, images: Tensor, seen: Convolutions) -> list[Tensor]:
    """Return R1's gradients, beside those that D has of its loss."""
    d(images).sum().backward()
    with Twice():
        total = d(images.requires_grad_()).sum()
    with seen:
        (gradient,) = torch.autograd.grad(total, images, create_graph=True)
    first = seen.by_weight
    with seen:
        gradient.square().sum().backward()
    seen.by_weight = first
    return [p.grad for p in d.parameters() if p.grad is not None]


@pytest.mark.parametrize("kind", ["r3", "resnet", "dcgan"])
def test_that_where_d_is_all_straight_lines_no_convolution_is_of_zeros(kind: str) -> None:
    seen = Convolutions()
    images = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert gradients_of_a_slope(d_of_straight_lines(kind), images, seen)
    assert seen.all
    assert not seen.of_zeros
    assert not seen.by_weight  # the first derivative is one by images


def test_that_the_check_would_notice_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gan_engine.layers.twice.bend", F.leaky_relu)
    seen = Convolutions()
    gradients_of_a_slope(d_of_straight_lines("r3"), torch.randn(2, 3, 32, 32), seen)
    assert seen.of_zeros


def test_that_a_layer_on_its_own_still_gives_the_gradients_of_weights_twice() -> None:
    d = d_of_straight_lines("r3")
    total = d(torch.randn(2, 3, 32, 32)).sum()
    wanted = [p for p in d.parameters() if p.ndim == 4]
    assert all(g is not None for g in torch.autograd.grad(total, wanted, create_graph=True))
