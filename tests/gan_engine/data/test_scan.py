"""What a folder holds: every file counted once, nothing waited for, every problem named."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import paths
from gan_engine.data import BadFile, DatasetReport, ScanNames, ScanProgress, scan_folder
from gan_engine.errors import DataError
from gan_engine.imaging import ImageHeader, read_header


def picture(path: Path, size: tuple[int, int] = (8, 6), mode: str = "RGB", **how: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(os.fsencode(path.name))
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).convert(mode).save(path, **how)
    return path


def report(folder: Path) -> DatasetReport:
    *progress, last = scan_folder(folder)
    assert all(isinstance(step, ScanProgress | ScanNames) for step in progress)
    assert isinstance(last, DatasetReport)
    assert last.total == len(last.files) + len(last.bad) + last.others
    return last


def reasons(found: DatasetReport) -> dict[str, str]:
    return {bad.path: bad.reason for bad in found.bad}


def test_that_a_folder_is_counted(tmp_path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "cats" / "b.jpg", (30, 20))
    picture(tmp_path / "cats" / "deep" / "c.PNG", mode="RGBA")
    picture(tmp_path / "dogs" / "d.bmp", mode="L")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "broken.png").write_bytes(b"")
    found = report(tmp_path)
    assert found.files == ("a.png", "cats/b.jpg", "cats/deep/c.PNG", "dogs/d.bmp")
    assert found.bad == (BadFile("broken.png", "the file is empty"),)
    assert found.others == 1
    assert found.sizes == {(8, 6): 3, (30, 20): 1}
    assert found.modes == {"RGB": 2, "RGBA": 1, "L": 1}
    assert found.formats == {"PNG": 2, "JPEG": 1, "BMP": 1}
    assert found.classes == {"cats": 2, "dogs": 1}
    assert found.total == 6


def test_that_the_built_in_images_are_all_there():
    found = report(paths.builtin_images())
    assert len(found.files) == 420
    assert found.classes == {"animals": 159, "food": 131, "smileys": 130}
    assert found.sizes == {(64, 64): 420}
    assert found.bad == ()
    assert found.problems() == []
    for name in ("LICENSE", "NOTICE"):
        assert (paths.builtin_images() / name).read_text(encoding="utf-8")


def test_that_names_of_any_bytes_are_listed(tmp_path):
    source = picture(tmp_path / "x.png").read_bytes()
    folder = os.fsencode(tmp_path)
    for name in (
        b"caf\xe9.png",
        b"-rf.png",
        b"two\nlines.png",
        "猫🐈.png".encode(),
        b"\xe2\x80\xae.png",
    ):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(source)
    found = report(tmp_path)
    assert len(found.files) == 6
    "".join(found.files).encode("utf-8")


def test_that_nothing_blocks_the_scan(tmp_path):
    folder = tmp_path / "set"
    picture(folder / "a.png")
    os.mkfifo(folder / "pipe.png")
    os.mkfifo(folder / "pipe")
    (folder / "round").symlink_to(folder, target_is_directory=True)
    (folder / "self.png").symlink_to("self.png")
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    elsewhere = picture(tmp_path / "elsewhere" / "b.png").parent
    (folder / "linked").symlink_to(elsewhere, target_is_directory=True)
    found = report(folder)
    assert found.files == ("a.png", "linked/b.png")
    assert set(reasons(found)) == {"pipe.png", "self.png", "gone.jpg"}
    assert found.others == 1


def as_somebody_else(work: Callable[[], object]) -> object:
    """Do something as a user without rights, where this one may open everything."""
    if os.geteuid():
        return work()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:  # as a process of its own: nobody gets rights back
        try:
            os.setgid(65534)
            os.setuid(65534)
            os.write(writing, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as told:
        said = told.read()
    os.waitpid(child, 0)
    return json.loads(said)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="rights are other things there")
def test_that_closed_folders_and_files_are_named_and_block_nothing(tmp_path):
    for parent in (tmp_path, *tmp_path.parents[:3]):
        parent.chmod(0o755)
    picture(tmp_path / "set" / "a.png")
    closed = picture(tmp_path / "set" / "closed" / "b.png").parent
    unlisted = picture(tmp_path / "set" / "unlisted" / "c.png").parent
    secret = picture(tmp_path / "set" / "secret.png")
    closed.chmod(0)
    unlisted.chmod(0o711)
    secret.chmod(0)
    report(tmp_path)  # what is imported late must be there

    def look() -> object:
        found = report(tmp_path / "set")
        return [list(found.files), reasons(found), found.total]

    try:
        files, why, total = as_somebody_else(look)
    finally:
        closed.chmod(0o700)
        unlisted.chmod(0o700)
    assert files == ["a.png"]
    assert "cannot be opened" in why["closed"]
    assert "cannot be opened" in why["unlisted"]
    assert "cannot be read" in why["secret.png"]
    assert total == 4


def test_that_pictures_without_an_ending_are_found_by_their_first_bytes(tmp_path):
    for number, kind in enumerate(("PNG", "JPEG", "WEBP", "GIF", "TIFF")):
        picture(tmp_path / f"{number}", format=kind)
    picture(tmp_path / "photo.jpg_large", format="JPEG")
    (tmp_path / "README").write_text("no picture")
    found = report(tmp_path)
    assert len(found.files) == 6
    assert found.others == 1


def test_that_pictures_of_other_kinds_are_refused_with_a_way_out(tmp_path):
    (tmp_path / "phone.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    (tmp_path / "text.png").write_text("hello")
    found = reasons(report(tmp_path))
    assert "HEIC" in found["phone.HEIC"]
    assert "PNG, JPEG" in found["text.png"]


def test_that_hidden_files_are_not_taken_for_pictures(tmp_path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "b.png")
    (tmp_path / "._a.png").write_bytes(b"\0\5\x16\7")
    picture(tmp_path / ".thumbnails" / "a.png")
    found = report(tmp_path)
    assert found.files == ("a.png", "b.png")
    assert found.others == 2


def test_that_a_cancelled_scan_says_nothing_more(tmp_path):
    for number in range(40):
        picture(tmp_path / f"{number}.png")
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 41  # 40 names, then some of their headers

    assert not any(isinstance(step, DatasetReport) for step in scan_folder(tmp_path, cancelled))
    assert list(scan_folder(tmp_path, lambda: True)) == []


def test_that_progress_ends_with_everything_done(tmp_path):
    for number in range(5):
        picture(tmp_path / f"{number}.png")
    *_, last, _ = scan_folder(tmp_path)
    assert last == ScanProgress(5, 5)


def test_that_a_second_opening_reads_no_picture_again(tmp_path, monkeypatch):
    for number in range(5):
        os.utime(picture(tmp_path / f"{number}.png"), ns=(10**18, 10**18))
    (tmp_path / "bad.png").write_bytes(b"x")
    os.utime(tmp_path / "bad.png", ns=(10**18, 10**18))
    read = list[str]()

    def noting(path: Path) -> ImageHeader:
        read.append(path.name)
        return read_header(path)

    monkeypatch.setattr("gan_engine.data.scan.read_header", noting)
    first = report(tmp_path)
    assert len(read) == 6
    assert report(tmp_path) == first
    assert len(read) == 6
    picture(tmp_path / "2.png", (30, 30))
    (tmp_path / "3.png").unlink()
    assert report(tmp_path).sizes == {(8, 6): 3, (30, 30): 1}
    assert read[6:] == ["2.png"]


def test_that_a_file_that_changed_this_moment_is_not_taken_for_known(tmp_path):
    picture(tmp_path / "a.bmp", (8, 6))
    stamp = (tmp_path / "a.bmp").stat()
    assert report(tmp_path).sizes == {(8, 6): 1}
    picture(tmp_path / "a.bmp", (6, 8))
    os.truncate(tmp_path / "a.bmp", stamp.st_size)
    os.utime(tmp_path / "a.bmp", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert report(tmp_path).sizes == {(6, 8): 1}


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 2}\n[]', '{"format": 2}\nx', '{"format": 0}']
)
def test_that_a_damaged_memory_costs_only_time(tmp_path, content):
    os.utime(picture(tmp_path / "a.png"), ns=(10**18, 10**18))
    first = report(tmp_path)
    [kept] = (paths.cache() / "scans").iterdir()
    kept.write_text(content)
    assert report(tmp_path) == first


# --- problems -----------------------------------------------------------------------------------


def test_that_a_missing_folder_is_one_sentence_and_one_hint(tmp_path):
    with pytest.raises(DataError, match="is not there") as caught:
        list(scan_folder(tmp_path / "gone"))
    assert caught.value.hint
    with pytest.raises(DataError, match="is a file") as caught:
        list(scan_folder(picture(tmp_path / "a.png")))
    assert caught.value.hint == "Choose the folder it is in."


def test_that_a_folder_without_pictures_says_what_it_holds(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("x")
    [problem] = report(tmp_path).problems()
    assert (problem.path, problem.severity) == ("data.folder", "error")
    assert "3 .txt" in problem.text
    assert problem.hint


def test_that_an_empty_folder_is_called_empty(tmp_path):
    [problem] = report(tmp_path).problems()
    assert "is empty" in problem.text


def test_that_hidden_pictures_are_pointed_at(tmp_path):
    picture(tmp_path / ".secret" / "a.png")
    [problem] = report(tmp_path).problems()
    assert ".secret" in problem.text


def test_that_only_broken_pictures_are_an_error_with_the_first_reason(tmp_path):
    for name in ("a.png", "b.jpg"):
        (tmp_path / name).write_bytes(b"")
    [problem] = report(tmp_path).problems()
    assert problem.severity == "error"
    assert "2 pictures" in problem.text
    assert "a.png" in problem.text
    assert "empty" in problem.text


def test_that_one_picture_is_an_error_and_few_are_a_warning(tmp_path):
    picture(tmp_path / "a.png")
    assert [p.severity for p in report(tmp_path).problems()] == ["error"]
    picture(tmp_path / "b.png")
    [problem] = report(tmp_path).problems()
    assert problem.severity == "warning"
    assert "copy" in problem.text


def test_that_bad_files_beside_good_ones_are_a_warning(tmp_path):
    for number in range(100):
        (tmp_path / f"{number}.png").hardlink_to(picture(tmp_path / "a.png"))
    (tmp_path / "bad.png").write_bytes(b"GIF89a")
    [problem] = report(tmp_path).problems()
    assert problem.severity == "warning"
    assert "1 of 102" in problem.text
    assert "bad.png" in problem.text
