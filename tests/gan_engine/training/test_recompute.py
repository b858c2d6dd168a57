"""Computing inner maps again instead of keeping them changes memory, not what is learned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig
from gan_engine.drafts import merge
from gan_engine.training.session import Session
from tests.gan_engine.live_bytes import LiveBytes
from tests.gan_engine.training.test_accumulation import session_of
from tests.gan_engine.training.test_parts_in_runs import halves_equal_whole
from tests.slowly import slowly

Make = Callable[..., RunConfig]
PENALTIES: dict[str, dict[str, Any]] = {"r1": {"interval": 2}, "r2": {}}
NETWORKS: dict[str, dict[str, Any]] = {
    **{
        part.key(): {"kind": part.key(), "width": 16, **({} if part.needs_pairs else {"z_dim": 8})}
        for part in ARCHITECTURES
    },
    "dcgan_spectral": {"kind": "dcgan", "width": 4, "z_dim": 8, "d_norm": "spectral"},
}


def data_for(networks: dict[str, Any]) -> dict[str, Any]:
    return {"pairs": "side_by_side"} if networks["kind"] == "pix2pix" else {}


def both(make: Make, rounds: int, **changes: Any) -> list[Session]:
    """Return what a run is after some rounds, maps kept and maps computed again."""
    sessions = []
    for recomputed in (False, True):
        asked = merge(changes, {"training": {"recompute": recomputed}})
        sessions.append(session_of(make, **asked))
        for _ in range(rounds):
            sessions[-1].round()
    return sessions


@pytest.mark.parametrize("networks", NETWORKS.values(), ids=NETWORKS)
def test_that_every_architecture_learns_the_same_bit_for_bit(
    networks: dict[str, Any], tiny: Make
) -> None:
    kept, again = both(tiny, 3, architecture=networks, penalties=PENALTIES, data=data_for(networks))
    wanted, found = kept.snapshot().tensors, again.snapshot().tensors
    assert wanted.keys() == found.keys()
    assert [name for name, t in wanted.items() if not torch.equal(t, found[name])] == []
    assert again.meters.read() == kept.meters.read()


@pytest.mark.parametrize("kind", ["path_length", "feature_matching", "gradient_penalty"])
def test_that_penalties_see_the_same(kind: str, tiny: Make) -> None:
    networks = {"kind": "style", "width": 16, "z_dim": 8}
    kept, again = both(tiny, 2, architecture=networks, penalties={kind: {"interval": 1}})
    assert again.meters.read() == kept.meters.read()
    found = again.snapshot().tensors
    assert all(torch.equal(t, found[name]) for name, t in kept.snapshot().tensors.items())


@pytest.mark.parametrize("kind", slowly(NETWORKS, "fastgan", "r3", "style"))
def test_that_it_takes_less_memory(kind: str, tiny: Make) -> None:
    networks = NETWORKS[kind]
    changes: dict[str, Any] = {
        "architecture": {**networks, "width": 16},
        "training": {"batch_size": 32 if data_for(networks) else 8},
        "penalties": {"drift": {}},
        "data": {"size": 32, **data_for(networks)},
    }
    peaks = []
    for recomputed in (False, True):
        asked = merge(changes, {"training": {"recompute": recomputed}})
        session = session_of(tiny, **asked)
        session.round()
        with LiveBytes() as memory:
            session.round()
            for update in session.updates.values():
                update.begin()  # gradients are there until then
        peaks.append(memory.most)
        assert memory.now < 1000  # nothing waits for Python's collector
    assert peaks[1] < 0.8 * peaks[0], "make its blocks Segments (gan_engine/layers/segment.py)"


def test_that_a_run_that_computes_again_is_resumed_exactly(tiny: Make, tmp_path: Path) -> None:
    networks = {"kind": "style", "width": 16, "z_dim": 8}
    changes = {"architecture": networks, "training": {"recompute": True, "accumulation": 2}}
    halves_equal_whole(tiny, tmp_path, changes)
