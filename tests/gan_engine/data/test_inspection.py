"""A closer look: copies, likenesses, blank pages and hidden grey, remembered until a file changes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import paths
from gan_engine.data import (
    Inspection,
    InspectProgress,
    Prepared,
    diagnose,
    inspect_folder,
    prepare,
    safe_fixes,
    scan_folder,
)
from gan_engine.data_settings import DataSettings


def scene(seed: int, side: int = 96) -> Image.Image:
    """Return a smooth picture, different for each seed."""
    rough = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    return Image.fromarray(rough).resize((side, side), Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six scenes, a copy of one, a smaller and worse one of another, a blank page, a grey one."""
    root = tmp_path / "set"
    root.mkdir()
    for seed in range(6):
        scene(seed).save(root / f"{seed}.png")
    (root / "copy of 0.png").write_bytes((root / "0.png").read_bytes())
    scene(1).resize((64, 64)).save(root / "small 1.jpg", quality=80)
    Image.new("RGB", (40, 40), (250, 250, 250)).save(root / "blank.jpg")
    scene(9).convert("L").convert("RGB").save(root / "grey.png")
    return root


def inspection(folder: Path) -> Inspection:
    *progress, last = inspect_folder(folder)
    assert all(isinstance(step, InspectProgress) for step in progress)
    assert isinstance(last, Inspection)
    return last


def ready(folder: Path, **changes: object) -> Prepared:
    *_, last = prepare(DataSettings(folder=str(folder), size=8, **changes))
    assert isinstance(last, Prepared)
    return last


def test_that_copies_likenesses_blank_and_grey_pictures_are_found(folder):
    found = inspection(folder)
    assert found.looked_at == 10
    assert found.duplicates == (("0.png", "copy of 0.png"),)
    assert found.similar == (("1.png", "small 1.jpg"),)
    assert found.blank == ("blank.jpg",)
    assert found.grey == ("blank.jpg", "grey.png")
    assert sum(found.brightness) == 10
    assert found.bad == ()


def test_that_pictures_cut_short_are_found(folder):
    (folder / "2.png").write_bytes((folder / "2.png").read_bytes()[:900])
    [bad] = inspection(folder).bad
    assert bad.path == "2.png"
    assert "damaged" in bad.reason


def test_that_different_pictures_are_not_taken_for_each_other(tmp_path):
    for seed in range(120):
        scene(seed).save(tmp_path / f"{seed}.png")
    found = inspection(tmp_path)
    assert found.similar == found.duplicates == found.blank == found.grey == ()


def test_that_the_built_in_images_hold_no_copies():
    found = inspection(paths.builtin_images())
    assert (found.looked_at, found.duplicates, found.blank, found.bad) == (420, (), (), ())


def test_that_many_copies_are_one_group(tmp_path):
    scene(0).save(tmp_path / "0.png")
    for number in range(1, 50):
        (tmp_path / f"{number}.png").hardlink_to(tmp_path / "0.png")
    [group] = inspection(tmp_path).duplicates
    assert len(group) == 50


def test_that_what_was_seen_is_kept_until_a_file_changes(folder):
    for path in folder.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    first = inspection(folder)
    steps = list(inspect_folder(folder))
    assert steps == [InspectProgress(0, 0), first]
    scene(7).save(folder / "0.png")
    again = inspection(folder)
    assert again.duplicates == ()


def test_that_a_cancelled_inspection_says_nothing_more(folder):
    answers = iter([False] * 15 + [True] * 99)
    steps = list(inspect_folder(folder, lambda: next(answers)))
    assert not any(isinstance(step, Inspection) for step in steps)


# --- what comes of it ---------------------------------------------------------------------------


def test_that_the_safe_fixes_leave_out_copies_and_blank_pictures(folder):
    *_, report = scan_folder(folder)
    settings = DataSettings(folder=str(folder), size=8)
    fixes = safe_fixes(diagnose(report, settings, inspection(folder)))
    assert fixes == {"data.skip_duplicates": True, "data.skip_blank": True}
    changes = {path.removeprefix("data."): value for path, value in fixes.items()}
    before = sorted(path.name for path in folder.iterdir())
    prepared = ready(folder, **changes)
    assert len(prepared.images) == 8
    left = {one.path: one.reason for one in prepared.excluded}
    assert left.keys() == {"blank.jpg", "copy of 0.png"}
    assert "0.png" in left["copy of 0.png"]
    assert sorted(path.name for path in folder.iterdir()) == before
    assert ready(folder, **changes).reused
    assert ready(folder, **changes).excluded == prepared.excluded
    assert len(ready(folder).images) == 10  # all are back


def test_that_of_pictures_that_look_alike_the_largest_is_kept(folder):
    assert [one.path for one in ready(folder, skip_similar=True).excluded] == ["small 1.jpg"]


def test_that_names_and_small_sides_are_left_out(folder):
    prepared = ready(folder, exclude="0.png | *.jpg", min_side=80)
    left = {one.path: one.reason for one in prepared.excluded}
    assert left.keys() == {"0.png", "small 1.jpg", "blank.jpg"}
    prepared = ready(folder, min_side=80)
    assert {one.path for one in prepared.excluded} == {"small 1.jpg", "blank.jpg"}
    assert "64 pixels" in {one.path: one.reason for one in prepared.excluded}["small 1.jpg"]


def test_that_another_copy_is_kept_when_the_first_is_left_out_by_name(folder):
    prepared = ready(folder, exclude="0.png", skip_duplicates=True)
    assert "copy of 0.png" in prepared.files
    assert [one.path for one in prepared.excluded] == ["0.png"]
