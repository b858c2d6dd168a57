"""Pairs in a run: D and G see the same ones, mirrored together, and the grid shows all three pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gan_engine import checkpoint
from gan_engine.architectures import Pix2Pix
from gan_engine.cli import app
from gan_engine.commands import Inbox, Pause, SaveNow, StepOnce, Stop
from gan_engine.config import RunConfig, check, parse
from gan_engine.data.dataset import Images
from gan_engine.drafts import merge
from gan_engine.errors import EngineError
from gan_engine.events import Paused, SampleGrid, Saved, Started
from gan_engine.export import GeneratorWeights, TranslatedPictures, export
from gan_engine.grid_layout import lay_out_pairs
from gan_engine.imaging import read_png, read_png_text
from gan_engine.sampling import open_sampler
from gan_engine.training import train
from gan_engine.training.session import Session
from tests.contracts.test_every_exporter import saved
from tests.gan_engine.training.conftest import of_kind
from tests.gan_engine.training.test_run import tiny_preset

CPU = torch.device("cpu")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Ten pairs: b is a, darker by 40 levels; nothing is the same mirrored."""
    draw = np.random.default_rng(0)
    for number in range(10):
        rough = Image.fromarray(draw.integers(60, 256, (4, 4, 3), np.uint8))
        levels = np.asarray(rough.resize((16, 16), Image.Resampling.BICUBIC)).clip(60, 255)
        for folder, pixels in (("a", levels), ("b", levels - 40)):
            (tmp_path / "set" / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels.astype(np.uint8)).save(
                tmp_path / "set" / folder / f"{number}.png"
            )
    return tmp_path / "set"


@pytest.fixture
def make(pairs: Path) -> Callable[..., RunConfig]:
    def made(**changes: Any) -> RunConfig:
        draft = merge(tiny_preset("pix2pix-256", pairs), {"data": {"pairs": "folders"}})
        return parse(merge(draft, {"training": {"images": 8}, **changes}))

    return made


def levels(images_NCHW: torch.Tensor) -> torch.Tensor:
    return ((images_NCHW + 1) * 127.5).round()


@pytest.mark.parametrize("direction", ["a_to_b", "b_to_a"])
@pytest.mark.parametrize("resident", [10**9, 0])
def test_that_both_pictures_of_a_pair_are_mirrored_together(direction, resident) -> None:
    a = np.random.default_rng(0).integers(50, 256, (6, 4, 4, 3), np.uint8)
    images = Images(np.concatenate([a, a - 50], 3), 6, CPU, resident, direction=direction)
    images.show(np.arange(6))
    shown = images.batch(True, torch.Generator().manual_seed(0))
    sign = 1 if direction == "a_to_b" else -1
    assert shown.sources_NCHW is not None
    apart = levels(shown.sources_NCHW) - levels(shown.images_NCHW)
    assert (apart == sign * 50).all()
    first = torch.from_numpy(a if direction == "a_to_b" else a - 50).permute(0, 3, 1, 2).float()
    same = (levels(shown.sources_NCHW) == first).flatten(1).all(1)
    turned = (levels(shown.sources_NCHW) == first.flip(3)).flatten(1).all(1)
    assert (same | turned).all()
    assert same.any()
    assert turned.any()
    sources, targets = images.pairs(4)
    assert sources.shape == targets.shape == (4, 3, 4, 4)
    assert (levels(sources) - levels(targets) == sign * 50).all()
    assert torch.equal(images[torch.tensor([0, 5])].float(), levels(targets[[0, 3]]))
    assert images[:].shape == (6, 3, 4, 4)


