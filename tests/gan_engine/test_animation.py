"""Pictures that move: every file shows the samples it names, in their order, for as long as asked."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from gan_engine import Exploration, Sight, explore, spot_in, write_png
from gan_engine.errors import EngineError, FileError
from gan_engine.export import TimeLapse, Walk, animation, export
from gan_engine.latents import turned
from gan_engine.sampling import Sampler
from tests.gan_engine.test_mixed_styles import same, sampler_of
from tests.gan_engine.ways import between

ENDINGS = [".webp", ".gif", ".png"]


def frames_of(path: Path) -> tuple[list[np.ndarray], list[int]]:
    """Return the pictures of an animation and how long each is shown, in ms."""
    pictures, shown = [], []
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            image.load()  # only then WebP knows how long it is shown
            pictures.append(np.asarray(image.convert("RGB")))
            shown.append(round(image.info["duration"]))
    return pictures, shown


def awake(kind: str, classes: bool = False) -> Sampler:
    """Return a G of 16 px whose samples differ: what has learned nothing is grey everywhere."""
    sampler = sampler_of(kind, classes)
    for weight in sampler.network.parameters():
        weight.mul_(1.0 if weight.dim() < 2 or kind == "style" else 9.0)
    return sampler


@pytest.mark.parametrize("kind", ["dcgan", "style"])
@pytest.mark.parametrize("classes", [False, True])
def test_that_a_way_begins_at_one_seed_and_ends_at_the_other(kind: str, classes: bool) -> None:
    sampler = awake(kind, classes)
    way = between(sampler, [3, 3, 3], [4, 4, 4], [0.0, 0.5, 1.0], truncation=0.7)
    ends = sampler.images([3, 4], truncation=0.7)
    assert same(way[[0, 2]], ends)
    assert not same(way[1:2], ends[:1])
    assert not same(way[1:2], ends[1:])


def test_that_latents_on_the_way_are_as_long_as_those_at_its_ends() -> None:
    one, other = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    half = turned(one, other, torch.tensor([[0.5]]))
    assert torch.allclose(half, torch.tensor([[3.0, 3.0]]) / 2**0.5)
    for end in (one, -one):  # there is no angle to turn by
        assert torch.allclose(turned(one, end, torch.tensor([[0.25]])), one.lerp(end, 0.25))


@pytest.mark.parametrize("ending", ENDINGS)
def test_that_a_walk_passes_its_stops_and_ends_where_it_began(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler, out = sampler_of(), tmp_path / f"walk{ending}"
    monkeypatch.setattr(animation, "open_sampler", lambda source: sampler)
    # Few at once, so that pictures are made in several goes.
    monkeypatch.setattr(animation, "AT_ONCE", 5)
    *_, last = export(tmp_path, Walk(rows=1, columns=2, stops=3, steps=4, rate=10, seed=5), out)
    assert (last.done, last.path) == (12, out)
    pictures, shown = frames_of(out)
    assert len(pictures) == 12
    assert shown == [100] * 12
    for stop in range(3):
        cells = np.hstack([pictures[4 * stop][:, :16], pictures[4 * stop][:, 18:]])
        wanted = np.hstack(list(sampler.images([5 + 2 * stop, 6 + 2 * stop])))
        assert np.abs(cells.astype(int) - wanted).mean() < (12 if ending != ".png" else 0.1)
    way = between(sampler, [9, 10], [5, 6], [0.75, 0.75])  # the last goes back to the first
    assert np.abs(pictures[-1][:, :16].astype(int) - way[0]).mean() < 12


def test_that_a_walk_through_chosen_seeds_passes_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = awake("dcgan")
    monkeypatch.setattr(animation, "open_sampler", lambda source: sampler)
    walk = Walk(rows=1, columns=1, steps=2, through="9, 4, 7")
    list(export(tmp_path, walk, tmp_path / "walk.png"))
    pictures, _ = frames_of(tmp_path / "walk.png")
    assert same(np.stack(pictures[::2]), sampler.images([9, 4, 7]))
    assert same(pictures[5][None], between(sampler, [7], [9], [0.5]))


@pytest.mark.parametrize("kind", ["dcgan", "style"])
def test_that_a_walk_begins_and_ends_at_the_neighbours_that_were_seen(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = awake(kind, classes=True)
    monkeypatch.setattr(animation, "open_sampler", lambda source: sampler)
    shape = {"rows": 1, "columns": 2, "seed": 5, "near": "3>4:0.5", "distance": 0.2}
    list(export(tmp_path, Walk(**shape, stops=2, steps=2), tmp_path / "walk.png"))
    pictures, _ = frames_of(tmp_path / "walk.png")
    how = Exploration(**shape)
    for frame, walked in ((0, 0.0), (1, 0.5), (2, 1.0)):
        assert same(pictures[frame], explore(sampler, Sight(how, walked=walked)).pixels)
    back = spot_in("7#1").towards(spot_in("3#0>4:0.5"), 0.5)
    assert same(pictures[3][:, :16], sampler.at([back])[0])


def test_that_opacity_is_kept_where_the_format_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = sampler_of(channels=4)
    monkeypatch.setattr(animation, "open_sampler", lambda source: sampler)
    modes = {}
    for ending in ENDINGS:
        list(export(tmp_path, Walk(rows=1, columns=1, stops=2, steps=1), tmp_path / f"a{ending}"))
        with Image.open(tmp_path / f"a{ending}") as image:
            modes[ending] = "A" in image.mode or "transparency" in image.info
    assert modes == {".webp": True, ".gif": False, ".png": True}


def run_of(folder: Path, count: int) -> Path:
    """Return a run's folder with grids that are a little brighter each time."""
    for number in range(count):
        pixels = np.full((20, 30, 3), 10 * number, np.uint8)
        write_png(folder / "grids" / f"{number * 100:012d}.png", pixels)
    return folder


