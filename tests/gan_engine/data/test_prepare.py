"""Once into one array: right pixels, reused, remade when anything changes, never half there."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import paths
from gan_engine.config import DataSettings
from gan_engine.data import BadFile, Prepared, PrepareProgress, prepare
from gan_engine.data.prepare import require_space
from gan_engine.errors import DataError, SpaceError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures, each of one grey level: 0, 10, 20 …"""
    root = tmp_path / "set"
    (root / "sub").mkdir(parents=True)
    for number in range(6):
        name = f"sub/{number}.png" if number > 3 else f"{number}.png"
        Image.new("RGB", (20, 12), (number * 10,) * 3).save(root / name)
    return root


def settings(folder: Path, **changes: object) -> DataSettings:
    return DataSettings(folder=str(folder), size=8, **changes)


def ready(how: DataSettings) -> Prepared:
    *progress, last = prepare(how)
    assert all(isinstance(step, PrepareProgress) for step in progress)
    assert isinstance(last, Prepared)
    return last


def unfinished() -> list[Path]:
    return list(paths.cache().rglob(".tmp-*"))


def test_that_a_folder_becomes_one_array(folder):
    *_, before_last, prepared = prepare(settings(folder))
    assert before_last == PrepareProgress(6, 6)
    assert prepared.images.shape == (6, 8, 8, 3)
    assert prepared.images.dtype == np.uint8
    assert not prepared.images.flags.writeable
    assert prepared.images[:, 0, 0, 0].tolist() == [0, 10, 20, 30, 40, 50]
    assert prepared.files == ("0.png", "1.png", "2.png", "3.png", "sub/4.png", "sub/5.png")
    assert not prepared.reused
    assert unfinished() == []


def test_that_the_array_is_an_ordinary_file_with_its_checksum_beside_it(folder):
    prepared = ready(settings(folder, channels=1, width=16))
    images = np.load(prepared.path)
    assert images.shape == (6, 8, 16, 1)
    told = json.loads(prepared.path.with_name("list.json").read_text())
    assert told["sha256"] == hashlib.sha256(images.tobytes()).hexdigest()


def test_that_the_second_run_prepares_nothing(folder):
    first = ready(settings(folder))
    written = first.path.stat().st_mtime_ns
    (folder / "notes.txt").write_text("no picture, so nothing changes")
    steps = list(prepare(settings(folder, flip=False)))
    assert len(steps) == 1
    assert steps[0].reused
    assert steps[0].files == first.files
    assert steps[0].path.stat().st_mtime_ns == written
    assert np.array_equal(steps[0].images, first.images)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 16},
        {"width": 16},
        {"channels": 1},
        {"fit": "pad"},
        {"background": "#000000"},
        {"filter": "box"},
    ],
    ids=str,
)
def test_that_other_settings_make_another_array(folder, change):
    first = ready(settings(folder))
    second = ready(settings(folder).model_copy(update=change))
    assert not second.reused
    assert second.path != first.path
    assert ready(settings(folder)).reused


def test_that_a_changed_folder_is_prepared_anew(folder):
    ready(settings(folder))
    Image.new("RGB", (20, 12), (200, 200, 200)).save(folder / "0.png")
    changed = ready(settings(folder))
    assert changed.images[0, 0, 0, 0] == 200
    os.utime(folder / "1.png", ns=(1, 1))
    assert not ready(settings(folder)).reused
    (folder / "2.png").unlink()
    assert len(ready(settings(folder)).images) == 5


def test_that_a_damaged_array_is_made_again(folder):
    prepared = ready(settings(folder))
    prepared.path.write_bytes(prepared.path.read_bytes()[:-5])
    again = ready(settings(folder))
    assert not again.reused
    assert again.images[5, 0, 0, 0] == 50
    again.path.with_name("list.json").write_text("{")
    assert not ready(settings(folder)).reused
    again.path.with_name("list.json").unlink()
    assert not ready(settings(folder)).reused


