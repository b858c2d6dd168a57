"""The Fréchet distance is exact."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch
from torch import Tensor

from gan_engine.metrics.frechet import frechet_distance, moments
from tests.gan_engine.metrics.conftest import dice


def cloud(points: int, features: int, seed: int) -> Tensor:
    random = dice(seed)
    mixed = torch.randn(features, features, generator=random, dtype=torch.float64)
    points_NF = torch.randn(points, features, generator=random, dtype=torch.float64)
    return points_NF @ mixed + torch.randn(features, generator=random, dtype=torch.float64)


def reference(real: Tensor, fake: Tensor) -> float:
    m, n = real.numpy().mean(0), fake.numpy().mean(0)
    a, b = np.cov(real.numpy(), rowvar=False), np.cov(fake.numpy(), rowvar=False)
    root = scipy.linalg.sqrtm(a @ b).real
    return float(((m - n) ** 2).sum() + np.trace(a + b - 2 * root))


@pytest.mark.parametrize("features", [2, 8, 32, 64])
@pytest.mark.parametrize("seed", range(3))
def test_that_it_equals_a_general_matrix_root(features: int, seed: int) -> None:
    real, fake = cloud(4 * features, features, seed), cloud(5 * features, features, seed + 100)
    found = frechet_distance(*moments(real), *moments(fake))
    assert found == pytest.approx(reference(real, fake), rel=1e-9, abs=1e-6)


def test_that_it_is_the_textbooks_number_in_one_dimension() -> None:
    mean, one = torch.zeros(1), torch.ones(1, 1)
    assert frechet_distance(mean, one * 4, mean + 3, one * 25) == pytest.approx(9 + (5 - 2) ** 2)


def test_that_a_cloud_is_no_distance_from_itself_even_without_full_rank() -> None:
    few = cloud(10, 64, 0)
    assert frechet_distance(*moments(few), *moments(few)) == pytest.approx(0, abs=1e-9)


def test_that_both_directions_agree_without_full_rank() -> None:
    one, two = moments(cloud(10, 64, 0)), moments(cloud(20, 64, 1))
    assert frechet_distance(*one, *two) == pytest.approx(frechet_distance(*two, *one), rel=1e-6)
