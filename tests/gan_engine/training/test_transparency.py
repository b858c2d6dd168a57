"""Four channels from the picture to the exported file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import checkpoint
from gan_engine.architectures import ARCHITECTURES
from gan_engine.cli import app
from gan_engine.config import RunConfig
from gan_engine.events import SampleGrid, Started
from gan_engine.export import ImageGrid, SingleImages, export
from gan_engine.export.images import Format, write_picture
from gan_engine.sampling import open_sampler
from gan_engine.training import train
from tests.gan_engine.training.conftest import of_kind
from tests.gan_engine.training.test_parts_in_runs import halves_equal_whole

Make = Callable[..., RunConfig]


@pytest.mark.parametrize("augment", ["diff_augment", "adaptive"])
def test_that_a_run_with_transparency_is_resumed_exactly(
    augment: str, tiny: Make, tmp_path: Path
) -> None:
    changes = {"data": {"channels": 4}, "augment": {"kind": augment}}
    halves_equal_whole(tiny, tmp_path, changes)


@pytest.mark.parametrize("kind", [part.key() for part in ARCHITECTURES])
def test_that_every_architecture_trains_in_four_channels(
    kind: str, tiny: Make, tmp_path: Path
) -> None:
    data = {"channels": 4, "pairs": "side_by_side" if kind == "pix2pix" else "off"}
    nets = {"kind": kind, "width": 16}
    config = tiny(
        data=data, architecture=nets, training={"images": 8}, augment={"kind": "adaptive"}
    )
    started, *_ = of_kind(train(config, folder=tmp_path / "run"), Started)
    assert started.reals.shape[2] == 3
    weights = checkpoint.newest(tmp_path / "run")[1].tensors
    assert all(t.isfinite().all() for t in weights.values() if t.is_floating_point())


def test_that_exported_pictures_are_cut_out(tiny: Make, tmp_path: Path) -> None:
    run = tmp_path / "run"
    grid = of_kind(train(tiny(data={"channels": 4}), folder=run), SampleGrid)[-1]
    assert grid.pixels.shape == (34, 52, 3)
    made = open_sampler(run).images(range(6))
    assert made.shape == (6, 16, 16, 4)
    for kind in ("png", "webp", "jpeg"):
        list(export(run, SingleImages(count=2, format=kind), tmp_path / kind))
        with Image.open(tmp_path / kind / f"seed00000001.{kind}") as picture:
            assert picture.mode == ("RGB" if kind == "jpeg" else "RGBA")
            if kind != "jpeg":
                assert np.array_equal(np.asarray(picture), made[1])
    list(export(run, ImageGrid(rows=2, columns=3), tmp_path / "grid.png"))
    words = ["sample", str(run), "--count", "6", "--out", str(tmp_path / "line.png")]
    assert not app(words, standalone_mode=False)
    for name, columns in (("grid.png", 3), ("line.png", 2)):
        with Image.open(tmp_path / name) as picture:
            seen = np.asarray(picture)
        assert seen.shape == (18 * (6 // columns) - 2, 18 * columns - 2, 4)
        assert np.array_equal(seen[:16, 18:34], made[1])
        assert not seen[:, 16:18].any()


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_that_colours_that_nobody_sees_are_kept_too(kind: Format, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 4), np.uint8)
    pixels[:8, :, 3] = 0
    write_picture(tmp_path / "one", pixels, kind, {}, "#ffffff")
    with Image.open(tmp_path / "one") as picture:
        assert np.array_equal(np.asarray(picture), pixels)