def test_that_broken_pictures_are_left_out_and_listed(folder):
    (folder / "2.png").write_bytes((folder / "2.png").read_bytes()[:60])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "phone.heic").write_bytes(b"....ftypheic")
    for prepared in (ready(settings(folder)), ready(settings(folder))):
        assert prepared.images[:, 0, 0, 0].tolist() == [0, 10, 30, 40, 50]
        assert [bad.path for bad in prepared.bad] == ["2.png", "empty.jpg", "phone.heic"]
        assert BadFile("empty.jpg", "the file is empty") in prepared.bad
        assert all(bad.reason for bad in prepared.bad)
    assert prepared.reused


def test_that_names_that_are_no_text_are_prepared(folder):
    os.rename(folder / "0.png", os.path.join(os.fsencode(folder), b"caf\xe9\n.png"))
    prepared = ready(settings(folder))
    assert len(prepared.images) == 6
    "".join(prepared.files).encode("utf-8")
    assert ready(settings(folder)).reused


def test_that_the_built_in_images_can_be_prepared():
    prepared = ready(DataSettings(size=32))
    assert prepared.images.shape == (420, 32, 32, 3)
    assert prepared.bad == ()
    assert (prepared.images[:, 0, 0] == 255).mean() > 0.9
    assert prepared.images.std() > 20


@pytest.mark.parametrize("usable", [0, 1])
def test_that_too_few_pictures_are_an_error_that_names_the_first_bad_one(tmp_path, usable):
    for number in range(usable):
        Image.new("RGB", (9, 9)).save(tmp_path / f"good{number}.png")
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(DataError) as caught:
        list(prepare(settings(tmp_path)))
    assert ("only one" if usable else "0.png") in caught.value.text
    assert caught.value.hint
    assert unfinished() == []


def test_that_a_folder_without_pictures_and_a_missing_one_are_errors(tmp_path):
    (tmp_path / "{x}.txt").write_text("x")
    with pytest.raises(DataError, match=r"1 \.txt"):
        list(prepare(settings(tmp_path)))
    with pytest.raises(DataError, match="not there"):
        list(prepare(settings(tmp_path / "gone")))


def test_that_a_cancelled_preparation_leaves_nothing_behind(folder):
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 9

    assert not any(isinstance(step, Prepared) for step in prepare(settings(folder), cancelled))
    assert unfinished() == []
    assert not ready(settings(folder)).reused


def test_that_an_abandoned_preparation_leaves_nothing_behind(folder):
    steps = prepare(settings(folder))
    assert isinstance(next(steps), PrepareProgress)
    steps.close()
    assert unfinished() == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]


def test_that_what_a_killed_preparation_left_is_swept(folder):
    prepared = ready(settings(folder))
    stray = prepared.path.with_name(".tmp-999999999-1-images.npy")
    stray.write_bytes(b"x")
    prepared.path.unlink()
    assert not ready(settings(folder)).reused
    assert not stray.exists()


def test_that_too_little_space_is_known_before_anything_is_written(tmp_path):
    with pytest.raises(SpaceError, match=r"[\d,]+ MB.*[\d,]+ MB free") as caught:
        require_space(tmp_path / "not" / "yet", 2**60)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []
    require_space(tmp_path, 1000)


def test_that_a_disk_that_fills_up_ends_it_cleanly(tmp_path):
    for number in range(40):
        Image.new("RGB", (64, 64), (number,) * 3).save(tmp_path / f"{number}.png")
    how = DataSettings(folder=str(tmp_path), size=64)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(SpaceError):
            list(prepare(how))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert unfinished() == []
    assert not ready(how).reused


def test_that_the_run_goes_on_when_the_originals_are_gone(folder):
    prepared = ready(settings(folder))
    shutil.rmtree(folder)
    assert prepared.images[5, 0, 0, 0] == 50
