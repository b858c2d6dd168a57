"""The sliced Wasserstein distance sees textures at every scale, and is 0 only for the same."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gan_engine.metrics import SlicedWasserstein
from gan_engine.metrics import sliced_wasserstein as module
from gan_engine.metrics.sliced_wasserstein import _descriptors, _level, _levels, sliced_wasserstein
from tests.gan_engine.metrics.conftest import dice, noisy


@pytest.mark.parametrize(("size", "levels"), [((16, 16), 1), ((32, 48), 2), ((128, 64), 3)])
def test_that_the_pyramid_adds_up_to_the_image(size: tuple[int, int], levels: int) -> None:
    image = torch.randn(2, 3, *size, generator=dice())
    assert _levels(image) == levels
    whole = _level(image, levels - 1)
    for level in reversed(range(levels - 1)):
        detail = _level(image, level)
        whole = detail + F.interpolate(whole, size=detail.shape[2:], mode="bilinear")
    assert torch.allclose(whole, image, atol=1e-5)


def test_that_equal_sets_in_another_order_are_close_and_others_far(pictures: Tensor) -> None:
    real = pictures[:200]

    def distance(fake: Tensor) -> float:
        return sliced_wasserstein(real, fake, dice(), patches=16, directions=64)

    shuffled = distance(real.flip(0))
    assert 0 < shuffled < 0.7 * distance(noisy(real, 0.3))
    assert distance(noisy(real, 0.1)) < distance(noisy(real, 0.3)) < distance(noisy(real, 1.0))


def test_that_it_is_a_thousand_times_the_distance_of_sorted_projections() -> None:
    """Noise against flat images, half of them bright: E||g| - |s|| of two normal numbers."""
    noise = torch.randn(300, 1, 16, 16, generator=dice(1))
    flat = torch.tensor([-1.0, 1.0]).repeat(150)[:, None, None, None].expand_as(noise)
    expected = 2 * (2 / math.pi**0.5 - (2 / math.pi) ** 0.5)
    found = sliced_wasserstein(noise, flat, dice(), patches=8, directions=1000)
    assert found == pytest.approx(1000 * expected, rel=0.05)


def test_that_each_channel_is_brought_to_one_scale() -> None:
    one, two = torch.rand(2, 60, 3, 16, 16, generator=dice(1))
    scale, offset = torch.tensor([0.2, 1.0, 3.0]), torch.tensor([-0.5, 0.0, 0.4])
    other = two * scale[:, None, None] + offset[:, None, None]
    found = sliced_wasserstein(one, two, dice())
    assert sliced_wasserstein(one, other, dice()) == pytest.approx(found, rel=1e-3)


def test_that_patches_are_seven_pixels_wide() -> None:
    assert _descriptors(torch.rand(5, 3, 16, 20), 0, 4, dice()).shape == (20, 7 * 7 * 3)


def test_that_what_is_wrong_at_the_coarsest_scale_alone_is_seen() -> None:
    """Blobs that change slowly, and nothing in their place: details are the same."""

    def rough(seed: int) -> Tensor:
        return torch.randn(100, 1, 64, 64, generator=dice(seed))

    blobs = torch.randn(100, 1, 4, 4, generator=dice(2)) * 3
    real = rough(0) + F.interpolate(blobs, size=64, mode="bilinear")
    more = torch.randn(100, 1, 4, 4, generator=dice(3)) * 3
    good = rough(1) + F.interpolate(more, size=64, mode="bilinear")
    found = [
        sliced_wasserstein(real, fake, dice(), patches=16, directions=64)
        for fake in (good, rough(1))
    ]
    assert found[1] > 1.5 * found[0]


def test_that_pieces_and_8_bits_make_no_difference(pictures: Tensor) -> None:
    real, fake = pictures[:70], pictures[70:170]
    levels = ((fake + 1) * 127.5).round().byte()
    found = sliced_wasserstein(real, fake, dice(), patches=4, directions=70)
    same = sliced_wasserstein(real, levels, dice(), patches=4, directions=70)
    assert same == pytest.approx(found, rel=1e-3)


def test_that_tiny_and_grey_images_are_measured_too() -> None:
    one, two = (torch.rand(20, 1, 8, 5, generator=dice(seed)) * 2 - 1 for seed in (0, 1))
    assert 0 <= sliced_wasserstein(one, two, dice()) < 300


def test_that_more_images_have_fewer_patches_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that memory stays bounded, and never none."""
    asked = list[int]()
    monkeypatch.setattr(module, "MOST", 64)
    monkeypatch.setattr(module, "sliced_wasserstein", lambda *given: asked.append(given[3]) or 0.0)
    for count in (2, 8, 32, 100):
        SlicedWasserstein(patches=16).compare(torch.zeros(count), torch.zeros(count), dice())
    assert asked == [16, 8, 2, 1]
