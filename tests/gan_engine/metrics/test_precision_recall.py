"""Precision, recall, density and coverage of points whose answers are known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gan_engine.metrics.precision_recall import density_coverage, precision_recall
from tests.gan_engine.metrics.conftest import dice


def line(*places: float) -> Tensor:
    return torch.tensor(places)[:, None]


def test_that_they_are_what_one_counts_on_a_line() -> None:
    real = line(0, 1, 2, 10)  # with one neighbour the balls reach 1, 1, 1 and 8
    fake = line(0.5, 2.5, 5, 30)  # 2, 2, 2.5 and 25
    assert precision_recall(real, fake, 1) == (3 / 4, 1.0)
    # In balls of 0, 1: 0.5. Of 2: 2.5. Of 10, from 2 to 18: 2.5 and 5.
    assert density_coverage(real, fake, 1) == (5 / 4, 1.0)


def test_that_coverage_is_a_share_of_the_reals_however_many_fakes_there_are() -> None:
    real = line(0, 1, 20, 21)  # with one neighbour every ball reaches 1
    assert density_coverage(real, line(0.5), 1) == (2.0, 0.5)
    assert density_coverage(real, line(0.5, 0.6, 50, 51, 52, 53), 1) == (4 / 6, 0.5)


def test_that_a_far_set_shares_nothing() -> None:
    real, fake = torch.rand(20, 3, generator=dice()), torch.rand(30, 3, generator=dice(1)) + 100
    assert precision_recall(real, fake, 3) == (0, 0)
    assert density_coverage(real, fake, 5) == (0, 0)


def test_that_a_copy_shares_everything() -> None:
    points = torch.randn(50, 8, generator=dice())
    assert precision_recall(points, points.clone(), 3) == (1, 1)
    density, coverage = density_coverage(points, points.clone(), 5)
    assert coverage == 1
    assert density == pytest.approx(6 / 5)  # five neighbours and the point itself


def test_that_collapse_keeps_precision_and_loses_recall() -> None:
    real = torch.randn(60, 2, generator=dice())
    fake = real[:1].expand(40, -1)
    precision, recall = precision_recall(real, fake, 3)
    assert (precision, recall) == (1, 1 / 60)  # the one point that it repeats
    assert density_coverage(real, fake, 5)[1] < 0.25


def test_that_one_odd_real_fools_precision_but_not_density() -> None:
    real = torch.cat([torch.randn(50, 2, generator=dice()) / 10, line(100).expand(1, 2)])
    fake = torch.randn(50, 2, generator=dice(1)) / 10 + 50
    assert precision_recall(real, fake, 3)[0] == 1  # all inside the ball of the odd one
    assert density_coverage(real, fake, 5)[0] == pytest.approx(1 / 5)


def test_that_one_source_has_the_density_expected() -> None:
    """With real and fake from one source, coverage is 1 - (1/2)^k in the limit, density 1."""
    real, fake = (torch.randn(1500, 4, generator=dice(seed)) for seed in (0, 1))
    density, coverage = density_coverage(real, fake, 5)
    assert density == pytest.approx(1, abs=0.06)
    assert coverage == pytest.approx(1 - 0.5**5, abs=0.02)


def test_that_fewer_points_than_neighbours_are_no_trouble() -> None:
    assert precision_recall(line(0, 1), line(0, 1), 3) == (1, 1)
    assert density_coverage(line(0, 1), line(0.5), 5) == (2.0, 1.0)  # of one neighbour then


def test_that_who_is_exactly_as_far_as_a_ball_reaches_is_inside() -> None:
    """However distances are rounded: what else is measured moves the point they are taken from."""
    real = torch.randn(120, 40, generator=dice())
    fake = torch.cat([real, real[:1] + 100])
    assert density_coverage(real, fake, 5)[0] == 120 * 6 / (5 * 121)  # itself and its five nearest
