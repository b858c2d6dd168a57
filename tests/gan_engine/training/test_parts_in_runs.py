"""Every part works inside a real run, and what it remembers survives a resume."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gan_engine import checkpoint
from gan_engine.augment import AUGMENTATIONS
from gan_engine.config import RunConfig
from gan_engine.drafts import put
from gan_engine.losses import LOSSES
from gan_engine.optimizers import OPTIMIZERS
from gan_engine.penalties import PENALTIES, Penalty
from gan_engine.training import resume, train

Make = Callable[..., RunConfig]


def halves_equal_whole(tiny: Make, tmp_path: Path, changes: dict[str, Any]) -> None:
    """Train 24 images at once, and 12 and then 12 more; every tensor must agree bit for bit."""
    list(train(tiny(**put(changes, "training.images", 24)), folder=tmp_path / "whole"))
    list(train(tiny(**put(changes, "training.images", 12)), folder=tmp_path / "half"))
    list(resume(tmp_path / "half", images=24))
    whole, half = (checkpoint.newest(tmp_path / name)[1].tensors for name in ("whole", "half"))
    assert whole.keys() == half.keys()
    assert all(torch.equal(t, half[name]) for name, t in whole.items())
    assert all(torch.isfinite(t).all() for t in whole.values() if t.is_floating_point())


@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda part: part.key())
def test_that_every_penalty_trains_and_resumes_exactly(
    penalty: type[Penalty], tiny: Make, tmp_path: Path
) -> None:
    kind = penalty.key()
    nets = {"kind": "dcgan", "d_norm": "none"}
    if kind == "path_length":
        nets = {"kind": "style", "width": 16, "z_dim": 8}
    changes = {"architecture": nets, "penalties": {kind: {"interval": 2}}}
    if penalty.needs_pairs:
        changes["architecture"] = {"kind": "pix2pix", "width": 4}
        changes["data"] = {"pairs": "side_by_side"}
    halves_equal_whole(tiny, tmp_path, changes)


@pytest.mark.parametrize("kind", [part.key() for part in AUGMENTATIONS])
def test_that_every_augmentation_trains_and_resumes_exactly(
    kind: str, tiny: Make, tmp_path: Path
) -> None:
    changes: dict[str, Any] = {"augment": {"kind": kind}}
    if kind == "adaptive":
        changes["augment"]["images_to_full"] = 1000
    halves_equal_whole(tiny, tmp_path, changes)


@pytest.mark.parametrize("kind", [part.key() for part in OPTIMIZERS])
def test_that_every_optimizer_trains_and_resumes_exactly(
    kind: str, tiny: Make, tmp_path: Path
) -> None:
    halves_equal_whole(
        tiny, tmp_path, {"optimizer_g": {"kind": kind}, "optimizer_d": {"kind": kind}}
    )


@pytest.mark.parametrize("pairing", ["each", "pair", "average"])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda part: part.key())
def test_that_every_loss_and_pairing_trains_or_is_refused(
    loss, pairing: str, tiny: Make, tmp_path: Path
) -> None:
    if pairing != "each" and loss.relative:
        with pytest.raises(Exception, match=r"loss\.pairing"):
            tiny(loss={"kind": loss.key(), "pairing": pairing})
        return
    halves_equal_whole(tiny, tmp_path, {"loss": {"kind": loss.key(), "pairing": pairing}})


def test_that_rates_that_move_are_resumed_where_they_were(tiny: Make, tmp_path: Path) -> None:
    ramp = {"start": 1e-3, "end": 0.0, "shape": "cosine", "images": 20}
    halves_equal_whole(
        tiny, tmp_path, {"optimizer_g": {"rate": ramp}, "optimizer_d": {"rate": ramp}}
    )


def test_that_several_d_steps_and_clipping_are_resumed_exactly(tiny: Make, tmp_path: Path) -> None:
    halves_equal_whole(tiny, tmp_path, {"training": {"d_steps": 3, "gradient_clip": 0.5}})
