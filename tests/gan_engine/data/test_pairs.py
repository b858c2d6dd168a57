"""Pairs of pictures: found, counted, decoded alike, and what has no partner is named."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine.cli import app
from gan_engine.data import (
    DatasetReport,
    Finding,
    Prepared,
    diagnose,
    left_out,
    prepare,
    scan_folder,
)
from gan_engine.data.pairs import pair_up
from gan_engine.data_settings import DataSettings
from gan_engine.errors import DataError


def level(path: Path, value: int, size: tuple[int, int] = (16, 16)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value,) * 3).save(path)


def ready(folder: Path, **changes: object) -> Prepared:
    *_, last = prepare(DataSettings(folder=str(folder), **{"size": 8, **changes}))
    assert isinstance(last, Prepared)
    return last


def counted(folder: Path, prepared: Prepared, files_each: int) -> None:
    """Every picture of the folder is in exactly one list."""
    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)
    lists = prepared.bad, prepared.excluded
    assert files_each * len(prepared.files) + sum(map(len, lists)) + report.others == report.total


def findings(folder: Path, **changes: object) -> dict[str, Finding]:
    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)
    return {one.key: one for one in diagnose(report, DataSettings(size=8, **changes))}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Three pairs in two folders, the level of b ten more than that of a."""
    for number in range(3):
        level(tmp_path / "two" / "a" / f"{number}.png", 40 * number)
        level(tmp_path / "two" / "b" / f"{number}.bmp", 40 * number + 10)
    return tmp_path / "two"


def test_that_two_folders_become_one_array_of_pairs(two):
    prepared = ready(two, pairs="folders")
    assert prepared.images.shape == (3, 8, 8, 6)
    assert prepared.images[:][:, 3, 3].tolist() == [
        [v, v, v, v + 10, v + 10, v + 10] for v in (0, 40, 80)
    ]
    assert prepared.files == ("a/0.png", "a/1.png", "a/2.png")
    counted(two, prepared, 2)
    assert ready(two, pairs="folders", direction="b_to_a").reused


def test_that_pictures_side_by_side_are_split_exactly_in_the_middle(tmp_path):
    """Whatever the filter: nothing of one half comes into the other."""
    for number in range(2):
        pixels = np.zeros((32, 64, 3), np.uint8)
        pixels[:, :32], pixels[:, 32:] = (200, 0, 0), (0, 0, 200)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    prepared = ready(tmp_path, pairs="side_by_side")
    assert (prepared.images[:] == [200, 0, 0, 0, 0, 200]).all()
    counted(tmp_path, prepared, 1)


