"""An update's gradients are those of the loss and the penalties as one writes them down by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gan_engine.augment import Transform
from gan_engine.config import RunConfig
from gan_engine.data.classes import Classes
from gan_engine.data.dataset import Shown
from gan_engine.penalties import R1, FeatureMatching, Scene
from gan_engine.training.session import Session
from tests.gan_engine.training.test_accumulation import session_of

Make = Callable[..., RunConfig]
DOUBLING = Transform(lambda images: images * 2)
"""An augmentation of which one sees whether it was done, to whom, and how often."""
LOSSES = [{"kind": "least_squares"}, {"pairing": "pair"}, {"kind": "hinge", "pairing": "average"}]


class Watched:
    """A session whose networks are kept as they were, and whose draws are noted."""

    def __init__(self, make: Make, classes: Classes | None = None, **changes: Any) -> None:
        changes = {"training": {"batch_size": 6}, **changes}
        self.session: Session = session_of(make, classes, **changes)
        step = self.session.step
        self.latents: list[Tensor] = []
        self.shown: list[Shown] = []
        draw, reals = step.latents, step.reals
        step.latents = lambda: self._noted(self.latents, draw())  # type: ignore[method-assign]
        step.reals = lambda random: self._noted(self.shown, reals(random))
        step._change = lambda: DOUBLING  # type: ignore[method-assign]
        self.before: dict[str, nn.Module] = {}

    @staticmethod
    def _noted(notes: list[Any], value: Any) -> Any:
        notes.append(value)
        return value

    def update(self, network: str) -> None:
        networks = self.session.networks
        self.before = {"g": copy.deepcopy(networks.g), "d": copy.deepcopy(networks.d)}
        (self.session.update_d if network == "d" else self.session.update_g)()

    def equals(self, network: str, total: Tensor) -> bool:
        """Whether the gradients of the last update are those of `total`."""
        wanted = torch.autograd.grad(total, list(self.before[network].parameters()))
        updated = getattr(self.session.networks, network).parameters()
        return all(
            torch.allclose(weight.grad, gradient, rtol=1e-4, atol=1e-6)
            for weight, gradient in zip(updated, wanted, strict=True)
        )


def slope(d: nn.Module, images: Tensor) -> Tensor:
    x = images.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(d(x * 2).sum(), x, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: "-".join(loss.values()))
def test_that_d_learns_from_reals_and_fakes_changed_alike(loss: dict[str, str], tiny: Make) -> None:
    penalties = {"r1": {"weight": 3.0, "interval": 4}}
    watched = Watched(tiny, loss=loss, penalties=penalties)
    game = watched.session.config.loss
    for lazy in (True, False):
        watched.update("d")
        g, d = watched.before["g"], watched.before["d"]
        real, fake = watched.shown[-1].images_NCHW, g(watched.latents[-1]).detach()
        total = game.discriminator(d(real * 2), d(fake * 2))
        if lazy:  # four times as strong, for the three updates without
            total = total + 3.0 * 4 * slope(d, real) / 2
        assert watched.equals("d", total)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: "-".join(loss.values()))
def test_that_g_is_judged_through_the_same_changes(loss: dict[str, str], tiny: Make) -> None:
    watched = Watched(tiny, loss=loss)
    watched.session.update_d()
    watched.shown.clear()
    watched.update("g")
    g, d = watched.before["g"], watched.before["d"]
    fake = d(g(watched.latents[-1]) * 2)
    real = d(watched.shown[-1].images_NCHW * 2) if watched.shown else None
    assert (real is not None) == ("pairing" in loss)
    assert watched.equals("g", watched.session.config.loss.generator(real, fake))


@pytest.mark.parametrize("network", ["d", "g"])
def test_that_a_penalty_is_shown_images_as_they_are_and_scores_of_changed_ones(
    network: str, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, scenes = {"d": R1, "g": FeatureMatching}[network], list[Scene]()
    term = kind.term
    monkeypatch.setattr(kind, "term", lambda p, scene: (scenes.append(scene), term(p, scene))[1])
    watched = Watched(tiny, penalties={"r1": {}, "feature_matching": {}})
    watched.update(network)
    (scene,) = scenes
    g, d = watched.before["g"], watched.before["d"]
    real, fake = watched.shown[-1].images_NCHW, g(watched.latents[-1])
    assert torch.equal(scene.real_NCHW, real)
    assert torch.allclose(scene.fake_NCHW, fake, atol=1e-6)
    assert torch.allclose(scene.real_scores, d(real * 2), atol=1e-5)
    assert torch.allclose(scene.fake_scores, d(fake * 2), atol=1e-5)
    assert scene.fake_NCHW.requires_grad == (network == "g")


def test_that_fakes_are_made_and_judged_as_of_their_reals_classes(tiny: Make) -> None:
    classes = Classes(("a", "b", "c"), np.arange(12) % 3)
    watched = Watched(tiny, classes, data={"classes": True})
    watched.session.update_d()  # with R1, which is due again in the fourth update
    watched.update("d")
    g, d = watched.before["g"], watched.before["d"]
    real, labels, _ = watched.shown[-1]
    assert labels is not None
    assert len(labels.unique()) > 1
    fake = g(watched.latents[-1], labels).detach()
    scores = d(real * 2, labels), d(fake * 2, labels)
    assert watched.equals("d", watched.session.config.loss.discriminator(*scores))


@pytest.mark.parametrize("network", ["d", "g"])
def test_that_what_a_pair_is_made_from_is_changed_as_its_pictures_are(
    network: str, tiny: Make
) -> None:
    nets = {"kind": "pix2pix", "width": 4, "d_norm": "none", "dropout": 0.0}
    data, penalties = {"pairs": "side_by_side"}, {"r1": {"weight": 0.0}}
    watched = Watched(tiny, architecture=nets, data=data, penalties=penalties)
    watched.update(network)
    g, d = watched.before["g"], watched.before["d"]
    real, _, source = watched.shown[-1]
    assert source is not None
    game, fake = watched.session.config.loss, d(g(source) * 2, source * 2)
    assert watched.equals(
        network,
        game.generator(None, fake)
        if network == "g"
        else game.discriminator(d(real * 2, source * 2), fake),
    )


def test_that_d_learns_a_task_of_its_own_as_strongly_as_is_set(tiny: Make) -> None:
    learned = []
    for strength in (1.0, 3.0):
        nets = {"kind": "fastgan", "width": 4, "z_dim": 8, "reconstruction": strength}
        watched = Watched(tiny, architecture=nets)
        watched.update("d")
        decoders = watched.session.networks.d.decoders.parameters()
        learned.append(torch.cat([weight.grad.flatten() for weight in decoders]))
    assert learned[0].abs().max() > 0
    assert torch.allclose(learned[1], 3 * learned[0], rtol=1e-3, atol=1e-7)


def test_that_every_update_draws_numbers_of_its_own_and_the_same_ones_again(tiny: Make) -> None:
    drawn = []
    for _ in range(2):
        watched = Watched(tiny)
        for _ in range(3):
            watched.session.round()
        drawn.append(torch.stack(watched.latents))
    assert torch.equal(*drawn)
    assert len(drawn[0]) == 6
    assert len(drawn[0].flatten(1).unique(dim=0)) == 6
    other = Watched(tiny, training={"batch_size": 6, "seed": 1})
    other.session.round()
    assert not torch.equal(other.latents[0], drawn[0][0])


def test_that_a_penalty_of_g_is_as_strong_as_it_is_rare(tiny: Make) -> None:
    watched = Watched(
        tiny, penalties={"feature_matching": {"weight": 2.0, "interval": 3, "distance": "l2"}}
    )
    watched.update("g")
    g, d = watched.before["g"], watched.before["d"]
    real, fake = watched.shown[-1].images_NCHW, g(watched.latents[-1])
    total = watched.session.config.loss.generator(None, d(fake * 2))
    apart, convolved = [], (real * 2, fake * 2)
    for block in d.down:
        maps = [block.conv(x) for x in convolved]
        apart.append((maps[0].mean(0) - maps[1].mean(0)).square().mean())
        convolved = tuple(block(x) for x in convolved)
    assert watched.equals("g", total + 2.0 * 3 * torch.stack(apart).mean())


def test_that_g_compares_with_other_reals_than_d_has_just_seen(tiny: Make) -> None:
    session = session_of(tiny, loss={"pairing": "pair"})
    seen = []
    for _ in range(4):
        session.update_d()
        of_d = session.images.indices.tolist()
        counted = session.images_seen
        session.update_g()
        seen.append(of_d != session.images.indices.tolist())
        assert session.images_seen == counted
    assert all(seen)


def test_that_slopes_are_in_fp32_whatever_the_rest_is_in(tiny: Make) -> None:
    session = session_of(tiny, training={"precision": "bf16"}, penalties={"r1": {}})
    d, shown, reals = copy.deepcopy(session.networks.d), [], session.step.reals
    session.step.reals = lambda random: (shown.append(reals(random)), shown[-1])[1]
    session.update_d()
    x = shown[0].images_NCHW.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(d(x).sum(), x)
    exact = gradient.square().flatten(1).sum(1).mean() / 2
    with torch.autocast("cpu", torch.bfloat16):
        rounded = d(x)
    assert not torch.equal(rounded, d(x))
    found = session.meters.read(wait=True)
    assert found["penalty/r1"] == pytest.approx(float(exact), rel=1e-5)
    assert found["score/real"] != pytest.approx(float(d(x).detach().mean()), rel=1e-5)
