"""What holds for every penalty."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gan_engine.penalties import (
    L1,
    L2,
    PENALTIES,
    R1,
    R2,
    Consistency,
    Dragan,
    Drift,
    FeatureMatching,
    GradientPenalty,
    LeCam,
    PathLength,
    Penalty,
    Scene,
)
from gan_engine.schema import Setting, settings_of
from tests.contracts.test_every_setting import another

SLOPE = torch.linspace(-1, 1, 12).reshape(1, 3, 2, 2)


def linear(images: Tensor) -> Tensor:
    """A D whose slope is known everywhere: ||w||^2 squared."""
    return (images * SLOPE).flatten(1).sum(1)


def seen_by(critic, real: Tensor | None = None, fake: Tensor | None = None, **more) -> Scene:
    draw = torch.Generator().manual_seed(1)
    real = torch.randn(5, 3, 2, 2, generator=draw) if real is None else real
    fake = torch.randn(5, 3, 2, 2, generator=draw) if fake is None else fake
    return Scene(critic, real, fake, critic(real), critic(fake), draw, **more)


def memory_of(penalty: Penalty) -> dict[str, Tensor]:
    return {name: torch.tensor(value) for name, value in penalty.memory().items()}


SLOPED = [part for part in PENALTIES if part.key() in ("r1", "r2", "gradient_penalty", "dragan")]


@pytest.mark.parametrize("kind", SLOPED, ids=lambda part: part.key())
def test_that_a_linear_d_is_charged_its_analytic_slope(kind: type[Penalty]) -> None:
    squared = SLOPE.square().sum()
    halved = squared / 2
    expected = halved if kind in (R1, R2) else (squared.sqrt() - 1) ** 2
    assert kind().term(seen_by(linear)).item() == pytest.approx(expected.item(), rel=1e-5)


class Styles(nn.Module):
    """A G with styles whose images change with them by a known amount."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(6, 12))

    def styles(self, z_NZ: Tensor) -> Tensor:
        return z_NZ[:, None, :].clone().requires_grad_()

    def synthesize(self, styles_NLZ: Tensor) -> Tensor:
        return (styles_NLZ[:, 0] @ self.weight).reshape(-1, 3, 2, 2)

    def forward(self, z_NZ: Tensor) -> Tensor:
        return self.synthesize(self.styles(z_NZ))


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_penalty_reaches_the_weights_it_is_for(kind: type[Penalty]) -> None:
    torch.manual_seed(0)
    d = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Tanh(), nn.Conv2d(4, 1, 1))
    g = Styles()
    latents = torch.randn(5, 6)
    fake = g(latents)
    fake = fake if kind.on == "g" else fake.detach()
    penalty = kind()
    scene = seen_by(d, fake=fake, discriminator=d, generator=g, latents_NZ=latents)
    term = penalty.term(replace(scene, memory=memory_of(penalty)))
    term.backward()
    weights = (g if kind.on == "g" else d).parameters()
    assert sum(w.grad.abs().sum() for w in weights if w.grad is not None) > 0


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_patch_map_is_taken_too(kind: type[Penalty]) -> None:
    d = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(2, 1, 1))
    penalty = kind()
    more = {"discriminator": d, "generator": Styles(), "latents_NZ": torch.randn(5, 6)}
    scene = replace(seen_by(d, **more), memory=memory_of(penalty))
    assert torch.isfinite(penalty.term(scene))


