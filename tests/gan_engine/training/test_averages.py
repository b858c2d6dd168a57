"""A run that keeps its averages can be sampled with any averaging length afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from gan_engine import averages, checkpoint
from gan_engine.config import RunConfig
from gan_engine.errors import EngineError
from gan_engine.power_average import LENGTHS
from gan_engine.sampling import open_sampler
from gan_engine.training import resume, train

Make = Callable[..., RunConfig]


@pytest.fixture
def run(tiny: Make, tmp_path: Path) -> Path:
    config = tiny(
        ema={"any_length": True}, checkpoint={"every_images": 8}, optimizer_g={"rate": 0.01}
    )
    list(train(config, folder=tmp_path / "run"))
    return tmp_path / "run"


def test_that_a_kept_average_comes_back_as_it_was(run: Path) -> None:
    tensors = checkpoint.newest(run)[1].tensors
    for which, length in enumerate(LENGTHS):
        _, rebuilt = averages.rebuild(run, length)
        for name, tensor in rebuilt.tensors.items():
            if name.startswith("ema.") and tensor.is_floating_point():
                kept = tensors[f"power.{which}.{name.removeprefix('ema.')}"]
                assert torch.allclose(tensor, kept, atol=1e-2, rtol=1e-2)


def test_that_another_length_makes_other_images(run: Path) -> None:
    short, long = (open_sampler(run, ema_length=length).images([0, 1]) for length in (0.05, 0.2))
    assert (short != long).any()


def test_that_averages_survive_a_resume_bit_for_bit(run: Path, tiny: Make, tmp_path: Path) -> None:
    config = tiny(ema={"any_length": True}, training={"images": 16}, optimizer_g={"rate": 0.01})
    list(train(config, folder=tmp_path / "half"))
    list(resume(tmp_path / "half", images=32))
    whole, half = (checkpoint.newest(folder)[1].tensors for folder in (run, tmp_path / "half"))
    powers = [name for name in whole if name.startswith("power.")]
    assert powers
    assert all(torch.equal(whole[name], half[name]) for name in powers)


@pytest.mark.parametrize("length", [0.0, 0.5])
def test_that_a_length_no_average_has_is_refused(run: Path, length: float) -> None:
    with pytest.raises(EngineError, match="long"):
        open_sampler(run, ema_length=length)


def test_that_a_run_without_averages_says_so(tiny: Make, tmp_path: Path) -> None:
    list(train(tiny(), folder=tmp_path / "run"))
    with pytest.raises(EngineError, match="kept no averages"):
        open_sampler(tmp_path / "run", ema_length=0.1)
