"""For every preset: nothing that a save holds is there for nothing, and nothing is missing in it.

That whole runs stopped and gone on with thrice are bit for bit the same, through their files, is in
`tests/gan_engine/training/test_run.py`; here is the proof that such a test would notice.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gan_engine.checkpoint import Checkpoint
from gan_engine.config import RunConfig, parse
from gan_engine.training.session import Session
from tests.gan_engine.training.test_run import each_preset, tiny_preset

ROUNDS = 2
"""Of training before a save, and after it."""


def session_of(config: RunConfig) -> Session:
    draw = np.random.default_rng(4)
    images = draw.integers(0, 256, (24, *config.data.prepared_shape), np.uint8)
    return Session(config, images, torch.device("cpu"))


def gone_on(config: RunConfig, saved: Checkpoint) -> dict[str, torch.Tensor]:
    """Return what a fresh session has learned that goes on from a save."""
    session = session_of(config)
    session.restore(saved, Path("save"))
    for _ in range(ROUNDS):
        session.round()
    return dict(session.snapshot().kept().tensors)


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    assert one.keys() == two.keys()
    return all(torch.equal(tensor, two[name]) for name, tensor in one.items())


def without(saved: Checkpoint, item: str, fresh: Checkpoint) -> Checkpoint:
    """Return a save in which one item was left out: it is as in a run that has just begun."""
    if item in saved.counters:
        return replace(saved, counters={**saved.counters, item: 0})
    zeros = {n: torch.zeros_like(t) for n, t in saved.tensors.items() if n.startswith(item)}
    left_out = {name: fresh.tensors.get(name, zero) for name, zero in zeros.items()}
    return replace(saved, tensors={**saved.tensors, **left_out})


@each_preset()
def test_that_leaving_any_item_out_of_a_save_would_be_noticed(key: str, emoji: Path) -> None:
    config = parse(tiny_preset(key, emoji))
    session = session_of(config)
    fresh = session.snapshot().kept()
    for _ in range(ROUNDS):
        session.round()
    saved = session.snapshot().kept()
    for _ in range(ROUNDS):
        session.round()
    whole = dict(session.snapshot().kept().tensors)
    assert same(gone_on(config, saved), whole)
    items = {f"{name.split('.')[0]}." for name in saved.tensors}
    assert {"g.", "d.", "ema.", "optimizer_g.", "optimizer_d."} <= items
    told = {"images_seen", "updates_d", "updates_g"}
    assert told <= saved.counters.keys()
    for item in sorted(items | told):
        spoilt = without(saved, item, fresh)
        if item not in told and same(dict(spoilt.tensors), dict(saved.tensors)):
            assert item == "memory."  # of parts that have not had their turn yet
            continue
        assert not same(gone_on(config, spoilt), whole), f"{item} is kept for nothing"
