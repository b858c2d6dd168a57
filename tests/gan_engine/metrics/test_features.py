"""The random network is the same one for everybody, and a fair view of images."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gan_engine.metrics.features import WIDTHS, embed, rgb
from tests.gan_engine.metrics.conftest import dice

WRITTEN = [-0.5143, -0.5718, -0.4277, 0.6464, 0.1843, -0.7102, -0.7457, 1.14]


def test_that_its_features_are_the_same_everywhere() -> None:
    """Numbers of two runs, on two machines, can be compared: these were written down once."""
    ramp = torch.linspace(-1, 1, 48)
    waves = torch.stack([torch.outer(torch.sin(k * ramp), torch.cos(5 * ramp)) for k in (3, 7, 15)])
    found = embed(waves[None])
    assert found.shape == (1, 2 * sum(WIDTHS))
    assert found[0, ::60].tolist() == pytest.approx(WRITTEN, abs=2e-3)


def test_that_an_image_does_not_depend_on_its_neighbours(pictures: Tensor) -> None:
    many = embed(pictures[:70])
    assert torch.allclose(many[66:], embed(pictures[66:70]), atol=1e-5)


def test_that_8_bits_and_floats_are_seen_alike(pictures: Tensor) -> None:
    levels = ((pictures[:4] + 1) * 127.5).round().byte()
    assert torch.allclose(embed(levels), embed(pictures[:4]), atol=1e-4)


def test_that_features_are_standard_on_pictures_that_nobody_took() -> None:
    smooth = torch.rand(64, 3, 8, 8, generator=dice()) * 2 - 1
    found = embed(torch.nn.functional.interpolate(smooth, size=(48, 48), mode="bicubic"))
    assert found.abs().median() < 5
    assert found.std(0).median() > 0.1


def test_that_grey_is_colour_without_colour_and_opacity_shows_white() -> None:
    grey = torch.rand(2, 1, 8, 8, generator=dice()) * 2 - 1
    assert torch.equal(rgb(grey), grey.repeat(1, 3, 1, 1))
    clear = torch.cat([grey.repeat(1, 3, 1, 1), torch.full_like(grey, -1)], 1)
    assert torch.equal(rgb(clear), torch.ones(2, 3, 8, 8))
    solid = torch.cat([grey.repeat(1, 3, 1, 1), torch.ones_like(grey)], 1)
    assert torch.allclose(rgb(solid), rgb(grey))