@pytest.mark.parametrize("ending", ENDINGS)
def test_that_a_time_lapse_shows_the_grids_from_first_to_last(ending: str, tmp_path: Path) -> None:
    out = tmp_path / f"grown{ending}"
    list(export(run_of(tmp_path, 21), TimeLapse(seconds=2, rate=5), out))
    pictures, shown = frames_of(out)
    levels = [round(float(picture.mean())) for picture in pictures]
    assert (levels[0], levels[-1], len(levels)) == (0, 200, 10)
    assert levels == sorted(levels)
    assert shown == [200] * 9 + [2200]


def test_that_few_grids_are_shown_longer_and_of_the_last_ones_size(tmp_path: Path) -> None:
    folder = run_of(tmp_path, 3)
    write_png(folder / "grids" / f"{50:012d}.png", np.full((8, 8, 3), 5, np.uint8))
    list(export(folder, TimeLapse(seconds=8), tmp_path / "grown.png"))
    pictures, shown = frames_of(tmp_path / "grown.png")
    assert [picture.shape for picture in pictures] == [(20, 30, 3)] * 4
    assert [int(picture[0, 0, 0]) for picture in pictures] == [0, 5, 10, 20]
    assert shown == [2000, 2000, 2000, 4000]


def test_that_what_has_no_grids_says_what_to_choose(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="only a run's folder"):
        list(export(tmp_path / "file", TimeLapse(), tmp_path / "a.gif"))
    with pytest.raises(EngineError, match="fewer than two"):
        list(export(run_of(tmp_path, 1), TimeLapse(), tmp_path / "a.gif"))
    assert not (tmp_path / "a.gif").exists()


@pytest.mark.parametrize("exporter", [Walk(), TimeLapse()])
def test_that_a_name_that_is_no_animations_is_refused_at_once(
    exporter: Walk | TimeLapse, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match=r"a\.avi") as error:
        next(iter(export(run_of(tmp_path, 3), exporter, tmp_path / "a.avi")))
    assert ".gif" in str(error.value.hint)


def test_that_an_animation_that_memory_has_no_room_for_is_refused_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(animation, "open_sampler", lambda source: sampler_of())
    many = Walk(rows=50, columns=50, stops=200, steps=600)
    with pytest.raises(EngineError, match="too much for one animation"):
        list(export(tmp_path, many, tmp_path / "a.webp"))


def test_that_a_video_shows_the_same_pictures_large_and_as_long(tmp_path: Path) -> None:
    out = tmp_path / "grown.mp4"
    list(export(run_of(tmp_path, 11), TimeLapse(seconds=2, rate=5), out))
    with av.open(out) as video:
        pictures = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        (stream,) = video.streams
        assert stream.average_rate == 5
    assert pictures[0].shape == (720, 1080, 3)
    levels = [round(float(picture.mean()), -1) for picture in pictures]
    assert levels == [*(10.0 * round(i * 10 / 9) for i in range(10)), *[100.0] * 10]


def test_that_a_walks_video_is_laid_on_the_background_and_even(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampler = sampler_of(channels=4)
    monkeypatch.setattr(animation, "open_sampler", lambda source: sampler)
    monkeypatch.setattr(animation, "VIDEO_PX", 1)
    out = tmp_path / "walk.mp4"
    list(export(tmp_path, Walk(rows=1, columns=1, stops=2, steps=3, rate=25), out))
    with av.open(out) as video:
        assert sum(frame.width == frame.height == 16 for frame in video.decode(video=0)) == 6


def test_that_a_missing_package_is_named_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineError, match="not installed: av") as error:
        next(iter(export(tmp_path, Walk(), tmp_path / "a.mp4")))
    assert "-m pip install av" in str(error.value.hint)


@pytest.mark.parametrize(("height", "width"), [(8, 2**14), (2**14, 8)])
def test_that_no_picture_is_larger_than_the_formats_can_hold(height: int, width: int) -> None:
    animation._check_size(2, min(height, 2**14 - 1), min(width, 2**14 - 1))
    with pytest.raises(EngineError, match="too much for one animation"):
        animation._check_size(2, height, width)
