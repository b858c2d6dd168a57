"""What a graph would hold of a step is all of the step: recorded once and replayed, it trains bit for bit alike.

A replay runs no Python, so this proves for every preset, penalty, optimiser and network that an update
changes nothing but tensors that stay, takes every number that moves from one, and draws from the
generators that it names. It needs no GPU; what CUDA alone forbids is left to the tests marked `gpu`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine.config import RunConfig, live_paths, parse
from gan_engine.data.classes import Classes
from gan_engine.device import Formats
from gan_engine.drafts import get
from gan_engine.optimizers import OPTIMIZERS
from gan_engine.penalties import PENALTIES
from gan_engine.training import accelerate
from gan_engine.training.accelerate import Runner
from gan_engine.training.meters import Meters
from gan_engine.training.session import Session
from tests.gan_engine.training.conftest import KINDS
from tests.gan_engine.training.recorded import Recorded
from tests.gan_engine.training.test_run import each_preset, tiny_preset
from tests.slowly import slowly

Make = Callable[..., RunConfig]
ROUNDS = 6


@pytest.fixture(autouse=True)
def no_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Capture an update at once when its kind comes back; there are no kernels to choose."""
    monkeypatch.setattr(accelerate, "WARM_UP", 1)


def session_of(config: RunConfig, classes: int = 0, formats: Formats | None = None) -> Session:
    shape = (12, *config.data.prepared_shape)
    pixels = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    labels = np.arange(12, dtype=np.int64) % max(classes, 1)
    told = Classes(tuple("abc"[:classes]), labels) if classes else None
    return Session(config, pixels, torch.device("cpu"), told, formats)


def often(config: RunConfig) -> RunConfig:
    """Return the settings with lazy penalties due in every second update."""
    draft = config.draft()
    for penalty in draft["penalties"].values():
        penalty["interval"] = min(penalty["interval"], 2)
    return parse(draft)


def change_everything(session: Session) -> None:
    """Give every live number half its value."""
    draft = session.config.draft()
    for path in live_paths(session.config):
        value = get(draft, path)
        if isinstance(value, float):
            session.change(path, value / 2)


def differences(config: RunConfig, **how: Any) -> list[str]:
    """Return what is not the same after a run as it is written and one that is replayed."""
    eager, session = (session_of(often(config), **how) for _ in range(2))
    recorded = Recorded()
    session.runner = Runner(session.step, "auto", recorded)
    session.runner._graphs = recorded
    for at in range(ROUNDS):
        for one in (eager, session):
            one.round()
            if at == ROUNDS // 2:
                change_everything(one)
    assert session.runner.trouble is None
    assert recorded.replays > 0
    found = session.snapshot().tensors
    wrong = [
        name for name, t in eager.snapshot().tensors.items() if not torch.equal(t, found[name])
    ]
    return wrong + ["meters"] * (eager.meters.read() != session.meters.read())


@pytest.mark.slow
@each_preset()
def test_that_every_preset_replays_as_it_is_written(key: str, emoji: Path) -> None:
    assert differences(parse(tiny_preset(key, emoji))) == []


@pytest.mark.parametrize("kind", [p.key() for p in PENALTIES if not p.needs_pairs])
def test_that_every_penalty_replays_as_it_is_written(kind: str, tiny: Make) -> None:
    nets = {"kind": "style", "width": 16} if kind == "path_length" else {"d_norm": "none"}
    assert differences(tiny(architecture=nets, penalties={kind: {}})) == []


@pytest.mark.parametrize("kind", slowly(KINDS, "fastgan", "r3", "resnet"))
def test_that_every_architecture_replays_with_classes_in_parts_and_recomputed(
    kind: str, tiny: Make
) -> None:
    saving = {"accumulation": 2, "recompute": True}
    config = tiny(
        architecture={"kind": kind, "width": 16, "z_dim": 8},
        data={"classes": True},
        augment={"kind": "adaptive"},
        training=saving,
    )
    assert differences(config, classes=3) == []


@pytest.mark.parametrize("kind", [part.key() for part in OPTIMIZERS])
def test_that_every_optimiser_replays_as_it_is_written(
    kind: str, tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = torch.optim.RMSprop
    as_on_a_gpu = {"capturable": True}
    monkeypatch.setattr(torch.optim, "RMSprop", lambda *a, **how: usual(*a, **how | as_on_a_gpu))
    rmsprop = importlib.import_module("torch.optim.rmsprop")
    monkeypatch.setattr(rmsprop, "_get_capturable_supported_devices", lambda **_: ["cpu"])
    rate = {"kind": kind, "rate": {"start": 1e-3, "end": 1e-4, "shape": "cosine"}}
    assert differences(tiny(optimizer_g=rate, optimizer_d=rate)) == []


def test_that_rounded_numbers_replay_as_they_are_written(tiny: Make) -> None:
    formats = Formats("bf16", channels_last=True)
    assert differences(tiny(penalties={"r1": {}}), formats=formats) == []


def test_that_a_python_number_that_moves_would_be_noticed(
    tiny: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, counted = Meters.add, []

    def adds(self: Meters, name: str, value: torch.Tensor) -> None:
        counted.append(name)
        add(self, name, value * len(counted))

    monkeypatch.setattr(Meters, "add", adds)
    assert differences(tiny()) == ["meters"]
