"""Pictures in archives and arrays: read in place like folders, nothing unpacked to disk."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gan_engine import stacks
from gan_engine.config import DataSettings, check, default_draft
from gan_engine.data import DatasetReport, Prepared, inspect_folder, prepare, scan_folder
from gan_engine.data.classes import classes_of
from gan_engine.drafts import put
from gan_engine.errors import DataError
from gan_engine.imaging import ImageError, read_header, thumbnail


def picture(level: int, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 8), (level,) * 3).save(buffer, kind)
    return buffer.getvalue()


FILES = {
    "cats/a.png": picture(10),
    "cats/b.bmp": picture(20, "BMP"),
    "dogs/c.png": picture(30),
    "dogs/notes.txt": b"hello",
    "__MACOSX/._a.png": b"\0\5\x16\7",
    "dogs/empty.png": b"",
}


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("dogs/", b"")
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def report(path: Path) -> DatasetReport:
    *_, last = scan_folder(path)
    assert isinstance(last, DatasetReport)
    assert last.total == len(last.files) + len(last.bad) + last.others
    return last


def ready(path: Path, **changes: object) -> Prepared:
    *_, last = prepare(DataSettings(folder=str(path), size=8, **changes))
    assert isinstance(last, Prepared)
    return last


def levels(path: Path, **changes: object) -> list[int]:
    return [int(image[0, 0, 0]) for image in ready(path, **changes).images]


@pytest.mark.parametrize(
    "pack",
    [
        lambda folder: zipped(folder / "x.zip", FILES),
        lambda folder: zipped(folder / "x.ZIP", FILES, zipfile.ZIP_STORED),
        lambda folder: tarred(folder / "x.tar", FILES),
        lambda folder: tarred(folder / "x.tar.gz", FILES, "w:gz"),
        lambda folder: tarred(folder / "x.TGZ", FILES, "w:gz"),
        lambda folder: tarred(folder / "x.tar.bz2", FILES, "w:bz2"),
        lambda folder: tarred(folder / "x.tar.xz", FILES, "w:xz"),
    ],
    ids=["zip", "stored zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"],
)
def test_that_an_archive_is_read_like_a_folder(tmp_path, pack):
    path = pack(tmp_path)
    found = report(path)
    assert found.files == ("cats/a.png", "cats/b.bmp", "dogs/c.png")
    assert [(bad.path, bad.reason) for bad in found.bad] == [
        ("dogs/empty.png", "the file is empty")
    ]
    assert (found.others, found.total) == (2, 6)
    assert found.classes == {"cats": 2, "dogs": 1}
    assert found.sizes == {(12, 8): 3}
    assert levels(path) == [10, 20, 30]
    assert levels(path, exclude="cats/a.png") == [20, 30]
    assert thumbnail(path / "dogs" / "c.png", 6).shape == (4, 6, 3)
    *_, inspection = inspect_folder(path)
    assert inspection.blank == found.files
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_that_copies_inside_an_archive_are_found(tmp_path):
    rng = np.random.default_rng(0)
    noise = [Image.fromarray(rng.integers(0, 256, (9, 9, 3), np.uint8)) for _ in range(2)]
    files = {}
    for number in range(4):
        buffer = io.BytesIO()
        noise[number % 2].save(buffer, "PNG")
        files[f"{number}.png"] = buffer.getvalue()
    *_, inspection = inspect_folder(zipped(tmp_path / "x.zip", files))
    assert inspection.duplicates == (("0.png", "2.png"), ("1.png", "3.png"))


def test_that_shards_in_a_folder_are_one_data_set(tmp_path):
    tarred(tmp_path / "0001.tar", {"b.png": picture(30), "b.cls": b"1", "c.png": picture(40)})
    tarred(tmp_path / "0000.tar", {"a.png": picture(10), "a.json": b"{}"})
    tarred(tmp_path / "0002.tar.gz", {"d.png": picture(50), "d.cls": b"1"}, "w:gz")
    found = report(tmp_path)
    assert found.files == (
        "0000.tar/a.png",
        "0001.tar/b.png",
        "0001.tar/c.png",
        "0002.tar.gz/d.png",
    )
    assert found.others == 3
    assert levels(tmp_path) == [10, 30, 40, 50]


def test_that_shards_are_no_classes_but_folders_in_them_are(tmp_path):
    tarred(tmp_path / "0.tar", {"cats/a.png": picture(10), "dogs/b.png": picture(20)})
    tarred(tmp_path / "1.tar", {"cats/c.png": picture(30), "d.png": picture(40)})
    found = report(tmp_path)
    assert found.classes == {"cats": 2, "dogs": 1}
    assert classes_of(found.files).names == ("", "cats", "dogs")
    assert classes_of(found.files).labels.tolist() == [1, 2, 1, 0]


def test_that_labels_in_shards_are_classes(tmp_path):
    shard = {"a.png": picture(10), "a.cls": b"10\n", "b.cls": b"2", "b.png": picture(20)}
    tarred(tmp_path / "0.tar", shard | {"c.seg.png": picture(30), "c.cls": "猫".encode()})
    tarred(tmp_path / "1.tar.gz", {"a.CLS": b"2", "a.png": picture(40)}, "w:gz")
    junk = {"d.cls": b"x" * 65, "e.cls": b"\0\1", "f.cls": b""}
    tarred(tmp_path / "2.tar.xz", junk | {f"{n}.png": picture(50) for n in "def"}, "w:xz")
    found = report(tmp_path)
    assert found.classes == {"2": 2, "10": 1, "猫": 1}
    assert found.others == 7
    made = ready(tmp_path)
    for prepared in (made, ready(tmp_path)):
        classes = classes_of(prepared.files, prepared.labels)
        assert classes.names == ("", "2", "10", "猫")
        assert classes.labels.tolist() == [2, 1, 3, 1, 0, 0, 0]
    assert prepared.reused
    stamp = (tmp_path / "0.tar").stat()
    tarred(tmp_path / "0.tar", shard | {"c.seg.png": picture(30), "c.cls": "犬".encode()})
    os.utime(tmp_path / "0.tar", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert ready(tmp_path).labels["0.tar/c.seg.png"] == "犬"


def test_that_a_label_outlives_a_picture_that_cannot_be_read(tmp_path):
    files = {f"{n}.png": picture(n) for n in range(3)} | {f"{n}.cls": b"%d" % n for n in range(3)}
    tarred(tmp_path / "0.tar", files | {"1.png": picture(1)[:40]})
    assert ready(tmp_path).labels == {"0.tar/0.png": "0", "0.tar/2.png": "2"}


def test_that_an_archive_beside_pictures_is_another_file(tmp_path):
    zipped(tmp_path / "backup.zip", FILES)
    (tmp_path / "a.png").write_bytes(picture(1))
    (tmp_path / "b.png").write_bytes(picture(2))
    found = report(tmp_path)
    assert (found.files, found.others) == (("a.png", "b.png"), 1)


def test_that_a_damaged_shard_is_named_and_the_others_are_used(tmp_path):
    tarred(tmp_path / "0.tar", {"a.png": picture(10), "b.png": picture(20)})
    (tmp_path / "1.tar").write_bytes(b"nonsense" * 200)
    found = report(tmp_path)
    assert len(found.files) == 2
    assert [bad.path for bad in found.bad] == ["1.tar"]
    assert "tar" in found.bad[0].reason


def test_that_an_archive_that_changed_is_read_anew(tmp_path):
    path = zipped(tmp_path / "x.zip", {"a.png": picture(10), "b.png": picture(20)})
    assert levels(path) == [10, 20]
    zipped(path, {"a.png": picture(11), "b.png": picture(22), "c.png": picture(33)})
    assert levels(path) == [11, 22, 33]


def test_that_packed_or_encrypted_in_other_ways_is_refused_with_a_way_out(tmp_path):
    for name, kind in (("x.tar.zst", "Zstandard"), ("x.RAR", "RAR"), ("x.json.gz", "gzip")):
        (tmp_path / name).write_bytes(b"any")
        with pytest.raises(DataError, match=f"packed as {kind}") as caught:
            report(tmp_path / name)
        assert "Unpack" in caught.value.hint
        config, (problem,) = check(put(default_draft(), "data.folder", str(tmp_path / name)))
        assert config is None
        assert f"packed as {kind}" in problem.text
    tarred(tmp_path / "x.tar", FILES, "w:gz")
    with pytest.raises(DataError, match="no plain tar"):
        report(tmp_path / "x.tar")
    path = zipped(tmp_path / "y.zip", FILES, zipfile.ZIP_LZMA)
    assert "unusual way" in report(path).bad[0].reason
    data = bytearray(zipped(path, FILES).read_bytes())
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)  # the directory's entry of cats/a.png
    data[at + 8] |= 1
    path.write_bytes(data)
    assert {bad.path: bad.reason for bad in report(path).bad}["cats/a.png"] == "it is encrypted"


def test_that_shards_packed_in_ways_that_are_not_read_are_named(tmp_path):
    tarred(tmp_path / "0.tar", {"a.png": picture(10), "b.png": picture(20)})
    (tmp_path / "1.tar.zst").write_bytes(b"any")
    (tmp_path / "labels.json.gz").write_bytes(b"any")
    found = report(tmp_path)
    assert (len(found.files), found.others) == (2, 1)
    assert [(bad.path, bad.reason) for bad in found.bad] == [
        ("1.tar.zst", "packed as Zstandard, which is not read here; unpack it first")
    ]
    (tmp_path / "loose.png").write_bytes(picture(1))
    assert (len(report(tmp_path).files), report(tmp_path).others) == (1, 3)


def test_that_a_file_missing_from_an_archive_is_not_there(tmp_path):
    path = zipped(tmp_path / "x.zip", FILES)
    with pytest.raises(ImageError, match="not there"):
        read_header(path / "none.png")


# --- arrays --------------------------------------------------------------------------------------

RAMP_N = np.array([0, 100, 255], np.uint8)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (RAMP_N[:, None, None].repeat(8, 1).repeat(8, 2), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None, None], (1, 8, 8, 3)), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None, None], (1, 3, 8, 8)), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None, None], (1, 8, 8, 1)), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None, None] / np.float32(255), (1, 8, 8, 3)), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None, None] / 127.5 - 1, (1, 8, 8, 3)), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None].astype(np.uint16) * 257, (1, 8, 8)), [0, 100, 255]),
        (np.tile(RAMP_N[:, None, None].astype(np.int64), (1, 8, 8)), [0, 100, 255]),
        (np.tile((RAMP_N > 50)[:, None, None], (1, 8, 8)), [0, 255, 255]),
        (np.asfortranarray(RAMP_N[:, None, None].repeat(8, 1).repeat(8, 2)), [0, 100, 255]),
    ],
    ids=["NHW", "NHWC", "NCHW", "NHW1", "0 to 1", "-1 to 1", "16 bits", "int64", "bool", "columns"],
)
@pytest.mark.parametrize("kind", ["npy", "npz", "packed npz", "folder"])
def test_that_rows_of_an_array_are_pictures(tmp_path, array, expected, kind):
    path = tmp_path / "set" / ("x.npz" if "npz" in kind else "x.npy")
    path.parent.mkdir()
    if kind == "packed npz":
        np.savez_compressed(path, labels=np.arange(3), images=array)
    elif kind == "npz":
        np.savez(path, labels=np.arange(3), images=array)
    else:
        np.save(path, array)
    place = path.parent if kind == "folder" else path
    prefix = "x.npy/" if kind == "folder" else ""
    assert report(place).files == tuple(f"{prefix}{number:06}" for number in range(3))
    assert levels(place) == expected
    assert thumbnail(place / f"{prefix}000001", 4).shape == (4, 4, 3)


def test_that_an_array_of_something_else_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(5))
    with pytest.raises(DataError, match="no array of images"):
        report(tmp_path / "x.npy")
    np.savez(tmp_path / "x.npz", a=np.arange(5))
    with pytest.raises(DataError, match="no array of images"):
        report(tmp_path / "x.npz")
    (tmp_path / "y.npy").write_bytes(b"nonsense")
    with pytest.raises(DataError, match="damaged"):
        report(tmp_path / "y.npy")


def test_that_an_array_that_is_cut_while_it_is_read_is_told_and_ends_nothing(tmp_path):
    path, rows = tmp_path / "x.npy", np.tile(RAMP_N[:, None, None, None], (1, 64, 64, 3))
    np.save(path, rows)
    stack = stacks.read(path)
    assert np.asarray(stack.picture("000002")).max() == 255
    maps = Path("/proc/self/maps")  # touching a map of a file that was cut would end everything
    assert not maps.exists() or str(path) not in maps.read_text(encoding="utf-8")
    os.truncate(path, path.stat().st_size - 1)
    assert np.asarray(stack.picture("000001")).max() == 100
    with pytest.raises(stacks.StackError, match="damaged"):
        stack.picture("000002")
    with pytest.raises(stacks.StackError, match="of 36,992 bytes"):
        stacks.read(path)
    path.unlink()
    with pytest.raises(stacks.StackError, match="No such file"):
        stack.picture("000001")


# --- settings ------------------------------------------------------------------------------------


def test_that_an_archive_is_a_valid_choice_and_another_file_is_not(tmp_path):
    path = zipped(tmp_path / "x.zip", FILES)
    config, problems = check(put(default_draft(), "data.folder", str(path)))
    assert config is not None
    assert config.data.path == path
    (tmp_path / "x.txt").write_text("hello")
    for wrong in ("x.txt", "gone.zip"):
        config, problems = check(put(default_draft(), "data.folder", str(tmp_path / wrong)))
        assert config is None
        assert [problem.path for problem in problems] == ["data.folder"]


@pytest.mark.parametrize("order", ["<", ">"])
def test_that_dark_arrays_of_16_bits_stay_dark_in_either_order_of_bytes(
    tmp_path: Path, order: str
) -> None:
    np.save(tmp_path / "dark.npy", np.full((2, 8, 8), 200, f"{order}u2"))
    picture = stacks.read(tmp_path / "dark.npy").picture("000000")
    assert np.asarray(picture).max() == 1
