"""Penalties on D's slopes without autograd: the same gradients, from a function that can be compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from gan_engine.config import RunConfig
from gan_engine.layers import twice
from gan_engine.training import accelerate
from gan_engine.training.session import Session
from tests.gan_engine.training.recorded import Recorded
from tests.gan_engine.training.test_accumulation import session_of
from tests.slowly import slowly

Make = Callable[..., RunConfig]
TRACED = pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning")
NETS = {"kind": "r3", "width": 16, "z_dim": 8, "blocks": 1}


@pytest.fixture(autouse=True)
def compiler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    torch._dynamo.reset()
    monkeypatch.setattr(accelerate, "BACKEND", "aot_eager")
    yield
    torch._dynamo.reset()


def compiled(session: Session) -> Session:
    session.step.compile_penalties(accelerate.BACKEND)
    return session


def apart(one: Session, two: Session, rounds: int = 2) -> float:
    """Return how far the gradients of D's last update are apart after some rounds of both.

    As a share of the largest of each weight; rounding grows from update to update.
    """
    for session in (one, two):
        for _ in range(rounds):
            session.round()
    assert two.meters.read() == pytest.approx(one.meters.read(), rel=1e-3)
    grown = [[weight.grad for weight in s.networks.d.parameters()] for s in (one, two)]
    pairs = [(a, b) for a, b in zip(*grown, strict=True) if a is not None or b is not None]
    assert pairs
    return max(
        float((a - b).abs().max() / (a.abs().max() + 1e-9))
        for a, b in pairs
        if a is not None and b is not None
    )


@TRACED
@pytest.mark.parametrize("convolutions", slowly(["torch's", "those of a GPU"], "those of a GPU"))
def test_that_gradients_are_those_of_autograd(
    convolutions: str, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    if convolutions == "those of a GPU":
        monkeypatch.setattr(twice, "DEVICES", ("cpu",))
    how = {"architecture": NETS, "penalties": {"r1": {"weight": 3.0}, "r2": {"interval": 2}}}
    session = compiled(session_of(tiny, **how))
    assert set(session.step._flat) == {"r1", "r2"}
    assert apart(session_of(tiny, **how), session, rounds=1) < 1e-4


@TRACED
def test_that_what_changes_from_batch_to_batch_is_no_part_of_the_function(tiny: Make) -> None:
    how: dict[str, Any] = {
        "architecture": NETS,
        "penalties": {"r1": {"weight": {"start": 4.0, "end": 1.0}}},
        "augment": {"kind": "diff_augment"},
        "training": {"accumulation": 2},
    }
    plain, session = session_of(tiny, **how), compiled(session_of(tiny, **how))
    assert set(session.step._flat) == {"r1"}
    assert apart(plain, session, rounds=3) < 1e-2
    for one in (plain, session):
        one.change("penalties.r1.weight", 0.5)
    assert apart(plain, session) < 1e-2


@TRACED
def test_that_nothing_happens_while_it_is_compiled(tiny: Make) -> None:
    how = {"architecture": NETS, "penalties": {"r1": {}}, "training": {"recompute": True}}
    plain, session = session_of(tiny, **how), session_of(tiny, **how)
    before = {name: t.clone() for name, t in session.snapshot().tensors.items()}
    compiled(session)
    assert all(torch.equal(t, before[n]) for n, t in session.snapshot().tensors.items())
    assert apart(plain, session) < 1e-2


@TRACED
@pytest.mark.parametrize(
    ("nets", "penalty"),
    [
        ({"kind": "dcgan", "width": 4, "z_dim": 8, "d_norm": "batch"}, "r1"),
        ({"kind": "dcgan", "width": 4, "z_dim": 8, "d_norm": "spectral"}, "r1"),
        ({"kind": "dcgan", "width": 4, "z_dim": 8, "d_norm": "none"}, "gradient_penalty"),
    ],
    ids=["batch norm", "spectral norm", "a random place between"],
)
def test_that_what_moves_or_is_drawn_is_no_constant(
    nets: dict[str, Any], penalty: str, tiny: Make
) -> None:
    how = {"architecture": nets, "penalties": {penalty: {}}}
    plain, session = session_of(tiny, **how), session_of(tiny, **how)
    before = {name: t.clone() for name, t in session.snapshot().tensors.items()}
    compiled(session)
    assert penalty not in session.step._flat
    assert all(torch.equal(t, before[n]) for n, t in session.snapshot().tensors.items())
    assert apart(plain, session) < 1e-2


@TRACED
def test_that_r1_and_r2_are_one_function(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[str]()

    def noted(graph: Any, inputs: Any) -> Any:
        seen.append(graph.code)
        return graph.forward

    monkeypatch.setattr(accelerate, "BACKEND", noted)
    compiled(session_of(tiny, architecture=NETS, penalties={"r1": {}, "r2": {}}))
    assert len(seen) == 2
    assert seen[0] == seen[1]


@TRACED
def test_that_a_graph_holds_it_all(tiny: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerate, "WARM_UP", 1)
    monkeypatch.setattr(accelerate, "BACKEND", "eager")
    how = {"architecture": NETS, "penalties": {"r1": {"interval": 2}}}
    plain, session = compiled(session_of(tiny, **how)), compiled(session_of(tiny, **how))
    recorded = Recorded()
    session.runner = accelerate.Runner(session.step, "auto", recorded)
    session.runner._graphs = recorded
    for _ in range(8):
        plain.round()
        session.round()
    found = session.snapshot().tensors
    assert all(torch.equal(t, found[name]) for name, t in plain.snapshot().tensors.items())
    assert recorded.replays > 0
    assert session.runner.trouble is None


@TRACED
def test_that_a_penalty_that_cannot_be_compiled_is_told_and_runs_as_it_is(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = {"architecture": NETS, "penalties": {"r1": {}}}
    session = session_of(tiny, **how, training={"acceleration": "compile"})

    def refuses(backend: str) -> None:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(session.step, "compile_penalties", refuses)
    monkeypatch.setattr(accelerate, "PENALTIES_ON", ("cpu",))
    session.runner.compile()
    assert "run as they are: no such operation" in str(session.runner.trouble)
    assert session.runner.mode == "compile"
    assert session.step._g is not session.networks.g
    assert apart(session_of(tiny, **how), session) < 1e-3
