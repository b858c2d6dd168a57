"""One guarded step: not taken where gradients are no numbers, and no longer than was asked for."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gan_engine.optimizers import OPTIMIZERS, Adam, AdamW, Optimizer, RMSprop
from gan_engine.schema import Setting, settings_of
from gan_engine.training.optimisers import Update
from tests.contracts.test_every_setting import another


def update_of(kind: type[Optimizer], clip: float = 0.0) -> tuple[Update, list[nn.Parameter]]:
    torch.manual_seed(0)
    weights = [nn.Parameter(torch.randn(shape)) for shape in ((3, 4), (5,))]
    return Update(kind().build(weights, torch.tensor(0.1)), weights, clip), weights


def give(weights: list[nn.Parameter], scale: float, seed: int = 1) -> float:
    """Give every weight a gradient; return the norm of all of them together."""
    draw = torch.Generator().manual_seed(seed)
    for weight in weights:
        weight.grad = scale * torch.randn(weight.shape, generator=draw)
    return float(torch.cat([weight.grad.flatten() for weight in weights]).norm())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda part: part.key())
def test_that_one_gradient_that_is_no_number_moves_no_weight(
    kind: type[Optimizer], value: float
) -> None:
    update, weights = update_of(kind)
    give(weights, 1.0)
    update.apply()
    before = [weight.detach().clone() for weight in weights]
    give(weights, 1.0)
    weights[1].grad[2] = value
    assert not torch.isfinite(update.apply())
    unmoved = all(torch.equal(w, b) for w, b in zip(weights, before, strict=True))
    assert unmoved, "build it with fused=True, or multiply its step by 1 - self.found_inf"
    give(weights, 1.0)
    update.apply()
    for weight, was in zip(weights, before, strict=True):
        assert torch.isfinite(weight).all()
        assert not torch.equal(weight, was)


class Heavy(torch.optim.Optimizer):
    """Gradient descent with momentum, as somebody writes it whose optimiser torch lacks."""

    def __init__(self, weights: list[nn.Parameter]) -> None:
        super().__init__(weights, {"lr": 0.1})

    @torch.no_grad()
    def step(self, closure: object = None) -> None:  # type: ignore[override]
        for weight in self.param_groups[0]["params"]:
            direction = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
            direction.mul_(0.9).add_(weight.grad)
            weight.sub_(0.1 * direction * (1 - self.found_inf))  # type: ignore[attr-defined]


def test_that_one_that_torch_lacks_is_told_to_leave_a_step_out() -> None:
    weight = nn.Parameter(torch.ones(5))
    update = Update(Heavy([weight]), [weight], 0.0)
    seen = []
    for scale in (1.0, float("nan"), 1.0):
        give([weight], scale)
        update.apply()
        seen.append(weight.detach().clone())
    assert not torch.equal(seen[0], torch.ones(5))
    assert torch.equal(seen[1], seen[0])
    assert not torch.equal(seen[2], seen[1])
    assert torch.isfinite(seen[2]).all()


@pytest.mark.parametrize(("scale", "clipped"), [(100.0, True), (0.001, False)])
@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda part: part.key())
def test_that_long_gradients_are_shortened_together(
    kind: type[Optimizer], scale: float, clipped: bool
) -> None:
    update, weights = update_of(kind, clip=0.5)
    norm = give(weights, scale)
    before = [weight.grad.clone() for weight in weights]
    assert float(update.apply()) == pytest.approx(norm, rel=1e-5)  # as long as it was
    factor = 0.5 / norm if clipped else 1.0
    for weight, gradient in zip(weights, before, strict=True):
        assert torch.allclose(weight.grad, gradient * factor, rtol=1e-5)


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda part: part.key())
def test_that_steps_go_down(kind: type[Optimizer]) -> None:
    update, weights = update_of(kind)
    heights = []
    for _ in range(30):
        update.begin()
        height = sum(weight.square().sum() for weight in weights)
        height.backward()
        update.apply()
        heights.append(height.item())
    assert min(heights[20:]) < 0.5 * heights[0]


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        pytest.param(kind, setting, id=f"{kind.key()}-{setting.name}")
        for kind in OPTIMIZERS
        for setting in settings_of(kind)
        if setting.name != "rate"
    ],
)
def test_that_every_setting_of_an_optimiser_counts(kind: type[Optimizer], setting: Setting) -> None:
    ends = []
    for part in (kind(), kind.model_validate({setting.name: another(setting)})):
        weight = nn.Parameter(torch.ones(100))
        update = Update(part.build([weight], torch.tensor(0.1)), [weight], 0.0)
        for step in range(1, 4):
            give(
                [weight], 0.001 * step, seed=step
            )  # one that takes only signs needs some that turn
            update.apply()
        ends.append(weight.detach())
    assert not torch.equal(*ends)


RATE, STEPS = 0.1, 3
SETTINGS = [
    Adam(beta1=0.3, beta2=0.7, eps=0.01),
    AdamW(beta1=0.3, beta2=0.7, eps=0.01, weight_decay=0.4),
    RMSprop(alpha=0.6, eps=0.01),
]


@pytest.mark.parametrize("part", SETTINGS, ids=lambda part: part.kind)
def test_that_steps_are_the_papers_with_every_setting(part: Optimizer) -> None:
    """Adam: arXiv:1412.6980, algorithm 1; AdamW shrinks weights beside it; RMSprop has no m."""
    start = torch.randn(6, generator=torch.Generator().manual_seed(0))
    weight = nn.Parameter(start.clone())
    update = Update(part.build([weight], torch.tensor(RATE)), [weight], 0.0)
    expected, m, v = start.double(), torch.zeros(6).double(), torch.zeros(6).double()
    for step in range(1, STEPS + 1):
        give([weight], float(step))
        gradient = weight.grad.double()
        update.apply()
        if isinstance(part, RMSprop):
            v = part.alpha * v + (1 - part.alpha) * gradient**2
            expected = expected - RATE * gradient / (v.sqrt() + part.eps)
            continue
        if isinstance(part, AdamW):
            expected = expected * (1 - RATE * part.weight_decay)
        assert isinstance(part, Adam)
        m = part.beta1 * m + (1 - part.beta1) * gradient
        v = part.beta2 * v + (1 - part.beta2) * gradient**2
        size = (v / (1 - part.beta2**step)).sqrt() + part.eps
        expected = expected - RATE * m / (1 - part.beta1**step) / size
    assert torch.allclose(weight.double(), expected, atol=1e-5)
