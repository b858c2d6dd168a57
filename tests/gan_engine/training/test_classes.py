"""Subfolders as classes: labels reach the networks, and a class can be asked for afterwards."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gan_engine import checkpoint
from gan_engine.architectures import ARCHITECTURES
from gan_engine.config import RunConfig
from gan_engine.data.classes import balanced, classes_of
from gan_engine.data.dataset import Images, Walk
from gan_engine.errors import EngineError
from gan_engine.events import Notice, SampleGrid, Started
from gan_engine.export import export
from gan_engine.export.weights import GeneratorWeights
from gan_engine.penalties import PENALTIES
from gan_engine.sampling import open_sampler
from gan_engine.training import resume, train
from tests.gan_engine.training.conftest import of_kind
from tests.gan_engine.training.test_parts_in_runs import halves_equal_whole

Make = Callable[..., RunConfig]
NAMES = ("cats", "dogs", "owls")


@pytest.fixture
def sorted_emoji(emoji: Path) -> Path:
    """The emoji folder with its pictures in three subfolders."""
    for name in NAMES:
        (emoji / name).mkdir()
    for i, picture in enumerate(sorted(p for p in emoji.iterdir() if p.is_file())):
        picture.rename(emoji / NAMES[i % 3] / picture.name)
    return emoji


def conditional(tiny: Make, **changes: Any) -> RunConfig:
    return tiny(**{"data": {"classes": True}, **changes})


def test_that_a_class_is_the_first_folder_of_a_name() -> None:
    found = classes_of(["dogs/1.png", "cats/old/2.png", "3.png", "dogs/4.png"])
    assert found.names == ("", "cats", "dogs")
    assert found.labels.tolist() == [2, 1, 0, 2]
    assert classes_of(["1.png", "2.png"]).names == ("",)


def test_that_small_classes_are_repeated_until_all_are_shown_as_often(tmp_path: Path) -> None:
    classes = classes_of([*(f"cats/{n}" for n in range(7)), "dogs/0", "owls/0", "owls/1"])
    pool = balanced(classes)
    walk = Walk(10, seed=3, pool=pool)
    epoch = walk.at(0, len(pool))
    assert np.bincount(classes.labels[epoch]).tolist() == [7, 7, 7]
    assert np.bincount(epoch, minlength=10).tolist() == [1] * 7 + [7, 4, 3]
    assert np.array_equal(walk.at(5, 9), np.concatenate([walk.at(5, 4), walk.at(9, 5)]))
    anywhere = walk.anywhere(np.random.default_rng(0), 3000)
    shares = np.bincount(classes.labels[anywhere]) / 3000
    assert np.abs(shares - 1 / 3).max() < 0.03


def test_that_a_balanced_run_is_the_same_when_resumed(
    sorted_emoji: Path, tiny: Make, tmp_path: Path
) -> None:
    for picture in sorted((sorted_emoji / "owls").iterdir())[3:]:
        picture.unlink()
    halves_equal_whole(tiny, tmp_path, {"data": {"balance": True}})


@pytest.mark.parametrize("resident", [10**6, 0])
def test_that_images_keep_their_labels(resident: int) -> None:
    pixels = np.arange(10, dtype=np.uint8)[:, None, None, None].repeat(3, 3)
    labels = np.arange(10) % 3
    images = Images(pixels, 4, torch.device("cpu"), resident, labels)
    images.show(np.array([7, 2, 9, 4]))
    shown = images.batch(False, torch.Generator())
    numbers = ((shown.images_NCHW[:, 0, 0, 0] + 1) * 127.5).round().long()
    assert shown.labels_N.tolist() == (numbers % 3).tolist()


def test_that_labels_are_drawn_as_often_as_images_have_them() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    images = Images(np.zeros((100, 1, 1, 3), np.uint8), 500, torch.device("cpu"), 10**6, labels)
    drawn = images.draw_labels(torch.Generator().manual_seed(0))
    assert 0.06 < drawn.float().mean().item() < 0.14
    assert 0.06 < images.labels_like(500).float().mean().item() < 0.14


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES if not part.needs_pairs])
def test_that_every_architecture_trains_on_classes_and_resumes_exactly(
    kind: str, tiny: Make, sorted_emoji: Path, tmp_path: Path
) -> None:
    nets = {"kind": kind, "width": 16, "z_dim": 8}
    loss = {"pairing": "pair"} if kind == "r3" else {}
    changes = {"data": {"classes": True}, "architecture": nets, "loss": loss}
    halves_equal_whole(tiny, tmp_path, changes)
    assert checkpoint.newest(tmp_path / "half")[1].counters["classes"] == list(NAMES)


@pytest.mark.parametrize("kind", [part.key() for part in PENALTIES if not part.needs_pairs])
def test_that_every_penalty_takes_labels(
    kind: str, tiny: Make, sorted_emoji: Path, tmp_path: Path
) -> None:
    nets = {"kind": "dcgan", "d_norm": "none"}
    if kind == "path_length":
        nets = {"kind": "style", "width": 16, "z_dim": 8}
    config = conditional(tiny, architecture=nets, penalties={kind: {}}, training={"images": 8})
    list(train(config, folder=tmp_path / "run"))


def test_that_a_grid_has_a_column_a_class(tiny: Make, sorted_emoji: Path, tmp_path: Path) -> None:
    config = conditional(tiny, samples={"rows": 2, "columns": 8})
    events = list(train(config, folder=tmp_path / "run"))
    grid = of_kind(events, SampleGrid)[-1]
    assert (grid.rows, grid.columns) == (2, 3)
    assert grid.seeds == (0, 0, 0, 1, 1, 1)
    assert of_kind(events, Started)[0].reals.shape == grid.pixels.shape
    sampler = open_sampler(tmp_path / "run")
    assert (sampler.grid(2, 8) == grid.pixels).all()
    tile = grid.pixels[:16, 18:34]  # the second class of the first seed
    assert (sampler.images([0], label=1)[0] == tile).all()


def test_that_an_exported_generator_knows_its_classes(
    tiny: Make, sorted_emoji: Path, tmp_path: Path
) -> None:
    list(train(conditional(tiny), folder=tmp_path / "run"))
    out = tmp_path / "g.safetensors"
    list(export(tmp_path / "run", GeneratorWeights(), out))
    one, two = open_sampler(tmp_path / "run"), open_sampler(out)
    assert two.classes == NAMES
    assert {name.partition(".")[0] for name in checkpoint.read(out).tensors} == {"ema"}
    assert (one.images([3, 4], label=[0, 2]) == two.images([3, 4], label=[0, 2])).all()


def test_that_labels_of_shards_reach_the_networks(tiny: Make, emoji: Path, tmp_path: Path) -> None:
    pictures = sorted(path.read_bytes() for path in emoji.iterdir())
    for path in list(emoji.iterdir()):
        path.unlink()
    for number in range(2):
        with tarfile.open(emoji / f"{number}.tar", "w") as shard:
            for place, data in enumerate(pictures[number::2]):
                for name, held in ((f"{place}.cls", b"%d" % (place % 3)), (f"{place}.webp", data)):
                    info = tarfile.TarInfo(name)
                    info.size = len(held)
                    shard.addfile(info, io.BytesIO(held))
    list(train(conditional(tiny), folder=tmp_path / "run"))
    assert open_sampler(tmp_path / "run").classes == ("0", "1", "2")


def test_that_two_classes_can_be_mixed(tiny: Make, sorted_emoji: Path, tmp_path: Path) -> None:
    list(train(conditional(tiny), folder=tmp_path / "run"))
    sampler = open_sampler(tmp_path / "run")
    a, b = (sampler.images([5], label=k).astype(int) for k in (0, 2))
    assert abs(sampler.images([5], mix=(0, 2, 0.0)).astype(int) - a).max() <= 1
    assert abs(sampler.images([5], mix=(0, 2, 1.0)).astype(int) - b).max() <= 1
    assert (a != b).any()
    shares = sampler._labels([5, 6], None, (0, 2, 0.25))
    assert shares is not None
    assert shares.tolist() == [[0.75, 0.0, 0.25]] * 2
    average = [sampler.images([seed], truncation=0.0, label=1) for seed in (5, 9)]
    assert (average[0] == average[1]).all()
    assert (sampler.images(range(4)) == sampler.images(range(4), label=[0, 1, 2, 0])).all()


def test_that_a_class_that_is_not_there_is_refused_in_words(
    tiny: Make, sorted_emoji: Path, tmp_path: Path
) -> None:
    list(train(conditional(tiny), folder=tmp_path / "run"))
    sampler = open_sampler(tmp_path / "run")
    assert sampler.label("owls") == 2
    with pytest.raises(EngineError, match="no class") as error:
        sampler.label("owl")
    assert "owls" in str(error.value.hint)
    with pytest.raises(EngineError, match="knows 3"):
        sampler.images([0], label=3)


def test_that_other_subfolders_are_refused_on_resuming(
    tiny: Make, sorted_emoji: Path, tmp_path: Path
) -> None:
    list(train(conditional(tiny), folder=tmp_path / "run"))
    (sorted_emoji / "owls").rename(sorted_emoji / "mice")
    with pytest.raises(EngineError, match="subfolders"):
        list(resume(tmp_path / "run", images=48, changed="anew"))


def test_that_one_class_trains_and_says_that_it_is_one(tiny: Make, tmp_path: Path) -> None:
    events = list(train(conditional(tiny), folder=tmp_path / "run"))
    assert "classes" in [notice.key for notice in of_kind(events, Notice)]
    grid = of_kind(events, SampleGrid)[-1]
    assert (grid.rows, grid.columns) == (2, 3)
    assert (open_sampler(tmp_path / "run").grid(2, 3) == grid.pixels).all()
