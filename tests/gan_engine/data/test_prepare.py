"""Once into one array: right pixels, reused, remade when anything changes, never half there."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import paths
from gan_engine.data import (
    BadFile,
    Prepared,
    PrepareProgress,
    clean_prepared,
    prepare,
    prepared_sets,
    store,
)
from gan_engine.data.prepare import require_space
from gan_engine.data_settings import DataSettings
from gan_engine.errors import DataError, SpaceError
from gan_engine.imaging import decode


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
    assert prepared.images[:][:, 0, 0, 0].tolist() == [0, 10, 20, 30, 40, 50]
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
        {"crop": "top"},
        {"min_side": 4},
        {"exclude": "none"},
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
    assert changed.images[0][0, 0, 0] == 200
    os.utime(folder / "1.png", ns=(1, 1))
    assert not ready(settings(folder)).reused
    (folder / "2.png").unlink()
    assert len(ready(settings(folder)).images) == 5


def test_that_a_damaged_array_is_made_again(folder):
    prepared = ready(settings(folder))
    prepared.path.write_bytes(prepared.path.read_bytes()[:-5])
    again = ready(settings(folder))
    assert not again.reused
    assert again.images[5][0, 0, 0] == 50
    again.path.with_name("list.json").write_text("{")
    assert not ready(settings(folder)).reused
    again.path.with_name("list.json").unlink()
    assert not ready(settings(folder)).reused


def test_that_broken_pictures_are_left_out_and_listed(folder):
    (folder / "2.png").write_bytes((folder / "2.png").read_bytes()[:60])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "phone.heic").write_bytes(b"....ftypheic")
    for prepared in (ready(settings(folder)), ready(settings(folder))):
        assert prepared.images[:][:, 0, 0, 0].tolist() == [0, 10, 30, 40, 50]
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
    assert (prepared.images[:][:, 0, 0] == 255).mean() > 0.9
    assert prepared.images[:].std() > 20


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


def test_that_an_array_that_comes_back_from_the_disk_changed_is_not_used(folder, monkeypatch):
    plain = store.npy_header

    def lie(shape):
        for path in unfinished():
            if shape[0] and path.name.endswith(store.ARRAY):
                data = bytearray(path.read_bytes())
                data[-1] ^= 1
                path.write_bytes(data)
        return plain(shape)

    monkeypatch.setattr(store, "npy_header", lie)
    with pytest.raises(SpaceError, match="came back from the disk changed"):
        list(prepare(settings(folder)))
    assert not list(paths.cache().rglob(store.ARRAY))
    assert not unfinished()


def test_that_what_a_killed_preparation_left_is_swept(folder):
    prepared = ready(settings(folder))
    stray = prepared.path.with_name(".tmp-999999999-1-images.npy")
    stray.write_bytes(b"x")
    prepared.path.unlink()
    assert not ready(settings(folder)).reused
    assert not stray.exists()


KILLED = """
import os, sys
from gan_engine.data_settings import DataSettings
from gan_engine.data import prepare, store
store._PATIENCE = 0.0  # a note after each picture
note = store.Writer._note
def note_and_die(self):
    note(self)
    if self.outcome.done == 20:
        os.kill(os.getpid(), 9)
store.Writer._note = note_and_die
for step in prepare(DataSettings(folder=sys.argv[1], size=8)):
    pass
"""


def killed_while_preparing(folder: Path) -> None:
    for number in range(6, 400):
        Image.new("RGB", (20, 12), (number % 250,) * 3).save(folder / f"x{number:04}.png")
    (folder / "broken.png").write_bytes(b"broken")
    root = Path(__file__).parents[3]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)], cwd=root, capture_output=True, check=False
    )
    assert ended.returncode == -9, ended.stderr


def test_that_a_killed_preparation_is_taken_up(folder, monkeypatch):
    killed_while_preparing(folder)
    assert len(unfinished()) == 2
    decoded = list[str]()

    def noting(path: Path, *how: object, **more: object) -> np.ndarray:
        decoded.append(path.name)
        return decode(path, *how, **more)

    monkeypatch.setattr("gan_engine.data.pairs.decode", noting)
    prepared = ready(settings(folder))
    assert len(prepared.images) == 400
    assert len(decoded) == len(set(decoded)) == 401 - 20  # and not what was done already
    assert [bad.path for bad in prepared.bad] == ["broken.png"]
    assert prepared.images[:4][:, 0, 0, 0].tolist() == [0, 10, 20, 30]
    told = json.loads(prepared.path.with_name("list.json").read_text())
    assert told["sha256"] == hashlib.sha256(prepared.images[:].tobytes()).hexdigest()
    assert unfinished() == []
    again = ready(settings(folder))
    assert again.reused
    assert np.array_equal(again.images, prepared.images)


@pytest.mark.parametrize("damage", ["data", "journal", "array gone"])
def test_that_what_a_kill_left_is_believed_only_where_its_checksum_is_right(folder, damage):
    killed_while_preparing(folder)
    journal = next(path for path in unfinished() if path.suffix == ".jsonl")
    array = next(path for path in unfinished() if path.suffix == ".npy")
    if damage == "data":
        data = bytearray(array.read_bytes())
        data[128 + 200] ^= 255
        array.write_bytes(data)
    elif damage == "journal":
        journal.write_text(journal.read_text()[:-40] + "\n{}\n")
    else:
        array.unlink()
    prepared = ready(settings(folder))
    assert len(prepared.images) == 400
    assert prepared.images[:4][:, 0, 0, 0].tolist() == [0, 10, 20, 30]
    assert ready(settings(folder)).reused


def test_that_one_flipped_bit_is_noticed(folder):
    prepared = ready(settings(folder))
    data = bytearray(prepared.path.read_bytes())
    data[-7] ^= 1
    prepared.path.write_bytes(data)
    again = ready(settings(folder))
    assert not again.reused
    assert again.images[5][0, 0, 0] == 50


def test_that_the_cache_is_listed_and_cleaned_from_its_oldest_end(folder):
    made = [ready(settings(folder).model_copy(update={"size": size})) for size in (8, 16, 32)]
    for age, one in enumerate(made):
        os.utime(one.path.with_name("list.json"), (1000 + age, 1000 + age))
    sets = prepared_sets()
    assert [one.shape for one in sets] == [(32, 32, 3), (16, 16, 3), (8, 8, 3)]
    assert all(one.images == 6 and one.source == str(folder) for one in sets)
    assert ready(settings(folder)).reused  # and is the newest now
    assert [one.shape[0] for one in prepared_sets()] == [8, 32, 16]
    kept = prepared_sets()[:2]
    assert clean_prepared(sum(one.bytes for one in kept)) == sets[1].bytes
    assert prepared_sets() == kept
    assert clean_prepared(0, keep=[kept[1].path]) == kept[0].bytes
    assert [one.shape[0] for one in prepared_sets()] == [32]
    assert len(list(folder.rglob("*.png"))) == 6


def test_that_what_is_being_prepared_is_not_cleaned_away(folder):
    steps = prepare(settings(folder))
    next(steps)
    assert clean_prepared(0) == 0
    *_, prepared = steps
    assert len(prepared.images) == 6


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
    assert prepared.images[5][0, 0, 0] == 50
