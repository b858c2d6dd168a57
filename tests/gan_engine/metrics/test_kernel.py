"""KID has no bias, and is the estimate that its paper writes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gan_engine.metrics import kernel
from gan_engine.metrics.kernel import kernel_distance
from tests.gan_engine.metrics.conftest import dice

FEATURES = 16


def biased(a: Tensor, b: Tensor) -> float:
    """The same with each point also compared with itself."""

    def mean(x: Tensor, y: Tensor) -> Tensor:
        return ((x @ y.T / FEATURES + 1) ** 3).mean()

    return float(mean(a, a) + mean(b, b) - 2 * mean(a, b))


def test_that_equal_sources_are_no_distance_apart_on_average() -> None:
    points = torch.randn(400, 30, FEATURES, generator=dice())
    found = torch.tensor([kernel_distance(split[:12], split[12:]) for split in points])
    error = found.std() / len(found) ** 0.5
    assert abs(found.mean()) < 3 * error
    bias = torch.tensor([biased(split[:12], split[12:]) for split in points]).mean()
    assert bias > 20 * error


def test_that_splits_of_real_pictures_are_no_distance_apart_on_average(pictures: Tensor) -> None:
    points, random = kernel.Kernel().describe(pictures, torch.device("cpu")), dice()
    found = []
    for _ in range(200):
        order = torch.randperm(len(points), generator=random)
        found.append(kernel_distance(points[order[:100]], points[order[100:200]]))
    mean, spread = torch.tensor(found).mean(), torch.tensor(found).std()
    assert abs(mean) < 0.25 * spread


def test_that_it_is_the_papers_sum() -> None:
    a, b = (torch.randn(n, 3, generator=dice(n), dtype=torch.float64) for n in (4, 6))

    def k(x: Tensor, y: Tensor) -> float:
        return float((x @ y / 3 + 1) ** 3)

    within_a = sum(k(a[i], a[j]) for i in range(4) for j in range(4) if i != j) / (4 * 3)
    within_b = sum(k(b[i], b[j]) for i in range(6) for j in range(6) if i != j) / (6 * 5)
    across = sum(k(x, y) for x in a for y in b) / (4 * 6)
    assert kernel_distance(a, b) == pytest.approx(within_a + within_b - 2 * across, rel=1e-10)


def test_that_pieces_add_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = torch.randn(50, 4, generator=dice()), torch.randn(30, 4, generator=dice(1)) + 1
    whole = kernel_distance(a, b)
    monkeypatch.setattr(kernel, "_ENTRIES", 64)
    assert kernel_distance(a, b) == pytest.approx(whole, rel=1e-10)
