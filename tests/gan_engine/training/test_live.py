"""A value that changes while a run trains, by hand or by itself, is what the next update works with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from gan_engine.config import RunConfig, live_paths
from gan_engine.drafts import get, put
from gan_engine.losses import LOSSES
from gan_engine.optimizers import OPTIMIZERS
from gan_engine.penalties import PENALTIES
from gan_engine.schema import Part, settings_of
from gan_engine.training.session import Session
from tests.gan_engine.training.test_accumulation import session_of

Make = Callable[..., RunConfig]
Tensors = dict[str, torch.Tensor]
BATCH, ROUNDS = 8, 2
STYLE = {"kind": "style", "width": 16, "z_dim": 8}
SURE = {"kind": "adaptive", "images_to_full": 1000, "target": 0.0}
QUICK = {"optimizer_d": {"rate": 0.05}}
"""D is soon sure of the few images there are: its scores leave the middle."""


class Case(NamedTuple):
    """A live value, another one for it, and settings in which it counts."""

    path: str
    value: float
    settings: dict[str, Any]
    moves: bool = False
    """Whether it may also move by itself."""


def cases() -> list[Case]:
    found = [
        Case("ema.half_life", 77, {"ema": {"ramp_up": 0.0}}, True),
        Case("augment.target", 0.9, {"augment": SURE, "loss": {"pairing": "pair"}, **QUICK}),
        Case("augment.cap", 0.4, {"augment": {**SURE, "adapts": False}}, True),
    ]

    def add(kinds: tuple[type[Part], ...], prefix: str, settings: Callable[[str], Any]) -> None:
        for kind in kinds:
            for one in settings_of(kind, prefix.format(kind.key())):
                if one.live:
                    moves = one.kind == "varying"
                    found.append(Case(one.path, 0.31, settings(kind.key()), moves))

    alone = tuple(kind for kind in PENALTIES if not kind.needs_pairs)
    nets = {"path_length": {"architecture": STYLE}}
    always = {"interval": 1}
    add(LOSSES, "loss", lambda key: {"loss": {"kind": key}, **QUICK})
    add(alone, "penalties.{}", lambda key: {"penalties": {key: always}, **nets.get(key, {})})
    add(OPTIMIZERS, "optimizer_g", lambda key: {"optimizer_g": {"kind": key}})
    add(OPTIMIZERS, "optimizer_d", lambda key: {"optimizer_d": {"kind": key}})
    return found


def name(case: Case) -> str:
    chosen = case.settings.get(case.path.split(".")[0], {}).get("kind", "")
    return f"{case.path}-{chosen}" if chosen else case.path


def begun(make: Make, settings: dict[str, Any]) -> Session:
    return session_of(make, training={"batch_size": BATCH}, **settings)


def learned(session: Session) -> Tensors:
    """Return everything after some more rounds."""
    for _ in range(ROUNDS):
        session.round()
    return dict(session.snapshot().kept().tensors)


def same(one: Tensors, two: Tensors) -> bool:
    return all(torch.equal(tensor, two[key]) for key, tensor in one.items())


@pytest.mark.parametrize("case", cases(), ids=name)
def test_that_a_live_change_is_as_if_it_had_been_so_from_the_start(
    case: Case, tiny: Make, tmp_path: Path
) -> None:
    session = begun(tiny, case.settings)
    assert case.path in live_paths(session.config)
    learned(session)
    middle = session.snapshot().kept()
    unchanged = learned(session)
    session.restore(middle, tmp_path)
    step = session.step
    session.change(case.path, case.value)
    changed = learned(session)
    assert session.step is step
    assert not same(changed, unchanged)
    other = begun(tiny, put(case.settings, case.path, case.value))
    other.restore(middle, tmp_path)
    assert same(changed, learned(other))


@pytest.mark.parametrize("case", [case for case in cases() if case.moves], ids=name)
def test_that_a_value_that_moves_is_where_its_ramp_is(
    case: Case, tiny: Make, tmp_path: Path
) -> None:
    # G is updated when D has seen a round's images: for G the next round begins behind those.
    of_g = any(case.path.startswith(f"penalties.{p.key()}.") for p in PENALTIES if p.on == "g")
    images = ROUNDS * BATCH + (of_g or case.path.startswith(("optimizer_g", "ema")))
    jump = {"end": case.value, "shape": "steps", "jumps": 1, "images": images}
    start = get(begun(tiny, case.settings).config.draft(), case.path)
    moving = begun(tiny, put(case.settings, case.path, {"start": start, **jump}))
    by_hand = begun(tiny, case.settings)
    assert same(learned(moving), learned(by_hand))
    by_hand.change(case.path, case.value)
    assert same(learned(moving), learned(by_hand))