def test_that_the_grid_shows_what_is_given_what_is_made_and_what_it_should_be(
    make, tmp_path: Path
) -> None:
    config = make(samples={"rows": 2, "columns": 6})
    events = list(train(config, folder=tmp_path / "run"))
    grids = of_kind(events, SampleGrid)
    assert (grids[-1].rows, grids[-1].columns) == (2, 6)
    assert grids[-1].seeds == (0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3)
    first, last = grids[0].pixels.astype(int), grids[-1].pixels.astype(int)
    reals = of_kind(events, Started)[0].reals
    assert reals.shape == (34, 4 * 18 - 2, 3)  # two cells a pair
    for place in range(0, 6, 3):
        given, made, wanted = (slice(18 * (place + i), 18 * (place + i) + 16) for i in range(3))
        assert (last[:16, given] - last[:16, wanted] == 40).all()
        assert (first[:16, made] != last[:16, made]).any()
        one, two = (
            slice(18 * (place * 2 // 3 + i), 18 * (place * 2 // 3 + i) + 16) for i in (0, 1)
        )
        assert np.array_equal(reals[:16, one], last[:16, given])
        assert np.array_equal(reals[:16, two], last[:16, wanted])
    assert np.array_equal(read_png(grids[-1].path), grids[-1].pixels)


def test_that_a_grid_has_a_pair_a_row_at_least_and_no_empty_rows() -> None:
    assert (lay_out_pairs(4, 9, 100).rows, lay_out_pairs(4, 9, 100).columns) == (4, 9)
    assert (lay_out_pairs(4, 2, 100).rows, lay_out_pairs(4, 2, 100).columns) == (4, 3)
    assert (lay_out_pairs(4, 8, 3).rows, len(lay_out_pairs(4, 8, 3).seeds)) == (2, 9)


def test_that_g_learns_from_the_pair_that_d_has_just_seen(make, monkeypatch) -> None:
    shown: list[list[int]] = []
    session = Session(make(), np.zeros((10, 16, 16, 6), np.uint8), CPU)
    show = session.images.show
    monkeypatch.setattr(
        session.images, "show", lambda indices: (shown.append(list(indices)), show(indices))
    )
    for _ in range(10):
        session.round()
    assert shown[::2] == shown[1::2]
    assert sorted(index for pair in shown[::2] for index in pair) == list(range(10))


def test_that_a_d_step_leaves_g_alone_and_the_reverse(make, tmp_path: Path) -> None:
    inbox = Inbox()
    inbox.post(Pause())
    seen: list[dict[str, torch.Tensor]] = []
    for event in train(make(architecture={"g_norm": "batch"}), inbox, folder=tmp_path / "run"):
        if isinstance(event, Paused):
            for command in (SaveNow(), StepOnce("d"), SaveNow(), StepOnce("g"), SaveNow(), Stop()):
                inbox.post(command)
        if isinstance(event, Saved):
            seen.append(checkpoint.read(event.path).tensors)
    start, after_d, after_g = seen[:3]

    def moved(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor], prefix: str) -> bool:
        return any(not torch.equal(t, two[n]) for n, t in one.items() if n.startswith(prefix))

    assert moved(start, after_d, "d.")
    assert not moved(start, after_d, "g.")
    assert not moved(start, after_d, "ema.")
    assert moved(after_d, after_g, "g.")
    assert not moved(after_d, after_g, "d.")


def test_that_l1_brings_pictures_nearer_to_their_targets(make) -> None:
    """With nothing but L1 a few hundred tiny updates are enough to see it."""
    draw = np.random.default_rng(0)
    a = np.asarray(
        [
            np.asarray(Image.fromarray(x).resize((16, 16)))
            for x in draw.integers(60, 256, (8, 4, 4, 3), np.uint8)
        ]
    )
    config = make(training={"images": 10**6}, optimizer_g={"rate": 0.002})
    session = Session(config, np.concatenate([a, 255 - a], 3), CPU)
    apart = []
    for _ in range(4):
        for _ in range(60):
            session.round()
        apart.append(session.meters.read(wait=True)["penalty/l1"])
    assert apart[-1] < 0.6 * apart[0]


def test_that_a_batch_in_parts_shows_each_part_its_own_sources(make) -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 6), np.uint8)
    gradients = []
    for parts in (1, 2):
        training = {"batch_size": 4, "accumulation": parts, "images": 100}
        config = make(training=training, architecture={"dropout": 0.0})
        session = Session(config, images, CPU)
        session.round()
        gradients.append(session.meters.read(wait=True))
    for name in ("gradient/g", "gradient/d", "penalty/l1"):
        assert gradients[0][name] == pytest.approx(gradients[1][name], rel=1e-4)


def test_that_an_exported_generator_makes_the_same_of_a_picture(make, tmp_path: Path) -> None:
    grid = of_kind(
        train(make(samples={"rows": 1, "columns": 3}), folder=tmp_path / "run"), SampleGrid
    )[-1]
    list(export(tmp_path / "run", GeneratorWeights(), tmp_path / "g.safetensors"))
    for source in (tmp_path / "run", tmp_path / "g.safetensors"):
        sampler = open_sampler(source)
        made = sampler.translate(np.ascontiguousarray(grid.pixels[None, :16, :16]))
        assert np.array_equal(made[0], grid.pixels[:16, 18:34])
        with pytest.raises(EngineError, match="from another one"):
            sampler.grid(1, 1)


