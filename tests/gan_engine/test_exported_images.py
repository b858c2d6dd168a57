"""Pictures that are taken away are those that were looked at, and each says how to make it again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_engine import Exploration, Sight, explore, read_png, read_png_text, spot_in
from gan_engine.errors import EngineError
from gan_engine.export import ImageGrid, SingleImages, Walk, animation, export, images
from gan_engine.sampling import Sampler
from tests.gan_engine.test_animation import awake
from tests.gan_engine.test_mixed_styles import same


@pytest.fixture(params=[("dcgan", False), ("style", True)], ids=["dcgan", "style of classes"])
def sampler(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sampler:
    made = awake(*request.param)
    monkeypatch.setattr(images, "open_sampler", lambda source: made)
    return made


def test_that_a_grid_of_neighbours_is_the_one_that_was_seen(
    sampler: Sampler, tmp_path: Path
) -> None:
    looked = {"rows": 2, "columns": 3, "seed": 7, "near": "3>4:0.5", "distance": 0.2}
    seen = explore(sampler, Sight(Exploration(**looked, truncation=0.7)))
    list(export(tmp_path, ImageGrid(**looked, truncation=0.7), tmp_path / "grid.png"))
    assert same(read_png(tmp_path / "grid.png"), seen.pixels)
    told = read_png_text(tmp_path / "grid.png")
    assert told["truncation"] == "0.7"
    again = sampler.at([spot_in(name) for name in told["seeds"].split(", ")], 0.7)
    assert same(again, sampler.at(seen.spots, 0.7))


def test_that_chosen_samples_are_written_and_no_others(sampler: Sampler, tmp_path: Path) -> None:
    names = {"9": "seed-9", "5>8:0.3": "seed-5-8-0.3", "5>(8>9:0.5):0.25": "seed-5-8-9-0.5-0.25"}
    one = SingleImages(chosen=", ".join(names), truncation=0.6, count=2)
    *_, last = export(tmp_path, one, tmp_path / "out")
    assert (last.done, last.total) == (3, 3)
    files = {path.stem: path for path in (tmp_path / "out").iterdir()}
    assert set(files) == set(names.values())
    for name, stem in names.items():
        written = read_png(files[stem])[None]
        assert same(written, sampler.at([spot_in(name)], 0.6))
        told = read_png_text(files[stem])
        assert (told["seeds"], told["truncation"]) == (name, "0.6")
    apart = np.abs(read_png(files["seed-9"]).astype(int) - read_png(files["seed-5-8-0.3"]))
    assert apart.max() > 10


def test_that_one_class_is_written_alone_as_it_was_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = awake("dcgan", classes=True)
    for module in (images, animation):
        monkeypatch.setattr(module, "open_sampler", lambda source: sampler)
    cells = {"rows": 2, "columns": 3, "seed": 7}
    seen = explore(sampler, Sight(Exploration(**cells), label=1))
    list(export(tmp_path, ImageGrid(**cells, of_class="b"), tmp_path / "grid.png"))
    assert same(read_png(tmp_path / "grid.png"), seen.pixels)
    list(export(tmp_path, SingleImages(count=2, seed=7, of_class="b"), tmp_path / "out"))
    for seed, path in zip((7, 8), sorted((tmp_path / "out").iterdir()), strict=True):
        assert same(read_png(path)[None], sampler.images([seed], label=1))
        assert read_png_text(path)["seeds"] == f"{seed}#1"
    walk = Walk(**cells, stops=2, steps=1, of_class="b")
    list(export(tmp_path, walk, tmp_path / "walk.png"))
    assert same(read_png(tmp_path / "walk.png"), seen.pixels)
    with pytest.raises(EngineError, match="no class of this generator"):
        list(export(tmp_path, ImageGrid(of_class="z"), tmp_path / "z.png"))


def test_that_what_is_no_sample_is_told_before_anything_is_written(
    sampler: Sampler, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match="no sample"):
        list(export(tmp_path, SingleImages(chosen="3, four"), tmp_path / "out"))
    assert not (tmp_path / "out").exists()
