"""The sample that is most like a picture is found, and has a name that makes it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import Spot, projection, spot_in
from gan_engine.errors import EngineError
from gan_engine.imaging import ImageError
from gan_engine.projection import Projection, project
from gan_engine.sampling import Sampler
from tests.gan_engine.test_animation import awake
from tests.gan_engine.test_mixed_styles import same, sampler_of

KINDS = pytest.mark.parametrize("kind", ["dcgan", "style"])


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look among few seeds, for a few steps."""
    monkeypatch.setattr(projection, "BEGINNINGS", 128)
    monkeypatch.setattr(projection, "ENDS", 256)
    monkeypatch.setattr(projection, "STEPS", 12)


def picture_of(sampler: Sampler, spots: Sequence[Spot], folder: Path) -> Path:
    Image.fromarray(sampler.at(spots)[0]).save(folder / "wanted.png")
    return folder / "wanted.png"


def apart(found: Projection) -> float:
    """Return the error as its picture shows it: the sample left, what was looked for right."""
    sample, wanted = (
        half.astype(float) / 255
        for half in (
            found.pixels[:, : len(found.pixels)],
            found.pixels[:, -len(found.pixels) :],
        )
    )
    return float(np.sqrt(((sample - wanted) ** 2).mean()))


@KINDS
@pytest.mark.parametrize("classes", [False, True])
def test_that_a_seeds_own_picture_leads_to_that_seed(
    kind: str, classes: bool, tmp_path: Path
) -> None:
    sampler = awake(kind, classes)
    wanted = Spot(70).settled(3 if classes else 0)
    first, *_, last = project(sampler, picture_of(sampler, [wanted], tmp_path))
    assert first.error > 0.01
    assert last.error < 0.004  # what 8 bits round off
    assert (last.spot.seed, last.spot.label) == (70, wanted.label)


@KINDS
@pytest.mark.parametrize("classes", [False, True])
def test_that_steps_come_nearer_to_a_picture_that_no_seed_makes(
    kind: str, classes: bool, tmp_path: Path
) -> None:
    sampler = awake(kind, classes)
    looked = list(project(sampler, picture_of(sampler, [Spot(10**6)], tmp_path)))
    begun, last = [found for found in looked if not found.spot.steps][-1], looked[-1]
    assert len(last.spot.steps) >= 5
    assert last.error < 0.7 * begun.error
    assert last.error == pytest.approx(apart(last), abs=0.003)
    done = [found.done for found in looked]
    assert done == sorted(done)
    assert {1, last.total} <= set(done)
    assert last.done == last.total == 16 + projection.STEPS


@KINDS
@pytest.mark.parametrize("classes", [False, True])
def test_that_what_is_found_is_made_again_from_its_name(
    kind: str, classes: bool, tmp_path: Path
) -> None:
    sampler = awake(kind, classes)
    path = picture_of(sampler, [Spot(10**6)], tmp_path)
    *_, last = project(sampler, path, truncation=0.7)
    again = sampler.at([spot_in(str(last.spot))], truncation=0.7)[0]
    assert same(again, last.pixels[:, : again.shape[1]])


def test_that_it_is_looked_for_in_the_class_that_is_asked_for(tmp_path: Path) -> None:
    sampler = awake("dcgan", classes=True)
    path = picture_of(sampler, [Spot(5, 1)], tmp_path)
    for label in (0, 2):
        *_, last = project(sampler, path, label=label)
        assert {last.spot.label, *(end.label for end, _ in last.spot.steps)} == {label}
    with pytest.raises(EngineError, match="no such class"):
        list(project(sampler, path, label=3))


@pytest.mark.parametrize("channels", [1, 4])
def test_that_pictures_of_other_kinds_are_looked_for_too(channels: int, tmp_path: Path) -> None:
    sampler = sampler_of("dcgan", channels=channels)
    Image.linear_gradient("L").convert("RGBA").save(tmp_path / "wanted.png")
    *_, last = project(sampler, tmp_path / "wanted.png")
    assert 0 < last.error < 1
    assert last.pixels.shape[1] > 2 * last.pixels.shape[0]


def test_that_where_all_samples_are_the_same_the_search_ends(tmp_path: Path) -> None:
    sampler = awake("dcgan")
    *looked, last = project(sampler, picture_of(sampler, [Spot(3)], tmp_path), truncation=0.0)
    assert last.spot == Spot(0)
    assert {found.spot for found in looked} == {Spot(0)}
    assert last.done == last.total


def test_that_what_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("no picture")
    for name in ("words.png", "nowhere.png"):
        with pytest.raises(ImageError, match=name):
            list(project(awake("dcgan"), tmp_path / name))
