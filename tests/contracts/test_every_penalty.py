"""What holds for every penalty."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from gan_engine.penalties import PENALTIES, R1, R2, GradientPenalty, Penalty

SLOPE = torch.linspace(-1, 1, 12).reshape(1, 3, 2, 2)


def linear(images: Tensor) -> Tensor:
    """A D whose slope is known everywhere: ||w||^2 squared."""
    return (images * SLOPE).flatten(1).sum(1)


@pytest.fixture
def batch() -> tuple[Tensor, Tensor, torch.Generator]:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(5, 3, 2, 2, generator=draw), torch.randn(5, 3, 2, 2, generator=draw), draw


def expected(penalty: Penalty) -> float:
    squared = SLOPE.square().sum()
    if isinstance(penalty, R1 | R2):
        return float(squared / 2)
    return float((squared.sqrt() - 1) ** 2)


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_linear_d_is_charged_its_analytic_slope(kind: type[Penalty], batch) -> None:
    penalty = kind()
    assert penalty.term(linear, *batch).item() == pytest.approx(expected(penalty), rel=1e-5)


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_penalty_reaches_ds_weights(kind: type[Penalty], batch) -> None:
    weight = torch.full((1, 3, 2, 2), 0.7, requires_grad=True)
    term = kind().term(lambda x: (torch.tanh(x) * weight).flatten(1).sum(1), *batch)
    (gradient,) = torch.autograd.grad(term, weight)
    assert gradient.abs().sum() > 0


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_patch_map_is_taken_too(kind: type[Penalty], batch) -> None:
    term = kind().term(lambda x: x.mean(1, keepdim=True), *batch)
    assert torch.isfinite(term)


def test_that_one_sided_lets_gentle_slopes_be(batch) -> None:
    gentle = lambda x: linear(x) * 0.1  # noqa: E731
    assert GradientPenalty(one_sided=True).term(gentle, *batch).item() == 0
    assert GradientPenalty().term(gentle, *batch).item() > 0


def test_that_r1_looks_at_reals_and_r2_at_fakes() -> None:
    real, fake = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    steep_at_fakes = lambda x: x.square().flatten(1).sum(1)  # noqa: E731
    draw = torch.Generator()
    assert R1().term(steep_at_fakes, real, fake, draw).item() == 0
    assert R2().term(steep_at_fakes, real, fake, draw).item() == pytest.approx(8.0)
