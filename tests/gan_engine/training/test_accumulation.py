"""A batch computed in parts is the same update as the batch at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine import checkpoint
from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig, check
from gan_engine.data.classes import Classes
from gan_engine.drafts import merge
from gan_engine.training import train
from gan_engine.training.session import Session
from tests.gan_engine.live_bytes import LiveBytes
from tests.gan_engine.training.test_parts_in_runs import halves_equal_whole

Make = Callable[..., RunConfig]
CPU = torch.device("cpu")
BY_ITSELF = {"kind": "dcgan", "d_norm": "none", "g_norm": "none"}
"""Networks in which no image of a batch depends on another."""
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "slopes": {"penalties": {"r1": {}, "r2": {}, "drift": {}}},
    "pairs": {"loss": {"pairing": "pair"}, "penalties": {"r1": {}}},
    "diff_augment": {"augment": {"kind": "diff_augment"}},
    "adaptive": {"augment": {"kind": "adaptive", "images_to_full": 1000}},
    "r3": {"architecture": {"kind": "r3", "width": 16}, "loss": {"pairing": "pair"}},
}


def session_of(make: Make, classes: Classes | None = None, **changes: Any) -> Session:
    """Return a run's state over twelve random images."""
    changes = merge({"training": {"batch_size": 8}, "architecture": BY_ITSELF}, changes)
    config = make(**changes)
    pixels = np.random.default_rng(3).integers(0, 256, (12, *config.data.prepared_shape), np.uint8)
    return Session(config, pixels, CPU, classes)


def gradients(session: Session) -> dict[str, torch.Tensor]:
    networks = {"g": session.networks.g, "d": session.networks.d}
    return {
        f"{key}.{name}": weight.grad.clone()
        for key, network in networks.items()
        for name, weight in network.named_parameters()
        if weight.grad is not None
    }


def assert_alike(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> None:
    assert one.keys() == two.keys()
    for name, value in one.items():
        scale = float(value.abs().max())
        assert torch.allclose(value, two[name], rtol=1e-4, atol=2e-6 * max(scale, 1e-6)), name


@pytest.mark.parametrize("parts", [2, 4])
@pytest.mark.parametrize("changes", SETTINGS.values(), ids=SETTINGS)
def test_that_parts_have_the_gradients_of_the_whole_batch(
    changes: dict[str, Any], parts: int, tiny: Make
) -> None:
    found, measured = [], []
    for accumulation in (1, parts):
        asked = merge(changes, {"training": {"accumulation": accumulation}})
        session = session_of(tiny, **asked)
        for p in (v for k, v in session.memory.of("augment").items() if k == "p"):
            p.fill_(0.7)
        session.update_d()
        # D as it is before its step, so that G's gradients do not see Adam's rounding.
        session.step.update_g.apply = lambda: torch.zeros(())  # type: ignore[method-assign]
        session.networks.d.load_state_dict(session_of(tiny, **changes).networks.d.state_dict())
        session.update_g()
        found.append(gradients(session))
        measured.append(session.meters.read(wait=True))
    assert_alike(*found)
    assert measured[0].keys() == measured[1].keys()
    for name, value in measured[0].items():
        assert measured[1][name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


def test_that_classes_stay_with_their_images(tiny: Make) -> None:
    classes = Classes(("a", "b", "c"), np.arange(12) % 3)
    found = []
    for parts in (1, 4):
        session = session_of(tiny, classes, training={"accumulation": parts})
        session.update_d()
        found.append(gradients(session))
    assert_alike(*found)


def test_that_images_seen_and_lazy_penalties_count_batches(tiny: Make) -> None:
    penalties = {"r1": {"interval": 2}}
    session = session_of(tiny, training={"accumulation": 4}, penalties=penalties)
    due = []
    run = session.runner.discriminator
    session.runner.discriminator = lambda p: (due.append(len(p)), run(p))  # type: ignore
    for _ in range(4):
        session.round()
    assert session.images_seen == 32
    assert (session.updates_d, session.updates_g) == (4, 4)
    assert due == [1, 0, 1, 0]
    steps = {k: t for k, t in session.snapshot().tensors.items() if k.endswith(".step")}
    assert steps
    assert all(int(t) == 4 for t in steps.values())


@pytest.mark.parametrize("kind", ["lecam", "path_length"])
def test_that_averages_move_as_far_as_with_the_whole_batch(kind: str, tiny: Make) -> None:
    nets = {"kind": "style", "width": 16, "z_dim": 8, "noise": False, "mixing": 0.0}
    moved = []
    for parts in (1, 4):
        session = session_of(
            tiny, architecture=nets, penalties={kind: {}}, training={"accumulation": parts}
        )
        session.round()
        moved.append([float(t) for t in session.memory.of(f"penalties.{kind}").values()])
    assert moved[1] == pytest.approx(moved[0], rel=0.15)
    assert all(value != 0 for value in moved[0])


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES if not part.needs_pairs])
def test_that_every_architecture_trains_in_parts_of_one_image(kind: str, tiny: Make) -> None:
    nets = {"kind": kind, "width": 16, "z_dim": 8}
    session = session_of(tiny, architecture=nets, training={"accumulation": 8})
    session.round()
    assert session.is_finite()