def test_that_the_pixels_of_both_halves_are_those_of_two_files(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (24, 49, 3), np.uint8)
    (tmp_path / "one").mkdir()
    for number in range(2):
        Image.fromarray(noise).save(tmp_path / "one" / f"{number}.png")
        for folder, half in (("a", noise[:, :24]), ("b", noise[:, 25:])):
            (tmp_path / "two" / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(half).save(tmp_path / "two" / folder / f"{number}.png")
    one = ready(tmp_path / "one", pairs="side_by_side", size=12)
    assert np.array_equal(one.images, ready(tmp_path / "two", pairs="folders", size=12).images)


def test_that_a_pair_is_cropped_alike(tmp_path):
    """Where most detail is in both together, also when one of them is stored sideways."""
    photo = np.repeat(np.arange(60, dtype=np.uint8)[None, :, None] * 4, 3, 2).repeat(20, 0)
    edges = photo.copy()
    edges[::2, 44:56, 1] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    for number in range(2):
        for folder in "ab":
            (tmp_path / folder).mkdir(exist_ok=True)
        Image.fromarray(edges).save(tmp_path / "a" / f"{number}.png")
        stored = Image.fromarray(photo).transpose(Image.Transpose.ROTATE_90)
        stored.save(tmp_path / "b" / f"{number}.png", exif=exif)
    images = ready(tmp_path, pairs="folders", size=20, crop="content", filter="box").images[:]
    assert np.array_equal(images[0, :, :, 0], images[0, :, :, 3])
    assert images[0, 0, 0, 0] >= 4 * 30


def test_that_what_has_no_partner_is_named_and_left_out(two):
    level(two / "a" / "lonely.png", 1)
    level(two / "a" / "sub" / "0.png", 1)
    level(two / "a" / "0.jpg", 1)
    level(two / "c" / "0.png", 1)
    level(two / "top.png", 1)
    (two / "b" / "1.bmp").write_bytes(b"broken")
    prepared = ready(two, pairs="folders")
    assert [bad.path for bad in prepared.bad] == ["b/1.bmp"]
    reasons = {one.path: one.reason for one in prepared.excluded}
    assert reasons["a/lonely.png"] == "there is no picture of this name in “b”"
    assert reasons["a/sub/0.png"] == "there is no picture of this name in “b”"
    assert reasons["a/0.png"] == "there is another picture of this name beside it"
    assert reasons["c/0.png"] == "it is in neither of the two folders of pairs"
    assert reasons["top.png"] == "it is in neither of the two folders of pairs"
    assert reasons["a/1.png"] == "its partner “b/1.bmp” cannot be used"
    assert prepared.files == ("a/0.jpg", "a/2.png")
    counted(two, prepared, 2)
    *_, report = scan_folder(two)
    before = left_out(DataSettings(folder=str(two), pairs="folders"), report)
    assert before.keys() == reasons.keys()  # what is told before the start is what happens
    alone = findings(two, pairs="folders")["pairs_alone"]
    assert alone.files == (
        "a/0.png",
        "a/1.png",
        "a/lonely.png",
        "a/sub/0.png",
        "c/0.png",
        "top.png",
    )


def test_that_a_pair_is_left_out_with_either_of_its_pictures(two):
    prepared = ready(two, pairs="folders", exclude="b/1.bmp")
    assert prepared.files == ("a/0.png", "a/2.png")
    reasons = {one.path: one.reason for one in prepared.excluded}
    assert reasons["a/1.png"] == "its partner “b/1.bmp” is left out"
    *_, report = scan_folder(two)
    settings = DataSettings(folder=str(two), pairs="folders", exclude="b/1.bmp")
    assert left_out(settings, report) == reasons
    counted(two, prepared, 2)
    level(two / "b" / "0.bmp", 9, (6, 20))
    prepared = ready(two, pairs="folders", min_side=8)
    assert prepared.files == ("a/1.png", "a/2.png")
    counted(two, prepared, 2)


def test_that_an_archive_of_pairs_is_read_in_place(two, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for path in sorted(two.rglob("*.*")):
            archive.write(path, f"set/{path.relative_to(two).as_posix()}")
    packed = ready(tmp_path / "x.zip", pairs="folders")
    assert np.array_equal(packed.images, ready(two, pairs="folders").images)


def test_that_an_array_may_hold_pairs_side_by_side(tmp_path):
    rows = np.zeros((4, 8, 16, 3), np.uint8)
    rows[:, :, 8:] = 90
    np.save(tmp_path / "rows.npy", rows)
    images = ready(tmp_path / "rows.npy", pairs="side_by_side").images
    assert (images[:] == [0, 0, 0, 90, 90, 90]).all()


def test_that_other_names_than_a_and_b_do_when_there_are_two():
    assert pair_up(["photos/1.png", "edges/1.png"]).pairs == (("edges/1.png", "photos/1.png"),)
    assert pair_up(["x/B/1.png", "x/A/1.png", "x/c/1.png"]).folders == ("x/A", "x/B")
    assert pair_up(["x/1.png", "y/1.png", "z/1.png"]).folders == ()
    assert pair_up(["1.png", "2.png"]).pairs == pair_up([]).pairs == ()


@pytest.mark.parametrize(
    ("one", "two"),
    [("Caf\u00e9.png", "Cafe\u0301.JPG"), ("IMG_1.PNG", "img_1.png"), ("Sub/1.png", "sub/1.png")],
)
def test_that_names_are_pairs_in_other_letters_and_forms_of_accents(tmp_path, one, two):
    level(tmp_path / "a" / one, 10)
    level(tmp_path / "b" / two, 20)
    level(tmp_path / "a" / "x.png", 30)
    level(tmp_path / "b" / "x.png", 40)
    prepared = ready(tmp_path, pairs="folders")
    assert prepared.files == tuple(sorted([f"a/{one}", "a/x.png"]))
    assert not prepared.excluded


def test_that_quite_the_same_name_comes_first_and_two_others_are_told(two):
    for name in ("a/Cat.png", "a/cat.png", "b/cat.png", "a/Dog.png", "a/dog.png", "b/DOG.png"):
        level(two / name, 9)
    prepared = ready(two, pairs="folders")
    assert prepared.files == ("a/0.png", "a/1.png", "a/2.png", "a/cat.png")
    reasons = {one.path: str(one.reason) for one in prepared.excluded}
    several = "several pictures have this name but for upper case or accents"
    assert reasons.pop("a/Cat.png") == "there is no picture of this name in “b”"
    assert reasons == dict.fromkeys(("a/Dog.png", "a/dog.png", "b/DOG.png"), several)
    assert "a/Dog.png" in findings(two, pairs="folders")["pairs_alone"].files
    counted(two, prepared, 2)


@pytest.mark.parametrize("names", [["a/1.png", "b/2.png", "b/3.png"], ["1.png", "2.png"]])
def test_that_a_folder_without_any_pair_is_refused_with_an_act(tmp_path, names):
    for name in names:
        level(tmp_path / name, 5)
    with pytest.raises(DataError, match=r"partner|two folders") as caught:
        ready(tmp_path, pairs="folders")
    assert "“a”" in caught.value.hint


def test_that_unlike_pairs_are_found(two, tmp_path):
    level(two / "b" / "2.bmp", 9, (20, 16))
    assert findings(two, pairs="folders")["pairs_sizes"].files == ("a/2.png",)
    level(tmp_path / "wide" / "0.png", 1, (33, 16))
    level(tmp_path / "wide" / "1.png", 1, (16, 33))
    found = findings(tmp_path / "wide", pairs="side_by_side")
    assert found["pairs_odd"].files == ("0.png",)
    assert found["pairs_shape"].files == ("1.png",)
    assert "pairs" not in found


def test_that_what_looks_like_pairs_offers_to_be_read_as_such(two, tmp_path):
    assert findings(two)["paired_folders"].fix == {"data.pairs": "folders"}
    for number in range(2):
        level(tmp_path / "wide" / f"{number}.png", 1, (32, 16))
    assert findings(tmp_path / "wide")["pairs"].fix == {"data.pairs": "side_by_side"}
    assert findings(two, pairs="folders")["paired_folders"].undo == {"data.pairs": "off"}


def test_that_the_command_counts_pairs_and_names_the_rest(two, capfd):
    level(two / "a" / "lonely.png", 1)
    words = ["scan", str(two), "--pairs", "folders", "--json"]
    assert not app(words, standalone_mode=False)
    told = json.loads(capfd.readouterr().out)
    assert told["pairs"] == 3
    assert list(told["alone"]) == ["a/lonely.png"]
    assert 2 * told["pairs"] + len(told["alone"]) == told["images"] == 7
