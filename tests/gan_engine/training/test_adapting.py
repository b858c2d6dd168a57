"""ADA in a run: what moves its probability, and what moves with the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gan_engine.config import RunConfig
from gan_engine.training.session import Session
from tests.gan_engine.training.test_accumulation import session_of
from tests.gan_engine.training.test_parts_in_runs import halves_equal_whole

Make = Callable[..., RunConfig]
MOVES = {"start": 0.2, "end": 0.6, "images": 64}


def with_ada(make: Make, loss: dict[str, Any] | None = None, **choices: Any) -> Session:
    augment = {"kind": "adaptive", "images_to_full": 1000, **choices}
    return session_of(make, augment=augment, loss=loss or {}, optimizer_g={"rate": 0.0})


def probability(session: Session) -> float:
    return float(session.memory.of("augment")["p"])


@pytest.mark.parametrize(
    ("loss", "drift"),
    [
        ({"pairing": "pair"}, -50.0),
        ({"pairing": "average"}, -50.0),
        ({"kind": "wasserstein"}, -50.0),
        ({"kind": "least_squares", "fake_target": -2.0, "real_target": -1.0}, 0.0),
    ],
    ids=["pair", "average", "critic", "targets below zero"],
)
def test_that_p_rises_where_d_is_sure_whatever_zero_means_to_its_loss(
    loss: dict[str, Any], drift: float, tiny: Make
) -> None:
    """D learns to tell reals from a G that stands still, and all its scores may be below zero."""
    session = with_ada(tiny, loss, geometry=False, colour=False, target=0.0)
    *_, bias = session.networks.d.parameters()
    assert bias.shape == (1,)
    bias.data.fill_(drift)
    for _ in range(40):
        session.round()
    found = session.meters.read(wait=True)
    assert found["score/real"] < 0
    assert probability(session) > 0.1


def test_that_p_moves_with_the_run_where_it_does_not_adapt(tiny: Make) -> None:
    session = with_ada(tiny, adapts=False, cap=MOVES)
    assert probability(session) == pytest.approx(0.2)
    seen = []
    for _ in range(10):
        session.round()
        seen.append(probability(session))
    assert seen[0] == pytest.approx(0.2)
    assert seen[4] == pytest.approx(0.4)
    assert seen[-1] == pytest.approx(0.6)


def test_that_cap_and_target_may_change_without_a_new_capture(tiny: Make) -> None:
    session = with_ada(tiny, adapts=False, cap=0.8)
    session.round()
    part = session.step.augment
    session.change("augment.cap", 0.25)
    session.change("augment.target", 0.5)
    session.round()
    assert probability(session) == pytest.approx(0.25)
    assert session.step.augment is part
    assert session.live.number("augment.target") == pytest.approx(0.5)


@pytest.mark.parametrize("adapts", [True, False])
def test_that_a_cap_that_moves_is_resumed_where_it_was(
    adapts: bool, tiny: Make, tmp_path: Path
) -> None:
    augment = {"kind": "adaptive", "adapts": adapts, "cap": MOVES, "images_to_full": 1000}
    halves_equal_whole(tiny, tmp_path, {"augment": augment})
