"""The averaged G is what its half-life says, weights and buffers alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from gan_engine.config import RunConfig
from gan_engine.training.session import Session
from tests.gan_engine.training.test_accumulation import session_of

Make = Callable[..., RunConfig]
BATCH, ROUNDS = 8, 6


def followed(session: Session, weight: Callable[[int], float]) -> dict[str, torch.Tensor]:
    """Train, and return the average as one would compute it from G's states by hand."""
    average = {n: t.double().clone() for n, t in session.networks.ema.state_dict().items()}
    for _ in range(ROUNDS):
        session.round()
        moved = weight(session.images_seen)
        for name, tensor in session.networks.g.state_dict().items():
            average[name] += moved * (tensor.double() - average[name])
    return average


def of(make: Make, **changes: Any) -> Session:
    nets = {"g_norm": "batch"}
    return session_of(make, architecture=nets, optimizer_g={"rate": 0.01}, **changes)


@pytest.mark.parametrize("d_steps", [1, 2])
@pytest.mark.parametrize("ramp_up", [0.0, 0.5])
def test_that_weights_and_buffers_are_averaged_by_the_images_seen(
    ramp_up: float, d_steps: int, tiny: Make
) -> None:
    training = {"batch_size": BATCH, "d_steps": d_steps}
    session = of(tiny, ema={"half_life": 20, "ramp_up": ramp_up}, training=training)

    def weight(seen: int) -> float:
        remembered = min(20, seen * ramp_up) if ramp_up else 20
        return 1 - 0.5 ** (BATCH * d_steps / remembered)

    average = followed(session, weight)
    found = session.networks.ema.state_dict()
    assert any("running_var" in name for name in found)
    for name, tensor in found.items():
        if tensor.is_floating_point():
            assert torch.allclose(tensor.double(), average[name], atol=1e-6), name
            assert not torch.allclose(tensor, session.networks.g.state_dict()[name], atol=1e-5)
        else:  # a count is no quantity to average
            assert torch.equal(tensor, session.networks.g.state_dict()[name])


def test_that_a_half_life_of_nothing_shows_g_itself(tiny: Make) -> None:
    session = of(tiny, ema={"half_life": 0})
    session.round()
    g = session.networks.g.state_dict()
    assert all(torch.equal(t, g[n]) for n, t in session.networks.ema.state_dict().items())


def test_that_its_length_may_change_without_a_new_capture(tiny: Make) -> None:
    session = of(tiny, ema={"half_life": 10_000, "ramp_up": 0.0})
    session.round()
    average = session.step._average
    session.change("ema.half_life", 0)
    session.round()
    assert session.step._average is average
    g = session.networks.g.state_dict()
    assert all(torch.allclose(t, g[n]) for n, t in session.networks.ema.state_dict().items())
