"""FastGAN's recipe: excitations, two scales, and what D learns from reals."""

from __future__ import annotations

import torch

from gan_engine.architectures import FastGAN
from gan_engine.architectures.fastgan import quarters
from gan_engine.imaging import ImageShape
from gan_engine.layers.skip_excite import SkipExcite


def test_that_its_widths_are_the_recipes() -> None:
    shape = ImageShape(256, 256, 3)
    assert FastGAN().widths(shape) == [512, 512, 512, 256, 128, 64, 32]
    with torch.device("meta"):
        d = FastGAN().discriminator(shape)
        assert [down.conv_2.out_channels for down in d.down] == [64, 128, 256, 512, 512]
        assert [down.conv_2.out_channels for down in d.whole.down] == [128, 256, 512, 512]
        redrawn = d.decoders[0](torch.empty(1, 512, 8, 8)), d.decoders[1](torch.empty(1, 512, 8, 8))
    assert [image.shape for image in redrawn] == [(1, 3, 128, 128)] * 2


def test_that_a_block_of_d_is_the_mean_of_its_two_ways() -> None:
    torch.manual_seed(0)
    block, x = FastGAN(width=4).discriminator(ImageShape(32, 32, 3)).eval().down[0], torch.rand(4)
    x = x[:, None, None, None].expand(-1, block.conv_1.in_channels, 16, 16)
    inner = block.activation_1(block.norm_1(block.conv_1(x)))
    inner = block.activation_2(block.norm_2(block.conv_2(inner)))
    assert torch.allclose(block(x), (inner + block.shortcut(x)) / 2)


def test_that_maps_four_doublings_apart_are_tied() -> None:
    with torch.device("meta"):
        for side, ties in ((32, 0), (64, 1), (128, 2), (256, 3)):
            assert len(FastGAN().generator(ImageShape(side, side, 3)).excite) == ties


def test_that_an_excitation_only_weighs_channels() -> None:
    torch.manual_seed(0)
    large = torch.randn(2, 6, 32, 32)
    weighed = SkipExcite(3, 6)(torch.randn(2, 3, 4, 4), large)
    shares = (weighed / large).flatten(2)
    assert torch.allclose(shares, shares[:, :, :1].expand_as(shares), atol=1e-4)
    assert ((shares > 0) & (shares < 1)).all()


def test_that_both_scales_have_as_much_say() -> None:
    torch.manual_seed(0)
    d = FastGAN(width=4).discriminator(ImageShape(64, 64, 3)).eval()
    x = torch.randn(2, 3, 64, 64)
    logits = d(x)
    assert logits.shape == (2, 1, 10, 5)
    # A checkerboard of single pixels is gone at half the size: only the details see it.
    board = (torch.arange(64)[:, None] + torch.arange(64)) % 2 * 2.0 - 1
    moved = d(x + board) - logits
    assert moved[:, :, :5].abs().max() > 1e-4
    assert moved[:, :, 5:].abs().max() < 1e-4


def test_that_each_image_is_cut_to_its_own_quarter() -> None:
    rows = torch.arange(16.0).reshape(1, 1, 4, 4).repeat(4, 1, 1, 1)
    cut = quarters(rows, torch.arange(4))
    assert cut[:, 0, 0, 0].tolist() == [0, 2, 8, 10]
    assert torch.equal(cut[3, 0], rows[3, 0, 2:, 2:])


def test_that_a_d_that_redraws_better_pays_less() -> None:
    torch.manual_seed(0)
    d = FastGAN(width=8).discriminator(ImageShape(32, 32, 3))
    images = torch.rand(4, 3, 1, 1).expand(-1, -1, 32, 32) * 2 - 1
    optimizer = torch.optim.Adam(d.parameters(), 2e-3)
    paid = []
    for _ in range(60):
        optimizer.zero_grad()
        _, lesson = d.lesson(images, None, torch.Generator().manual_seed(0))
        lesson.backward()
        optimizer.step()
        paid.append(lesson.item())
    assert paid[-1] < 0.5 * paid[0]


def test_that_reconstruction_counts_as_much_as_is_set() -> None:
    images, paid = torch.rand(4, 3, 32, 32), []
    for weight in (1.0, 3.0, 0.0):
        torch.manual_seed(0)
        d = FastGAN(width=4, reconstruction=weight).discriminator(ImageShape(32, 32, 3))
        paid.append(d.lesson(images, None, torch.Generator().manual_seed(0))[1].item())
    assert torch.allclose(torch.tensor(paid[1:]), torch.tensor([3 * paid[0], 0.0]))
