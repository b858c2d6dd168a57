"""R3's sizes and its beginning."""

from __future__ import annotations

import pytest
import torch

from gan_engine.architectures import R3
from gan_engine.architectures.r3 import Block, Judge
from gan_engine.imaging import ImageShape

PIXELS_64 = ImageShape(64, 64, 3)


def test_that_its_widths_are_the_published_ones() -> None:
    assert R3(width=768, full_width_to=32).widths(PIXELS_64) == [768, 768, 768, 768, 384]
    assert R3().widths(PIXELS_64) == [192, 192, 192, 96, 64]


def test_that_the_studios_size_is_about_a_million_and_a_half_each() -> None:
    with torch.device("meta"):
        for network in (R3().generator(PIXELS_64), R3().discriminator(PIXELS_64)):
            assert 1.4e6 < sum(weight.numel() for weight in network.parameters()) < 1.6e6


def test_that_weights_are_smaller_the_more_blocks_there_are() -> None:
    """sqrt(2 / 1.04) L^(-1/4) over the root of what a weight sums up, L blocks in all."""
    for blocks in (1, 4):
        torch.manual_seed(0)
        g = R3(width=128, blocks=blocks).generator(ImageShape(16, 16, 3))
        gain = (2 / 1.04) ** 0.5 * (3 * blocks) ** -0.25
        for layer in (g.first.block_1.expand, g.first.block_1.mix):
            fan_in = layer.weight[0].numel()
            assert layer.weight.std().item() == pytest.approx(gain / fan_in**0.5, rel=0.01)


def test_that_maps_are_doubled_and_halved_by_the_papers_filter() -> None:
    shape, filter = ImageShape(16, 16, 3), torch.tensor([1.0, 2.0, 1.0])
    g, d = R3(width=16).generator(shape), R3(width=16).discriminator(shape)
    assert torch.equal(g.up[0].resample.taps, filter * filter[:, None] / 4)
    assert torch.equal(d.down[0].resample.taps, filter * filter[:, None] / 16)


def test_that_a_logit_starts_at_the_size_of_what_it_is_made_from() -> None:
    torch.manual_seed(0)
    judge = Judge(64, 4, 6)
    assert 0.6 < judge(torch.randn(500, 64, 4, 6)).std().item() < 1.5


def test_that_a_block_adds_nothing_at_first() -> None:
    torch.manual_seed(0)
    block, x = Block(16, 1.0), torch.randn(2, 16, 4, 4)
    assert torch.equal(block(x), x)


def test_that_convolutions_mix_sixteen_channels() -> None:
    block = Block(48, 1.0)
    assert block.mix.how.groups == 6
    assert block.mix.weight.shape == (96, 16, 3, 3)


def test_that_nothing_is_normalised() -> None:
    names = {type(module).__name__ for module in R3(width=16).discriminator(PIXELS_64).modules()}
    assert not any("Norm" in name or "Spectral" in name for name in names)


def test_that_images_start_at_a_size_that_can_be_shown() -> None:
    torch.manual_seed(0)
    image = R3(width=48).generator(PIXELS_64)(torch.randn(16, 64))
    assert 0.2 < image.std().item() < 3
