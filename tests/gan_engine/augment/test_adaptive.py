"""What ADA draws is what its paper writes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gan_engine.augment import Adaptive
from gan_engine.augment.adaptive import _colour, _Draw, _geometry, recoloured

MANY = 4000


def always(p: float = 1.0) -> _Draw:
    return _Draw(MANY, torch.Generator().manual_seed(0), torch.tensor(p))


def spread(values: Tensor) -> float:
    return values.std().item()


def test_that_grey_is_brightened_hardened_and_turned_into_its_negative() -> None:
    matrix, offset = (part.double() for part in _colour(always()))
    ones = torch.ones(3).double()
    grey = matrix @ ones
    contrast, share = grey.mean(1).abs(), grey.mean(1).sign()
    assert torch.allclose(grey, grey.mean(1, keepdim=True).expand(-1, 3), atol=1e-4)
    assert spread(contrast.log2()) == pytest.approx(0.5, rel=0.05)
    assert share.mean().item() == pytest.approx(0, abs=0.05)  # half of them flipped
    # Brightness comes first: what is done to an image is done to it as well.
    brightness = offset / grey
    assert torch.allclose(brightness, brightness[:, :1].expand(-1, 3), atol=1e-3)
    assert spread(brightness[:, 0]) == pytest.approx(0.2, rel=0.05)


def test_that_colours_are_turned_around_grey_and_faded_towards_it() -> None:
    matrix, _ = (part.double() for part in _colour(always()))
    red = torch.tensor([2.0, -1.0, -1.0]).double() / 6**0.5
    across = torch.tensor([0.0, 1.0, -1.0]).double() / 2**0.5
    turned = matrix @ red
    assert turned.sum(1).abs().max() < 1e-3  # no grey comes in
    contrast = (matrix.sum((1, 2)) / 3).abs()
    assert spread((turned.norm(dim=1) / contrast).log2()) == pytest.approx(1.0, rel=0.05)
    hue = torch.atan2(turned @ across, turned @ red)
    assert spread(hue) == pytest.approx(2 * math.pi / 12**0.5, rel=0.05)
    assert hue.abs().max() <= math.pi


def test_that_a_grey_image_changes_as_it_would_with_three_equal_channels() -> None:
    matrix, offset = _colour(always())
    grey = torch.rand(MANY, 1, 2, 2, generator=torch.Generator().manual_seed(1)) * 2 - 1
    colours = recoloured(grey.expand(-1, 3, -1, -1), matrix, offset)
    assert torch.allclose(recoloured(grey, matrix, offset).expand_as(colours), colours, atol=1e-3)


def test_that_images_are_moved_as_far_as_the_paper_moves_them() -> None:
    """Evenly up to an eighth each way, and by a normal share of an eighth; a side is 2 long."""
    affine = _geometry(always(), (64, 96))
    for moved in (affine[:, 0, 2], affine[:, 1, 2]):
        assert spread(moved) == pytest.approx((0.25**2 / 3 + 0.25**2) ** 0.5, rel=0.04)


@pytest.mark.parametrize(
    ("size", "turns"), [((16, 16), {0, 1, 2, 3}), ((12, 30), {0, 2})], ids=["square", "wide"]
)
def test_that_an_image_that_is_not_turned_freely_is_turned_so_that_it_fits(
    size: tuple[int, int], turns: set[int]
) -> None:
    affine = _geometry(always(0.5), size).double()
    half = torch.tensor([size[1], size[0]]).double()
    right, down = (affine[:, :, :2] * half[:, None] / half).unbind(2)
    plain = right[:, 0] * down[:, 1] - right[:, 1] * down[:, 0] > 0  # not mirrored
    quarters = torch.atan2(right[plain, 1], right[plain, 0]) / (math.pi / 2)
    whole = quarters[(quarters - quarters.round()).abs() < 1e-6].round().long() % 4
    assert set(whole.tolist()) == turns


def test_that_an_image_is_turned_all_the_way_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Draw, "whole", lambda draw, count: torch.zeros(draw.count))
    affine = _geometry(always(), (16, 16))
    angle = torch.atan2(affine[:, 1, 0], affine[:, 0, 0])
    assert angle.mean().item() == pytest.approx(0, abs=0.1)
    assert spread(angle) == pytest.approx(2 * math.pi / 12**0.5, rel=0.05)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_that_a_change_is_made_as_often_as_p_says(p: float) -> None:
    draw = always(p)
    for values in (draw.uniform(1, 2, 0.0), draw.normal(1.0)):
        assert (values != 0).float().mean().item() == pytest.approx(p, abs=0.02)


def test_that_each_real_counts_once_however_sure_d_is_of_it() -> None:
    memory = {name: torch.tensor(value) for name, value in Adaptive().memory().items()}
    Adaptive().learn(torch.tensor([50.0, -0.1, -0.1, -0.1]), memory)
    assert memory["sign"].item() == pytest.approx(0.25 * -0.5)


def test_that_p_moves_by_the_images_seen_after_the_mean_sign_of_some_batches() -> None:
    part = Adaptive(images_to_full=1000)
    memory = {name: torch.tensor(value) for name, value in part.memory().items()}
    sure = torch.ones(10, 1, 4, 4)  # a map of scores is one image still
    for batches in range(1, 11):
        part.learn(sure, memory)
        assert memory["sign"].item() == pytest.approx(1 - 0.75**batches)
    # The mean sign is above 0.6 from the fourth batch on.
    assert memory["p"].item() == pytest.approx(7 * 10 / 1000)


def test_that_one_of_the_two_moves_is_by_whole_pixels() -> None:
    """Of two sides that are not as long as each other, and where nothing else is drawn."""

    class OnlyMoves(_Draw):
        def uniform(self, low: float, high: float, neutral: float) -> Tensor:
            moves = high < 1  # what is left is turned by up to pi
            return super().uniform(low, high, neutral) if moves else torch.zeros(self.count)

        def normal(self, spread: float) -> Tensor:
            return torch.zeros(self.count)

        def whole(self, count: int) -> Tensor:
            return torch.zeros(self.count)

    draw = OnlyMoves(64, torch.Generator().manual_seed(0), torch.tensor(1.0))
    moved_N2 = _geometry(draw, (24, 40))[:, :, 2] * torch.tensor([40, 24]) / 2  # x, then y
    assert torch.allclose(moved_N2, moved_N2.round(), atol=1e-5)
    assert moved_N2.abs().amax(0).round().tolist() == [5, 3]