def whole(kind: type[Penalty], repeats: int = 1, **settings: Any) -> tuple[Penalty, Scene]:
    """A penalty and all it may look at: four images and fakes, again and again, and a G with styles."""
    torch.manual_seed(0)
    d, g = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Tanh(), nn.Conv2d(4, 1, 1)), Styles()
    real, latents = torch.randn(4, 3, 2, 2), torch.randn(4, 6)
    real, latents = real.repeat(repeats, 1, 1, 1), latents.repeat(repeats, 1)
    fake = g(latents) if kind.on == "g" else g(latents).detach()
    penalty = kind(**settings)
    scene = seen_by(d, real, fake, discriminator=d, generator=g, latents_NZ=latents)
    return penalty, replace(scene, memory=MappingProxyType(memory_of(penalty)))


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_penalty_is_a_price_whose_strength_is_the_steps_business(
    kind: type[Penalty],
) -> None:
    """At least 0, a number without dimensions, and before its weight and interval."""
    term = price(kind)
    assert term >= 0
    assert price(kind, weight=7.0, interval=5) == term


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        pytest.param(kind, setting, id=f"{kind.key()}-{setting.name}")
        for kind in PENALTIES
        for setting in settings_of(kind)
        if setting.name not in ("weight", "interval")
    ],
)
def test_that_every_other_setting_of_a_penalty_counts(
    kind: type[Penalty], setting: Setting
) -> None:
    assert price(kind, **{setting.name: another(setting)}) != price(kind)


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_larger_batch_of_the_same_images_costs_the_same(kind: type[Penalty]) -> None:
    """Up to what is drawn for each image: a sum over the batch would be eight times as much."""
    assert price(kind, 128) == pytest.approx(price(kind, 16), rel=0.4)


def price(kind: type[Penalty], repeats: int = 1, **settings: Any) -> float:
    penalty, scene = whole(kind, repeats, **settings)
    term = penalty.term(scene)
    assert term.shape == ()
    return term.item()


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_a_penalty_changes_nothing_but_its_memory(kind: type[Penalty]) -> None:
    penalty, scene = whole(kind)
    looked_at = [v for v in vars(scene).values() if isinstance(v, Tensor)]
    kept, dice = [v.detach().clone() for v in looked_at], torch.get_rng_state()
    penalty.term(scene)
    assert all(torch.equal(now, was) for now, was in zip(looked_at, kept, strict=True))
    assert torch.equal(torch.get_rng_state(), dice)  # its dice are the scene's
    for value in scene.memory.values():
        assert not value.requires_grad  # or every later step would keep all earlier ones' graphs
        assert torch.isfinite(value)


@pytest.mark.parametrize(
    "kind", [part for part in PENALTIES if part().memory()], ids=lambda part: part.key()
)
def test_that_two_halves_of_a_batch_move_its_memory_as_far_as_the_whole(
    kind: type[Penalty],
) -> None:
    penalty, scene = whole(kind)
    penalty.term(scene)
    _, other = whole(kind)
    for _ in range(2):
        half = replace(other, share=0.5, random=torch.Generator().manual_seed(1))
        penalty.term(half)
    for name, value in scene.memory.items():
        assert value.item() != penalty.memory()[name]
        assert other.memory[name].item() == pytest.approx(value.item(), rel=1e-5)


@pytest.mark.parametrize("kind", PENALTIES, ids=lambda part: part.key())
def test_that_it_says_whether_it_differentiates_by_what_goes_in(
    kind: type[Penalty], monkeypatch: pytest.MonkeyPatch
) -> None:
    grad, calls = torch.autograd.grad, []
    monkeypatch.setattr(torch.autograd, "grad", lambda *a, **k: (calls.append(1), grad(*a, **k))[1])
    penalty, scene = whole(kind)
    penalty.term(scene)
    assert kind.slopes == bool(calls)


def test_that_one_sided_lets_gentle_slopes_be() -> None:
    scene = seen_by(lambda x: linear(x) * 0.1)
    assert GradientPenalty(one_sided=True).term(scene).item() == 0
    assert GradientPenalty().term(scene).item() > 0


def test_that_r1_looks_at_reals_and_r2_at_fakes() -> None:
    scene = seen_by(
        lambda x: x.square().flatten(1).sum(1), torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    )
    assert R1().term(scene).item() == 0
    assert R2().term(scene).item() == pytest.approx(8.0)


def test_that_drift_is_the_mean_square_of_real_scores() -> None:
    scene = replace(seen_by(linear), real_scores=torch.tensor([3.0, 1.0]))
    assert Drift().term(scene).item() == pytest.approx(5.0)


