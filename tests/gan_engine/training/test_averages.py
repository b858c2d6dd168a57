"""A run that keeps its averages can be sampled with any averaging length afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_engine import averages, checkpoint, durable
from gan_engine.config import RunConfig
from gan_engine.errors import EngineError, FileError
from gan_engine.power_average import LENGTHS, step_weight
from gan_engine.sampling import open_sampler
from gan_engine.training import resume, train
from tests.gan_engine.training.test_accumulation import session_of

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


def test_that_each_update_counts_as_much_as_its_length_says(tiny: Make) -> None:
    """Power functions of the updates done: the first average is G as it is then."""
    session = session_of(tiny, ema={"any_length": True}, optimizer_g={"rate": 0.01})
    assert session.powers is not None
    wanted: list[dict[str, torch.Tensor]] = [{} for _ in LENGTHS]
    for done in range(1, 6):
        session.round()
        for which, length in enumerate(LENGTHS):
            for name, tensor in session.networks.g.state_dict().items():
                if tensor.is_floating_point():
                    before = wanted[which].get(name, torch.zeros_like(tensor).double())
                    moved = step_weight(length, done) * (tensor.double() - before)
                    wanted[which][name] = before + moved
    found = session.powers.tensors()
    for which, average in enumerate(wanted):
        for name, tensor in average.items():
            assert torch.allclose(found[f"{which}.{name}"].double(), tensor, atol=1e-6), name


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


def test_that_of_many_snapshots_every_second_of_the_older_half_goes(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(averages, "MOST", 8)
    saved = checkpoint.newest(run)[1]
    for path in (run / "averages").iterdir():
        path.unlink()
    with durable.lock(run):
        for done in range(1, 10):
            counted = replace(saved, counters={**saved.counters, "updates_g": done})
            averages.keep_snapshot(run, counted)
    kept = sorted(int(path.stem) for path in (run / "averages").iterdir())
    assert kept == [2, 4, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("length", [0.0, 0.5])
def test_that_a_length_no_average_has_is_refused(run: Path, length: float) -> None:
    with pytest.raises(EngineError, match="long"):
        open_sampler(run, ema_length=length)


def test_that_a_run_without_averages_says_so(tiny: Make, tmp_path: Path) -> None:
    list(train(tiny(), folder=tmp_path / "run"))
    with pytest.raises(EngineError, match="kept no averages"):
        open_sampler(tmp_path / "run", ema_length=0.1)


def test_that_what_is_not_there_is_not_called_something_else(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not there"):
        open_sampler(tmp_path / "gone", ema_length=0.1)
