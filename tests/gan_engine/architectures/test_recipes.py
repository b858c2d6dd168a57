"""The papers' networks, weight for weight."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gan_engine.architectures import DCGAN, Pix2Pix, ResNet, Tutorial
from gan_engine.imaging import ImageShape
from gan_engine.layers.resample import UP_NAMES
from gan_engine.layers.residual import DownBlock

PIXELS_64 = ImageShape(64, 64, 3)


def count(network: nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def test_that_dcgan_at_64_is_the_papers() -> None:
    g, d = DCGAN().generator(PIXELS_64), DCGAN().discriminator(PIXELS_64)
    # The totals of the well-known example: every convolution without bias.
    assert (count(g), count(d)) == (3_576_704, 2_765_568)
    convs = [m for m in g.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert [conv.out_channels for conv in convs] == [256, 128, 64, 3]
    assert sum(isinstance(m, nn.BatchNorm2d) for m in d.modules()) == 3
    assert d.down[0].norm is None
    assert d.down[0].activation(torch.tensor(-1.0)) == -torch.tensor(0.2)


def test_that_dcgan_draws_its_weights_as_the_paper_does() -> None:
    torch.manual_seed(0)
    g = DCGAN().generator(PIXELS_64)
    conv, norm = g.up[0].conv.weight, g.start.norm.weight
    assert abs(conv.std().item() - 0.02) < 1e-3
    assert abs(conv.mean().item()) < 1e-3
    assert abs(norm.mean().item() - 1) < 5e-3
    assert abs(norm.std().item() - 0.02) < 5e-3


def test_that_resnet_at_64_has_the_recipes_widths() -> None:
    g, d = ResNet().generator(PIXELS_64), ResNet().discriminator(PIXELS_64)
    assert g.start.shape == (1024, 4, 4)
    assert [block.conv_2.out_channels for block in g.up] == [512, 256, 128, 64]
    assert [block.conv_2.out_channels for block in d.down] == [64, 128, 256, 512, 1024]
    assert d.head.logit.in_features == 1024


def test_that_resnets_d_sees_the_dark_half_of_an_image_too() -> None:
    """No ReLU before its first convolution, one before every other."""
    d = ResNet().discriminator(PIXELS_64)
    assert d.down[0].activation_1 is None
    assert all(block.activation_1 is not None for block in list(d.down)[1:])
    torch.manual_seed(0)
    block = DownBlock(3, 4, halves=True, opens=True, spectral=False)
    dark = -torch.rand(1, 3, 8, 8)
    assert not torch.allclose(block(dark), block(2 * dark))
    behind = DownBlock(3, 4, halves=True, opens=False, spectral=False)
    torch.nn.init.zeros_(behind.shortcut.weight)
    assert torch.equal(behind(dark), behind(2 * dark))


def test_that_resnet_draws_its_weights_as_glorot_does_stronger_before_a_relu() -> None:
    torch.manual_seed(0)
    g, d = ResNet().generator(PIXELS_64), ResNet().discriminator(PIXELS_64)
    for block in (g.up[0], d.down[3]):
        for conv, gain in ((block.conv_1, 2**0.5), (block.conv_2, 2**0.5), (block.shortcut, 1.0)):
            out, fan_in, side, _ = conv.weight.shape
            expected = gain * (2 / ((fan_in + out) * side**2)) ** 0.5
            assert conv.weight.std().item() == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("up", UP_NAMES)
@pytest.mark.parametrize("kind", [DCGAN, Tutorial])
def test_that_a_g_without_norms_keeps_the_size_of_its_signals(kind, up: str) -> None:
    torch.manual_seed(0)
    g = kind(width=16, g_norm="none", up=up).generator(PIXELS_64)
    maps = g.up(g.start(torch.randn(16, 100)))
    assert 0.6 < maps.square().mean().sqrt().item() < 1.5


def test_that_pix2pix_leaves_out_some_of_its_three_innermost_maps() -> None:
    with torch.device("meta"):
        assert len(Pix2Pix().generator(ImageShape(256, 256, 3)).dropout) == 3
        assert len(Pix2Pix(dropout=0.0).generator(ImageShape(256, 256, 3)).dropout) == 0


@pytest.mark.parametrize("patch", [16, 34, 70, 142])
def test_that_a_logit_of_pix2pixs_d_sees_a_square_of_the_size_that_is_set(patch: int) -> None:
    torch.manual_seed(0)
    d = Pix2Pix(width=4, d_norm="none", patch=patch).discriminator(ImageShape(256, 256, 1))
    image = torch.randn(1, 1, 256, 256, requires_grad=True)
    logits = d(image, torch.randn(1, 1, 256, 256))
    middle = logits.shape[2] // 2
    (seen,) = torch.autograd.grad(logits[0, 0, middle, middle], image)
    rows, columns = seen[0, 0].nonzero(as_tuple=True)
    assert rows.max() - rows.min() + 1 == patch
    assert columns.max() - columns.min() + 1 == patch


def test_that_pix2pixs_networks_are_the_papers() -> None:
    torch.manual_seed(0)
    shape = ImageShape(256, 256, 3)
    g, d = Pix2Pix().generator(shape), Pix2Pix().discriminator(shape)
    assert [down.conv.out_channels for down in g.down] == [64, 128, 256, *[512] * 5]
    assert [up.conv.out_channels for up in g.up] == [*[512] * 4, 256, 128, 64]
    # Nothing bends the picture that is given, and no norm sees pixels themselves.
    assert [down.activation is None for down in g.down] == [True, *[False] * 7]
    assert [judge.norm is None for judge in d.convolve] == [True, False, False, False]
    scale = torch.cat([up.norm.weight for up in g.up])
    assert abs(scale.mean().item() - 1) < 2e-3
    assert abs(scale.std().item() - 0.02) < 2e-3


def test_that_pix2pixs_d_judges_both_pictures_of_a_pair() -> None:
    torch.manual_seed(0)
    d = Pix2Pix(width=4).discriminator(ImageShape(32, 32, 3))
    image, source = torch.randn(2, 1, 3, 32, 32)
    logits = d(image, source)
    assert not torch.allclose(d(image, -source), logits)
    assert not torch.allclose(d(-image, source), logits)
    assert not torch.allclose(d(source, image), logits)


def test_that_the_tutorial_keeps_its_widths_and_upsamples() -> None:
    shape = ImageShape(256, 256, 3)
    g, d = Tutorial().generator(shape), Tutorial().discriminator(ImageShape(32, 32, 3))
    assert g.start.shape == (256, 4, 4)
    assert [block.conv.out_channels for block in g.up] == [128, 128, 128, 128, 64, 32]
    assert [layer.conv.out_channels for layer in d.convolve] == [64, 64, 128, 128]
    assert [layer.conv.stride[0] for layer in d.convolve] == [2, 2, 1, 1]
    assert d.head.hidden.out_features == 256


def test_that_the_tutorials_signals_neither_vanish_nor_explode() -> None:
    torch.manual_seed(0)
    g, d = Tutorial().generator(PIXELS_64), Tutorial().discriminator(PIXELS_64)
    image = g(torch.randn(16, 100))
    assert 0.1 < image.std().item() < 0.95
    assert 0.05 < d(image).std().item() < 10