def test_that_lecam_charges_scores_beyond_the_other_sides_average() -> None:
    penalty = LeCam(decay=0.0)  # the averages are this batch's means
    scene = replace(
        seen_by(linear),
        real_scores=torch.tensor([2.0, 0.0]),
        fake_scores=torch.tensor([-1.0, -1.0]),
        memory=memory_of(penalty),
    )
    assert penalty.term(scene).item() == pytest.approx((9 + 1) / 2 + 4)
    assert scene.memory["real"].item() == pytest.approx(1.0)


def test_that_lecam_lets_scores_be_that_are_on_the_other_sides_side_of_its_average() -> None:
    scene = replace(
        seen_by(linear),
        real_scores=torch.tensor([-2.0, -3.0]),
        fake_scores=torch.tensor([2.0, 3.0]),
        memory=memory_of(LeCam()),
    )
    assert LeCam().term(scene).item() == 0


def test_that_a_d_blind_to_place_is_not_charged_for_consistency() -> None:
    bright, dark = torch.full((3, 1, 8, 8), 0.5), torch.full((3, 1, 8, 8), 0.25)
    seen = seen_by(lambda x: x.flatten(1).amax(1), bright, dark)
    assert Consistency(pixels=2).term(seen).item() == 0
    assert Consistency(pixels=2).term(seen_by(linear)).item() > 0


def test_that_fakes_count_for_consistency_as_reals_do() -> None:
    even = torch.full((3, 1, 8, 8), 0.5)
    uneven = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    for real, fake in ((even, uneven), (uneven, even)):
        seen = seen_by(lambda x: x[:, 0, 3:5, 3:5].mean((1, 2)), real, fake)
        assert Consistency(pixels=2).term(seen).item() > 0.01


def test_that_consistency_minds_mirror_images() -> None:
    """A D that says on which side an image is bright, and does not mind how far it was moved."""
    bright = torch.zeros(64, 1, 8, 8)
    bright[..., 4:] = 1.0
    seen = seen_by(lambda x: (x[..., 4:] - x[..., :4]).mean((1, 2, 3)).sign(), bright, bright)
    # Of both, about half of the copies are judged 1 and -1 instead of 1 and 1.
    assert Consistency(pixels=1).term(seen).item() == pytest.approx(2 * 4 / 2, rel=0.25)


def test_that_consistency_moves_a_copy_by_its_pixels_at_most() -> None:
    dot, seen = torch.zeros(300, 1, 15, 15), []
    dot[..., 7, 7] = 1.0
    scene = seen_by(lambda x: x.mean((1, 2, 3)), dot, dot)

    def critic(images: Tensor) -> Tensor:
        seen.append(images)
        return images.mean((1, 2, 3))

    Consistency(pixels=3).term(replace(scene, critic=critic))
    for moved in seen:
        places = moved[:, 0].nonzero()[:, 1:] - 7
        assert {*places.flatten().tolist()} == set(range(-3, 4))


