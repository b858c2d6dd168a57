"""What holds for every adversarial loss, every pairing and both shapes of score."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from gan_engine.losses import (
    LOSSES,
    AdversarialLoss,
    CrossEntropy,
    Hinge,
    LeastSquares,
    Wasserstein,
)
from gan_engine.schema import Setting, settings_of
from tests.contracts.test_every_setting import another

Slope = Callable[[torch.Tensor], torch.Tensor]
SHAPES = [(6,), (6, 1, 3, 3)]
PAIRINGS = ["each", "pair", "average"]


def variants() -> list[AdversarialLoss]:
    losses = [
        loss(pairing=p) for loss in LOSSES for p in PAIRINGS if p == "each" or not loss.relative
    ]
    return [
        *losses,
        CrossEntropy(saturating=True),
        LeastSquares(fake_target=-1.0, wanted_target=0.0),
        Hinge(margin=0.4),
    ]


def name(loss: AdversarialLoss) -> str:
    return "-".join(str(value) for value in loss.model_dump().values())


@pytest.fixture
def scores(request: pytest.FixtureRequest) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(3)
    real, fake = (torch.randn(request.param, generator=draw, dtype=torch.float64) for _ in range(2))
    return real.requires_grad_(), fake.requires_grad_()


@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key())
def test_that_d_is_rewarded_for_telling_real_from_fake(loss: type[AdversarialLoss]) -> None:
    high, low = torch.full((4,), 2.0), torch.full((4,), -2.0)
    assert loss().discriminator(high, low) < loss().discriminator(low, high)


@pytest.mark.parametrize("loss", variants(), ids=name)
def test_that_g_is_rewarded_for_being_taken_for_real(loss: AdversarialLoss) -> None:
    real = torch.zeros(4)
    if isinstance(loss, LeastSquares):  # its targets, not infinity, are what G aims at
        better, worse = torch.full((4,), float(loss.wanted_target)), torch.full((4,), -3.0)
    else:
        better, worse = torch.full((4,), 0.9), torch.full((4,), -0.9)
    assert loss.generator(real, better) < loss.generator(real, worse)


@pytest.mark.parametrize("scores", SHAPES, indirect=True, ids=["scalar", "patch"])
@pytest.mark.parametrize("loss", variants(), ids=name)
def test_that_gradients_equal_finite_differences(
    loss: AdversarialLoss, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    real, fake = scores
    assert torch.autograd.gradcheck(loss.discriminator, (real, fake))
    assert torch.autograd.gradcheck(lambda f: loss.generator(real.detach(), f), (fake,))


WRITTEN_OUT = (CrossEntropy, LeastSquares, Hinge, Wasserstein)
"""Losses whose derivatives stand below; what autograd makes of the others is compared above."""


def slopes(loss: AdversarialLoss) -> tuple[Slope, Slope, Slope]:
    """The derivatives of what D pays for a real and a fake and G for a fake, as one writes them."""
    one = torch.ones_like
    if isinstance(loss, CrossEntropy):
        g = (lambda s: -s.sigmoid()) if loss.saturating else (lambda s: s.sigmoid() - 1)
        return lambda s: s.sigmoid() - 1, lambda s: s.sigmoid(), g
    if isinstance(loss, LeastSquares):
        return (
            lambda s: s - loss.real_target,
            lambda s: s - loss.fake_target,
            lambda s: s - loss.wanted_target,
        )
    if isinstance(loss, Hinge):
        return (
            lambda s: -(s < loss.margin).double(),
            lambda s: (s > -loss.margin).double(),
            lambda s: -one(s),
        )
    assert isinstance(loss, Wasserstein)
    return lambda s: -one(s), one, lambda s: -one(s)


@pytest.mark.parametrize("scores", SHAPES, indirect=True, ids=["scalar", "patch"])
@pytest.mark.parametrize("loss", [x for x in variants() if isinstance(x, WRITTEN_OUT)], ids=name)
def test_that_gradients_are_the_closed_forms(
    loss: AdversarialLoss, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    real, fake = scores
    (r, f), (of_real, of_fake, of_g) = (real.detach(), fake.detach()), slopes(loss)
    if loss.pairing == "each":
        d, g = (of_real(r), of_fake(f)), of_g(f)
    elif loss.pairing == "pair":
        apart = (of_real(r - f) - of_fake(f - r)) / 2
        d, g = (apart, -apart), (of_real(f - r) - of_fake(r - f)) / 2
    else:
        real_side, fake_side = of_real(r - f.mean()), of_fake(f - r.mean())
        d = (real_side - fake_side.mean(), fake_side - real_side.mean())
        g = of_real(f - r.mean()) - of_fake(r - f.mean()).mean()
    found = torch.autograd.grad(loss.discriminator(real, fake), (real, fake))
    (found_g,) = torch.autograd.grad(loss.generator(real.detach(), fake), fake)
    for gradient, expected in zip((*found, found_g), (*d, g), strict=True):
        assert torch.allclose(gradient, expected / real.numel(), atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key())
def test_that_a_patch_map_averages_the_loss_and_not_the_scores(loss: type[AdversarialLoss]) -> None:
    scores = torch.tensor([[-3.0, 3.0], [0.5, -0.5]]).reshape(1, 1, 2, 2)
    each = torch.stack([loss().g_fake(score) for score in scores.flatten()])
    assert torch.allclose(loss().generator(None, scores), each.mean())


@pytest.mark.parametrize("loss", variants(), ids=name)
def test_that_a_curve_is_read_score_by_score(loss: AdversarialLoss) -> None:
    """What is paid for one score depends on no other, and looking at it changes nothing."""
    scores = torch.tensor([[-3.0, 3.0], [0.5, -0.5]]).reshape(1, 1, 2, 2)
    kept, dice = scores.clone(), torch.get_rng_state()
    for curve in (loss.d_real, loss.d_fake, loss.g_fake):
        each = torch.stack([curve(score) for score in kept.flatten()]).reshape(scores.shape)
        assert torch.allclose(curve(scores), each)
    assert torch.equal(scores, kept)
    assert torch.equal(torch.get_rng_state(), dice)


@pytest.mark.parametrize(
    ("loss", "setting"),
    [
        pytest.param(loss, setting, id=f"{loss.key()}-{setting.name}")
        for loss in LOSSES
        for setting in settings_of(loss)
        if not (loss.relative and setting.name == "pairing")
    ],
)
def test_that_every_setting_of_a_loss_counts(loss: type[AdversarialLoss], setting: Setting) -> None:
    real, fake = torch.tensor([-3.0, 0.5, 2.0]), torch.tensor([-1.5, 0.1, 4.0])
    sides = [loss(), loss.model_validate({setting.name: another(setting)})]
    paid = [(one.discriminator(real, fake), one.generator(real, fake)) for one in sides]
    assert paid[0] != paid[1]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key())
def test_that_a_loss_shows_its_formula(loss: type[AdversarialLoss]) -> None:
    d, g = loss().formula()
    assert d.startswith("L<sub>D</sub>")
    assert g.startswith("L<sub>G</sub>")


@pytest.mark.parametrize("scores", SHAPES, indirect=True, ids=["scalar", "patch"])
@pytest.mark.parametrize("loss", variants(), ids=name)
def test_that_d_is_sure_of_reals_once_it_has_learned_them(
    loss: AdversarialLoss, scores: tuple[torch.Tensor, torch.Tensor]
) -> None:
    """Wherever its scores begin: not before, of all of them afterwards, of none taken for fakes."""
    shape = scores[0].shape
    sides = [torch.full(shape, 0.7, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    adam = torch.optim.Adam(sides, 0.05)
    for _ in range(400):
        adam.zero_grad()
        loss.discriminator(*sides).backward()
        adam.step()
    real, fake = (side.detach() for side in sides)
    assert loss.surety(real, fake).shape == shape
    assert (loss.surety(real, fake) > 0).all()
    assert (loss.surety(fake, real) < 0).all()


@pytest.mark.parametrize("loss", [Wasserstein(), CrossEntropy(pairing="pair")], ids=name)
def test_that_scores_without_a_zero_of_their_own_may_drift(loss: AdversarialLoss) -> None:
    real, fake = torch.tensor([0.2, -0.1]), torch.tensor([0.1, 0.0])
    assert torch.allclose(loss.surety(real + 9, fake + 9), loss.surety(real, fake), atol=1e-5)


def test_that_targets_decide_where_d_is_undecided() -> None:
    real = torch.tensor([0.4, 0.6])
    assert LeastSquares().surety(real, real).sign().tolist() == [-1, 1]
    turned = LeastSquares(real_target=0.0, fake_target=1.0, wanted_target=0.0)
    assert turned.surety(real, real).sign().tolist() == [1, -1]


def test_that_the_saturating_form_starves_g_when_d_is_sure() -> None:
    score = torch.tensor([-8.0], requires_grad=True)
    (saturating,) = torch.autograd.grad(CrossEntropy(saturating=True).generator(None, score), score)
    (usual,) = torch.autograd.grad(CrossEntropy().generator(None, score), score)
    assert saturating.item() == pytest.approx(-3.35e-4, rel=1e-2)
    assert usual.item() == pytest.approx(-1.0, rel=1e-3)


def test_that_the_tutorials_letter_is_d_of_least_squares() -> None:
    real, fake, b = torch.tensor([0.3]), torch.tensor([0.8]), 0.25
    tutorial = ((fake - b) ** 2 + (1 - real) ** 2) / 2
    assert torch.allclose(LeastSquares(fake_target=b).discriminator(real, fake), tutorial.mean())


def test_that_paired_logistic_is_the_relativistic_loss_of_r3gan() -> None:
    real, fake = torch.tensor([0.4, -1.2]), torch.tensor([0.1, 2.0])
    expected = torch.nn.functional.softplus(fake - real).mean()
    assert torch.allclose(CrossEntropy(pairing="pair").discriminator(real, fake), expected)


def test_that_the_critics_loss_is_the_negative_distance_of_means() -> None:
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 1.0])
    assert Wasserstein().discriminator(real, fake).item() == pytest.approx(-1.5)


def test_that_against_the_average_a_real_is_as_sure_as_it_is_above_all_fakes() -> None:
    real, fake = torch.tensor([1.0, 4.0]), torch.tensor([3.0, -1.0])
    assert CrossEntropy(pairing="average").surety(real, fake).tolist() == [0.0, 3.0]
    assert CrossEntropy(pairing="pair").surety(real, fake).tolist() == [-2.0, 5.0]
    assert Wasserstein().surety(real, fake).tolist() == [0.0, 3.0]