def test_that_an_update_that_fails_half_way_is_not_applied_and_can_be_repeated(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = session_of(tiny, training={"accumulation": 4})
    calm.round()
    session = session_of(tiny, training={"accumulation": 4})
    before = {name: t.clone() for name, t in session.networks.tensors().items()}
    teach, calls = session.step._teach_d, []

    def failing(*args: Any) -> torch.Tensor:
        calls.append(args)
        if len(calls) == 3:
            raise KeyError("no memory is another matter")
        return teach(*args)

    monkeypatch.setattr(session.step, "_teach_d", failing)
    with pytest.raises(KeyError):
        session.round()
    assert all(torch.equal(t, before[n]) for n, t in session.networks.tensors().items())
    assert session.images_seen == 0
    session.round()
    wanted = calm.snapshot().tensors
    assert all(torch.equal(t, wanted[name]) for name, t in session.snapshot().tensors.items())


def test_that_a_run_can_be_split_further_while_it_trains(tiny: Make) -> None:
    whole, session = session_of(tiny), session_of(tiny)
    for _ in range(3):
        whole.round()
        assert session.next_parts is not None
        session.split(session.next_parts)
        session.round()
    assert session.step.parts == 8
    assert session.next_parts is None
    assert session.snapshot().draft["training"]["accumulation"] == 8
    assert session.images_seen == whole.images_seen
    assert_close_weights(whole, session)


def assert_close_weights(one: Session, two: Session) -> None:
    other = two.networks.tensors()
    for name, value in one.networks.tensors().items():
        # Adam's first steps are as long for a gradient of rounding errors as for any other.
        assert float((value - other[name]).abs().median()) < 1e-6, name


def test_that_a_run_in_parts_is_resumed_exactly(tiny: Make, tmp_path: Path) -> None:
    halves_equal_whole(tiny, tmp_path, {"training": {"accumulation": 2}})


def test_that_a_run_in_parts_keeps_its_clock(tiny: Make, tmp_path: Path) -> None:
    list(train(tiny(training={"accumulation": 2, "images": 12}), folder=tmp_path / "run"))
    assert checkpoint.newest(tmp_path / "run")[1].images_seen == 12


def test_that_unequal_parts_are_refused_with_a_number_that_works(tiny: Make) -> None:
    draft = merge(tiny().draft(), {"training": {"batch_size": 12, "accumulation": 5}})
    config, problems = check(draft)
    assert config is None
    (problem,) = [p for p in problems if p.path == "training.accumulation"]
    assert problem.suggestion in (4, 6)


def test_that_parts_take_less_memory(tiny: Make) -> None:
    held = []
    for parts in (1, 4):
        training = {"batch_size": 32, "accumulation": parts}
        session = session_of(tiny, training=training, data={"size": 32})
        session.round()
        with LiveBytes() as memory:
            session.round()
        held.append(memory.most)
    assert held[1] < 0.7 * held[0]


def test_that_penalties_on_slopes_begin_once_the_maps_of_the_rest_are_gone(tiny: Make) -> None:
    held = []
    nets = {"kind": "r3", "width": 16, "z_dim": 8}
    both = {"r1": {"interval": 1}, "r2": {"interval": 1}}
    for penalties in ({"r1": {"interval": 64}}, both):
        session = session_of(
            tiny,
            training={"batch_size": 16},
            data={"size": 32},
            architecture=nets,
            penalties=penalties,
        )
        session.round()
        with LiveBytes() as memory:
            session.round()
        held.append(memory.most)
    assert held[1] <= 1.02 * held[0]