class Places(nn.Module):
    """A D that notes at which images its slope is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, images: Tensor) -> Tensor:
        self.seen.append(images.detach())
        return linear(images)


def test_that_the_gradient_penalty_looks_between_a_real_and_its_fake() -> None:
    d = Places()
    scene = seen_by(d)
    GradientPenalty().term(scene)
    way = (d.seen[-1] - scene.real_NCHW) / (scene.fake_NCHW - scene.real_NCHW)
    share = way.flatten(1)[:, :1]
    assert torch.allclose(way.flatten(1), share.expand(-1, 12), atol=1e-4)
    assert ((share > 0) & (share < 1)).all()
    assert len(share.unique()) == len(share)  # each pair at a place of its own


def test_that_dragan_looks_around_reals_as_far_as_half_their_spread() -> None:
    d = Places()
    scene = seen_by(d, torch.randn(200, 3, 2, 2, generator=torch.Generator().manual_seed(0)) * 3)
    scene = replace(scene, fake_NCHW=scene.real_NCHW)
    Dragan().term(scene)
    off = (d.seen[-1] - scene.real_NCHW) / (0.5 * scene.real_NCHW.std())
    assert off.min() >= -1e-5
    assert off.max() <= 1 + 1e-5
    assert off.mean().item() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("kind", "expected"), [(L1, (1 + 2 + 0) / 3), (L2, (1 + 4 + 0) / 3)])
def test_that_reconstruction_is_the_mean_over_pixels(kind: type[Penalty], expected: float) -> None:
    real = torch.zeros(1, 3, 1, 1)
    fake = torch.tensor([1.0, -2.0, 0.0]).reshape(1, 3, 1, 1)
    assert kind().term(seen_by(lambda x: x.mean((1, 2, 3)), real, fake)).item() == pytest.approx(
        expected
    )


@pytest.mark.parametrize(("distance", "expected"), [("l1", 1.5), ("l2", 2.5)])
def test_that_features_are_compared_on_average(distance: str, expected: float) -> None:
    d = nn.Conv2d(2, 2, 1, bias=False)
    with torch.no_grad():
        d.weight.copy_(torch.eye(2)[:, :, None, None])
    real = torch.tensor([[0.0, 0.0], [2.0, 0.0]]).reshape(2, 2, 1, 1)  # on average 1 and 0
    fake = torch.tensor([[0.0, 1.0], [0.0, 3.0]]).reshape(2, 2, 1, 1)  # and 0 and 2
    judge = nn.Sequential(d, nn.Conv2d(2, 1, 1))  # its logits are no features
    scene = seen_by(judge, real, fake, discriminator=judge)
    assert FeatureMatching(distance=distance).term(scene).item() == pytest.approx(expected)


def test_that_features_that_match_on_average_cost_nothing() -> None:
    d = nn.Conv2d(3, 4, 1)
    real = torch.randn(4, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    same = seen_by(lambda x: d(x).mean(1), real, real.flip(0), discriminator=d)
    assert FeatureMatching().term(same).item() == pytest.approx(0, abs=1e-6)


def test_that_path_length_measures_how_far_a_step_in_style_moves_an_image() -> None:
    """For a linear G it is how long its weight makes noise, on average."""
    torch.manual_seed(0)
    g, penalty = Styles(), PathLength(share=1.0, decay=1.0)
    latents = torch.randn(4000, 6)
    scene = seen_by(linear, generator=g, latents_NZ=latents)
    scene = replace(scene, memory=memory_of(penalty))
    penalty.term(scene)
    expected = (torch.randn(4000, 12) @ g.weight.T / 2).norm(dim=1).mean()
    assert scene.memory["length"].item() == pytest.approx(expected.item(), rel=0.03)


def test_that_a_path_is_as_long_as_its_layers_are_on_average() -> None:
    """Two layers of which the image follows one: half of the square is the mean."""

    class Layered(Styles):
        def styles(self, z_NZ: Tensor) -> Tensor:
            return z_NZ[:, None].repeat(1, 2, 1).requires_grad_()

    lengths, penalty = [], PathLength(share=1.0, decay=1.0)
    for kind in (Styles, Layered):
        torch.manual_seed(0)
        scene = seen_by(linear, generator=kind(), latents_NZ=torch.randn(20, 6))
        scene = replace(scene, memory=memory_of(penalty))
        penalty.term(scene)
        lengths.append(scene.memory["length"].item())
    assert lengths[1] == pytest.approx(lengths[0] / 2**0.5)


def test_that_path_length_looks_at_its_share_of_a_batch() -> None:
    g, seen = Styles(), list[int]()
    g.styles = lambda z_NZ: (seen.append(len(z_NZ)), Styles.styles(g, z_NZ))[1]
    for share in (1.0, 0.5, 0.01):
        penalty = PathLength(share=share)
        scene = seen_by(linear, generator=g, latents_NZ=torch.randn(8, 6))
        penalty.term(replace(scene, memory=memory_of(penalty)))
    assert seen == [8, 4, 1]


def test_that_even_path_lengths_cost_nothing() -> None:
    g, penalty = Styles(), PathLength(share=1.0, decay=1.0)
    scene = seen_by(linear, generator=g, latents_NZ=torch.ones(1, 6))
    assert penalty.term(replace(scene, memory=memory_of(penalty))).item() == pytest.approx(0)
