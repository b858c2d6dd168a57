"""How D's scores are spread, and the tutorial's numbers of the samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_engine.config import RunConfig
from gan_engine.events import SampleGrid, Scalars, ScoreCounts, Started, Statistics
from gan_engine.history import History
from gan_engine.training import score_edges, train
from gan_engine.training.meters import BINS, Meters
from gan_engine.training.statistics import _means
from tests.gan_engine.training.conftest import of_kind

Make = Callable[..., RunConfig]
CPU = torch.device("cpu")


def test_that_scores_are_counted_between_the_edges() -> None:
    meters, edges = Meters(("loss/g",), CPU), score_edges()
    real = torch.randn(500) * 3
    fake = torch.randn(500) * 0.1 - 40
    meters.count(real[:200], fake[:200])
    meters.count(real[200:].view(3, 100), fake[200:].view(3, 100))
    meters.read()
    found = meters.take_counts()
    for counts, scores in zip(found, (real, fake), strict=True):
        assert counts.tolist() == np.histogram(scores.double().numpy(), edges)[0].tolist()
    assert not meters.take_counts().any()


def test_that_no_score_is_out_of_room_and_none_breaks_the_count() -> None:
    meters = Meters(("loss/g",), CPU)
    meters.count(torch.tensor([-1e9, 1e9]), torch.tensor([torch.nan, 0.0]))
    meters.read()
    real, fake = meters.take_counts()
    assert (real[0], real[-1], real.sum()) == (1, 1, 2)
    assert (fake[BINS // 2], fake.sum()) == (1, 1)  # what is no number is no score


def test_that_means_are_as_they_were_beside_the_counts() -> None:
    meters = Meters(("loss/g", "loss/d"), CPU)
    meters.add("loss/g", torch.tensor(1.0))
    meters.add("loss/g", torch.tensor(2.0))
    meters.count(torch.zeros(4), torch.zeros(4))
    assert meters.read() == {"loss/g": 1.5}
    assert meters.read() == {}


def test_that_every_score_of_a_run_is_in_its_history(tiny: Make, tmp_path: Path) -> None:
    events = list(train(tiny(), folder=tmp_path / "run"))
    told = of_kind(events, ScoreCounts)
    assert sum(int(event.real.sum()) for event in told) == 32
    assert sum(int(event.fake.sum()) for event in told) == 32
    history = History(tmp_path / "run")
    moments, kept = history.counts(BINS)
    history.close()
    assert moments.tolist() == [event.images_seen for event in told]
    assert (kept == np.stack([[event.real, event.fake] for event in told])).all()


def test_that_mean_intensities_are_those_of_the_pictures_shown(tiny: Make, tmp_path: Path) -> None:
    events = list(train(tiny(samples={"rows": 1, "columns": 1}), folder=tmp_path / "run"))
    started, found = of_kind(events, Started)[0], of_kind(events, Statistics)
    for grid, numbers in zip(of_kind(events, SampleGrid), found, strict=True):
        assert grid.images_seen == numbers.images_seen
        shown = grid.pixels.astype(float).mean() / 127.5 - 1
        assert numbers.fake_means[0] == pytest.approx(shown, abs=0.005)
        real = started.reals.astype(float).mean() / 127.5 - 1
        assert numbers.real_means[0] == pytest.approx(real, abs=0.005)
    kept = [e.values for e in of_kind(events, Scalars) if "intensity/fake" in e.values]
    assert kept[-1]["intensity/fake"] == pytest.approx(found[-1].fake_means[0])


def test_that_opacity_is_no_intensity() -> None:
    images = torch.tensor([0.5, -0.5, 0.25, 1.0])[None, :, None, None].expand(2, 4, 3, 3)
    assert _means(images) == pytest.approx((0.25 / 3, 0.25 / 3))
    assert _means(images[:, :1]) == pytest.approx((0.5, 0.5))


def test_that_a_patch_head_gives_a_map_of_each_image_and_others_none(
    tiny: Make, tmp_path: Path
) -> None:
    patch = tiny(architecture={"head": "patch"})
    found = of_kind(train(patch, folder=tmp_path / "patch"), Statistics)[-1]
    assert found.fake_maps.shape == found.real_maps.shape
    assert found.fake_maps.shape[0] == 6
    assert np.isfinite(found.fake_maps).all()
    plain = of_kind(train(tiny(), folder=tmp_path / "plain"), Statistics)[-1]
    assert plain.fake_maps.size == plain.real_maps.size == 0


def test_that_looking_at_d_changes_nothing_of_it(tiny: Make, tmp_path: Path) -> None:
    from gan_engine import checkpoint

    often, seldom = ({"samples": {"rows": 2, "columns": 3, "every_seconds": s}} for s in (0.5, 99))
    list(train(tiny(**often), folder=tmp_path / "often"))
    list(train(tiny(**seldom), folder=tmp_path / "seldom"))
    one, two = (checkpoint.newest(tmp_path / name)[1] for name in ("often", "seldom"))
    assert all(torch.equal(t, two.tensors[name]) for name, t in one.tensors.items())


@pytest.mark.parametrize("kind", ["style", "fastgan", "resnet"])
def test_that_every_kind_of_d_is_looked_at(tiny: Make, tmp_path: Path, kind: str) -> None:
    settings = {
        "architecture": {"kind": kind, "z_dim": 8, "width": 16},
        "data": {"size": 16},
        "training": {"images": 4},
    }
    assert of_kind(train(tiny(**settings), folder=tmp_path / "run"), Statistics)


class Copied:
    """A mark in a GPU's work that is not reached until it is told to be."""

    reached, waited = False, False

    def record(self) -> None:
        self.reached = False

    def query(self) -> bool:
        return self.reached

    def synchronize(self) -> None:
        self.waited = self.waited or not self.reached


def on_a_gpu() -> tuple[Meters, Copied]:
    meters, mark = Meters(("loss/g",), CPU), Copied()
    meters._copied = mark  # type: ignore[assignment]
    return meters, mark


def test_that_a_gpus_meters_are_read_a_step_late_and_without_waiting() -> None:
    meters, mark = on_a_gpu()
    meters.add("loss/g", torch.tensor(2.0))
    assert meters.read() == {}  # it is on its way
    meters.add("loss/g", torch.tensor(5.0))
    assert meters.read() == {}  # and is not there yet: nothing is lost, nothing waited for
    meters.add("loss/g", torch.tensor(7.0))
    mark.reached = True
    assert meters.read() == {"loss/g": 2.0}
    assert not mark.waited
    mark.reached = True
    assert meters.read() == {"loss/g": 6.0}  # the mean of what came after that copy


def test_that_at_the_end_of_a_run_the_copy_is_waited_for() -> None:
    meters, mark = on_a_gpu()
    meters.add("loss/g", torch.tensor(2.0))
    meters.read()
    assert meters.read(wait=True) == {"loss/g": 2.0}
    assert mark.waited


def test_that_who_waits_for_a_gpus_reading_has_all_of_it_and_leaves_none_for_the_next() -> None:
    meters, _ = on_a_gpu()
    meters.add("loss/g", torch.tensor(2.0))
    meters.read()
    meters.add("loss/g", torch.tensor(5.0))
    meters.count(torch.zeros(4), torch.zeros(4))
    assert meters.read(wait=True) == {"loss/g": 3.5}  # a pause
    assert meters.take_counts().sum() == 8
    meters.add("loss/g", torch.tensor(7.0))
    assert meters.read(wait=True) == {"loss/g": 7.0}  # a single step, by itself
    assert meters.read(wait=True) == {}