def test_that_of_no_pictures_none_are_made(tmp_path: Path) -> None:
    made = open_sampler(saved(Pix2Pix, tmp_path)).translate(np.zeros((0, 16, 16, 3), np.uint8))
    assert (made.shape, made.dtype) == ((0, 16, 16, 3), np.uint8)


def test_that_each_picture_of_a_folder_becomes_another(make, pairs: Path, tmp_path: Path) -> None:
    list(train(make(data={"direction": "b_to_a"}), folder=tmp_path / "run"))
    inputs, out = tmp_path / "inputs", tmp_path / "out"
    shutil.copytree(pairs / "b", inputs / "sub")
    shutil.copy(pairs / "b" / "0.png", inputs / "twice.png")
    Image.open(inputs / "twice.png").convert("RGB").save(inputs / "twice.bmp")
    (inputs / "broken.png").write_bytes(b"no picture")
    (inputs / "notes.txt").write_text("none either")
    exporter = TranslatedPictures(inputs=str(inputs))
    *_, last = export(tmp_path / "run", exporter, out)
    assert last.done == last.total == 13
    assert "broken.png" in last.note
    made = {path.relative_to(out).as_posix() for path in out.rglob("*.*")}
    assert made == {"twice.png", "twice-2.png"} | {f"sub/{number}.png" for number in range(10)}
    sampler = open_sampler(tmp_path / "run")
    wanted = sampler.translate(sampler.read(inputs / "sub" / "3.png")[None])[0]
    assert np.array_equal(read_png(out / "sub" / "3.png"), wanted)
    assert np.array_equal(read_png(out / "twice.png"), read_png(out / "sub" / "0.png"))
    assert "seeds" not in read_png_text(out / "sub" / "3.png")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EngineError, match="can be used"):
        list(export(tmp_path / "run", TranslatedPictures(inputs=str(tmp_path / "empty")), out))
    with pytest.raises(EngineError, match="no folder of pictures"):
        list(export(tmp_path / "run", TranslatedPictures(), out))


def test_that_the_command_line_makes_pictures_from_pictures(make, pairs, tmp_path, capfd) -> None:
    list(train(make(), folder=tmp_path / "run"))
    words = ["sample", str(tmp_path / "run"), "--inputs", str(pairs / "a"), "--out", tmp_path / "o"]
    assert not app([str(word) for word in words], standalone_mode=False)
    assert len(list((tmp_path / "o").iterdir())) == 10


def test_that_a_generator_shows_what_it_makes_of_pictures_that_are_always_there(
    make, tmp_path: Path
) -> None:
    list(train(make(), folder=tmp_path / "run"))
    grid = open_sampler(tmp_path / "run").example(2, 5)
    assert (grid.rows, grid.columns, grid.seeds) == (2, 4, (0, 0, 1, 1, 2, 2, 3, 3))
    assert grid.pixels.shape == (34, 70, 3)


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"data": {"pairs": "off"}}, "data.pairs", "needs pairs"),
        ({"architecture": {"kind": "dcgan"}}, "data.pairs", "no use for pairs"),
        ({"data": {"classes": True}}, "data.classes", "two sides of pairs"),
        ({"penalties": {"consistency": {}}}, "penalties.consistency", "moves a picture away"),
        ({"metrics": {"memorisation": {}}}, "metrics.memorisation", "nothing is copied"),
    ],
)
def test_that_what_pairs_rule_out_is_refused_with_the_reason(make, changes, path, words) -> None:
    draft = merge(make().draft(), changes)
    found = {problem.path: str(problem.text) for problem in check(draft)[1]}
    assert words in found[path]


@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_that_without_pairs_there_is_nothing_to_be_near_to(tiny, kind: str) -> None:
    with pytest.raises(EngineError, match="no picture that G's should be"):
        tiny(penalties={kind: {}})


def test_that_one_image_at_a_time_is_refused_where_images_are_compared(tiny) -> None:
    with pytest.raises(EngineError, match="2 images at once"):
        tiny(training={"batch_size": 1})
