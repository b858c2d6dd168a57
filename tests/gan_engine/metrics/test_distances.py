"""Distances are right, whatever pieces they are computed in."""

from __future__ import annotations

import pytest
import torch

from gan_engine.metrics import distances
from tests.gan_engine.metrics.conftest import dice


@pytest.fixture(params=["whole", "in pieces"], autouse=True)
def pieces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in pieces":
        monkeypatch.setattr(distances, "_ENTRIES", 100)
        monkeypatch.setattr(distances, "_COLUMNS", 7)


def points(count: int, seed: int, far: float = 0.0) -> torch.Tensor:
    return torch.randn(count, 5, generator=dice(seed)) + far


def test_that_they_are_euclids() -> None:
    a, b = points(23, 0), points(17, 1)
    found = torch.cat([apart for _, apart in distances.blocks(a, b)])
    exact = (a[:, None].double() - b.double()).norm(dim=2)
    assert torch.allclose(found, exact, atol=1e-12)


def test_that_equal_points_are_exactly_nowhere_apart_far_from_zero() -> None:
    a = points(23, 0, far=1000.0)
    found = torch.cat([apart for _, apart in distances.blocks(a, a)])
    assert (found.diagonal() == 0).all()
    assert (found.fill_diagonal_(1) > 0).all()


def test_that_a_radius_is_the_distance_to_the_kth_other() -> None:
    a = points(23, 0)
    exact = torch.cdist(a.double(), a.double()).sort(dim=1).values[:, 3]
    assert torch.allclose(distances.radii(a, 3), exact, rtol=1e-8)


def test_that_the_spread_is_the_mean_of_all_pairs() -> None:
    a = points(23, 0)
    assert distances.spread(a) == pytest.approx(float(torch.pdist(a.double()).mean()))


def test_that_the_closest_is_found_and_oneself_left_out() -> None:
    a, b = points(9, 0), points(23, 1)
    distance, index = distances.closest(a, b)
    exact = torch.cdist(a.double(), b.double()).min(1)
    assert torch.equal(index, exact.indices)
    assert torch.allclose(distance, exact.values, atol=1e-12)
    own = torch.arange(23)
    apart = torch.cdist(b.double(), b.double()).fill_diagonal_(torch.inf).min(1)
    assert torch.equal(distances.closest(b, b, own)[1], apart.indices)
