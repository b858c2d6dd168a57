"""Self-attention: it starts as nothing, and lets far places see each other."""

from __future__ import annotations

import torch
from torch import nn

from gan_engine.architectures import DCGAN, ResNet, Tutorial
from gan_engine.imaging import ImageShape
from gan_engine.layers.attention import SelfAttention, with_attention


def test_that_it_starts_as_nothing() -> None:
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(SelfAttention(16)(x), x)


def test_that_it_is_the_papers_formula() -> None:
    torch.manual_seed(0)
    layer, x = SelfAttention(16).double(), torch.randn(1, 16, 4, 6, dtype=torch.float64)
    nn.init.ones_(layer.strength)
    query = torch.einsum("fc,chw->fhw", layer.query.weight[:, :, 0, 0], x[0])
    key, value = (
        torch.einsum("fc,chw->fhw", conv.weight[:, :, 0, 0], x[0]).unfold(1, 2, 2).unfold(2, 2, 2)
        for conv in (layer.key, layer.value)
    )
    key, value = key.amax((3, 4)).flatten(1), value.amax((3, 4)).flatten(1)
    shares = (query[:, 1, 2] @ key / 2**0.5).softmax(0)
    found = layer.out.weight[:, :, 0, 0] @ (value @ shares)
    assert torch.allclose(layer(x)[0, :, 1, 2], x[0, :, 1, 2] + found)


def test_that_a_place_sees_the_whole_map() -> None:
    layer, x = SelfAttention(8), torch.randn(1, 8, 8, 8, requires_grad=True)
    nn.init.ones_(layer.strength)
    (gradient,) = torch.autograd.grad(layer(x)[0, 0, 0, 0], x)
    assert gradient[0, :, 4:, 4:].abs().sum() > 0


def test_that_it_stands_behind_the_map_of_the_chosen_size() -> None:
    blocks = [nn.Identity() for _ in range(3)]
    placed = [type(m).__name__ for m in with_attention(blocks, (4, 4, 4), (8, 20, 40), 16)]
    assert placed == ["Identity", "Identity", "SelfAttention", "Identity"]
    assert len(list(with_attention(blocks, (4, 4, 4), (8, 20, 40), 0))) == 3


def test_that_both_networks_attend_once_where_there_is_such_a_map() -> None:
    shape = ImageShape(64, 64, 3)
    for kind in (DCGAN, ResNet, Tutorial):
        architecture, sides = kind(attention=32), list[int]()
        with torch.device("meta"):
            networks = (architecture.generator(shape), architecture.discriminator(shape))
            for network in networks:
                layers = [m for m in network.modules() if isinstance(m, SelfAttention)]
                assert len(layers) == 1
                layers[0].register_forward_hook(
                    lambda _m, _i, out, to=sides: to.append(out.shape[2])
                )
            g, d = networks
            d(g(torch.empty(2, architecture.z_dim)))
        assert sides == [32, 32]
        assert not list(architecture.objections(shape))
        (problem,) = architecture.objections(ImageShape(32, 32, 3))
        assert problem.severity == "warning"
