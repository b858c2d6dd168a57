"""Folders that kill other programs: an exact verdict for each entry, and no escaped exception."""

from __future__ import annotations

import io
import os
import random
import shutil
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from gan_engine import paths, unescape
from gan_engine.data import (
    DatasetReport,
    Inspection,
    Prepared,
    diagnose,
    inspect_folder,
    prepare,
    scan_folder,
)
from gan_engine.data_settings import DataSettings
from gan_engine.errors import EngineError
from gan_engine.imaging import ImageError, ImageShape, decode, read_header, thumbnail
from tests.hard_folders.hostile import (
    BMP,
    ENTRIES,
    JPEG,
    OTHER,
    PNG,
    TRAINED,
    encoded,
    photo,
    png,
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (make, _) in ENTRIES.items():
        make(folder / os.fsdecode(name))
    return folder


def scanned(folder: Path) -> DatasetReport:
    *_, report = scan_folder(folder)
    assert isinstance(report, DatasetReport)
    assert report.total == len(report.files) + len(report.bad) + report.others
    return report


def prepared(folder: Path, **changes: object) -> Prepared:
    *_, last = prepare(DataSettings(folder=str(folder), size=8, **changes))
    assert isinstance(last, Prepared)
    return last


def test_that_there_are_enough_hostile_entries():
    assert len(ENTRIES) >= 38


def test_that_every_entry_gets_its_verdict(hostile):
    made = prepared(hostile)
    refused = {os.fsencode(unescape(bad.path)): bad.reason for bad in made.bad}
    trained = {os.fsencode(unescape(name)) for name in made.files}
    for name, (_, verdict) in ENTRIES.items():
        assert (name in trained) == (verdict == TRAINED), (name, refused.get(name))
        assert (name in refused) == (verdict not in (TRAINED, OTHER, "")), name
        if name in refused:
            words = verdict.split("|")
            assert any(word in refused[name] for word in words), (name, refused[name])
    assert len(made.images) == len(made.files)


def test_that_the_scan_counts_every_entry_once(hostile):
    report = scanned(hostile)
    assert report.total == sum(bool(verdict) for _, verdict in ENTRIES.values())
    assert report.others == sum(verdict == OTHER for _, verdict in ENTRIES.values())
    assert scanned(hostile) == report


def test_that_a_closer_look_finds_what_preparing_refuses(hostile):
    *_, inspection = inspect_folder(hostile)
    assert isinstance(inspection, Inspection)
    report = scanned(hostile)
    bad = {one.path for one in (*report.bad, *inspection.bad)}
    assert bad == {one.path for one in prepared(hostile).bad}
    found = {one.key: one for one in diagnose(report, DataSettings(), inspection)}
    assert set(found["unreadable"].files) == bad
    assert {"rotated", "alpha", "cmyk", "deep", "float", "palette", "animated", "profile"} <= set(
        found
    )


def test_that_looking_changes_nothing_on_disk(hostile):
    def state() -> dict[str, tuple[int, int]]:
        return {
            entry.name: (entry.stat(follow_symlinks=False).st_mtime_ns, entry.inode())
            for entry in os.scandir(hostile)
        }

    before = state()
    scanned(hostile)
    prepared(hostile, skip_duplicates=True, skip_blank=True)
    assert state() == before


# --- mutations ----------------------------------------------------------------------------------


REAL = sorted(paths.builtin_images().rglob("*.webp"))[::2][:170]


def real(path: Path, kind: str) -> bytes:
    """Return a real picture as a file of some kind; a WebP as it is on the disk."""
    if kind == "WEBP":
        return path.read_bytes()
    with Image.open(path) as image:
        opaque = kind in ("JPEG", "GIF")
        return encoded(image.convert("RGB") if opaque else image.convert("RGBA"), kind)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_that_a_thousand_mutations_are_decoded_or_refused(tmp_path, kind):
    rng, path, refused = random.Random(kind), tmp_path / f"x.{kind}", list[ImageError]()
    assert 6 * len(REAL) >= 1000
    for source in REAL:
        damaged = bytearray(real(source, kind))
        for _ in range(rng.choice((1, 2, 8, 40))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        if rng.random() < 0.2:
            del damaged[rng.randrange(len(damaged)) :]
        if rng.random() < 0.2:
            at = rng.randrange(len(damaged) + 1)
            damaged[at:at] = rng.randbytes(rng.randrange(64))
        path.write_bytes(damaged)
        for use in (
            read_header,
            lambda p: decode(p, ImageShape(8, 8, 3)),
            lambda p: thumbnail(p, 8),
        ):
            try:
                use(path)
            except ImageError as error:
                refused.append(error)
    assert 0 < len(refused) < 3 * len(REAL)
    assert all(error.reason and error.path == path for error in refused)


def test_that_bombs_in_a_folder_are_refused_from_their_headers(tmp_path, monkeypatch):
    bombs = [name for name, (_, verdict) in ENTRIES.items() if verdict == "million"]
    for name in (*bombs, b"texts.png", b"profile.png"):
        ENTRIES[name][0](tmp_path / os.fsdecode(name))

    def never(*_: object) -> None:
        raise AssertionError("decoded")

    scanned(tmp_path)  # what is imported late must be there
    for path in (paths.cache() / "scans").iterdir():
        path.unlink()
    monkeypatch.setattr(ImageFile.ImageFile, "load", never)
    tracemalloc.start()
    report = scanned(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.files == ()
    assert len(report.bad) == len(bombs) + 2 >= 5
    assert peak < 4_000_000


@pytest.mark.parametrize("kind", ["zip", "tar", "npy", "npz"])
def test_that_mutated_archives_are_read_or_refused(tmp_path, kind):
    path = tmp_path / f"x.{kind}"
    pack(path, {"a.png": PNG, "b.jpg": JPEG, "c.bmp": BMP})
    good, rng, refused = path.read_bytes(), random.Random(kind), list[EngineError]()
    for _ in range(100):
        damaged = bytearray(good)
        # Where archives keep what they are: their first and last bytes.
        for _ in range(rng.choice((1, 2, 8))):
            place = rng.choice(
                (rng.randrange(512), -1 - rng.randrange(200), rng.randrange(len(good)))
            )
            damaged[place] = rng.randrange(256)
        path.write_bytes(damaged[: rng.randrange(len(good))] if rng.random() < 0.2 else damaged)
        try:
            prepared(path)
        except EngineError as error:
            refused.append(error)
    assert 0 < len(refused) < 100
    assert all(error.hint for error in refused)


# --- archives -----------------------------------------------------------------------------------


def pack(path: Path, files: dict[str, bytes]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    elif path.suffix == ".tar":
        with tarfile.open(path, "w") as archive:
            for name, data in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    else:
        rows = np.random.default_rng(0).integers(0, 256, (5, 12, 9, 3), np.uint8)
        np.save(path, rows) if path.suffix == ".npy" else np.savez_compressed(path, images=rows)


def test_that_bombs_are_refused_before_anything_is_unpacked(tmp_path):
    pack(tmp_path / "blown.zip", {"a.png": PNG, "b.png": b"\0" * 40_000_000})
    pack(
        tmp_path / "one.zip",
        {"a.png": PNG, "c.png": JPEG, "big.bmp": b"\0" * 3_000_000}
        | {f"{n}.png": encoded(photo(n, (80, 80)), "PNG") for n in range(9)},
    )
    pack(tmp_path / "claim.zip", {"a.png": PNG, "b.jpg": JPEG, "bomb.png": png(60_000, 60_000)})
    tracemalloc.start()
    with pytest.raises(EngineError, match="times its size"):
        list(scan_folder(tmp_path / "blown.zip"))
    one = {bad.path: bad.reason for bad in scanned(tmp_path / "one.zip").bad}
    claim = {bad.path: bad.reason for bad in scanned(tmp_path / "claim.zip").bad}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert one.keys() == {"big.bmp"}
    assert "times its size" in one["big.bmp"]
    assert "million" in claim["bomb.png"]
    assert peak < 2_000_000


def test_that_a_file_that_unpacks_to_more_than_it_promised_is_refused(tmp_path):
    path = tmp_path / "x.zip"
    liar = encoded(photo(3, (300, 300)), "BMP")
    pack(path, {"a.png": PNG, "liar.bmp": liar, "b.png": PNG})
    data = bytearray(path.read_bytes())
    promise = struct.pack("<I", len(liar))
    at = data.rfind(promise, 0, len(data))
    data[at : at + 4] = struct.pack("<I", 5000)
    path.write_bytes(data)
    bad = {one.path: one.reason for one in prepared(path).bad}
    assert "checksum" in bad["liar.bmp"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_that_names_that_lead_out_of_an_archive_are_refused(tmp_path, kind):
    path = tmp_path / "deep" / f"x.{kind}"
    path.parent.mkdir()
    names = ["../out.png", "/abs.png", "in/../../up.png", "C:\\dos.png", "ok/a.png", "./b.png"]
    pack(path, dict.fromkeys(names, PNG))
    report = scanned(path)
    assert report.files == ("b.png", "ok/a.png")
    assert len(report.bad) == 4
    assert all("leads out" in bad.reason for bad in report.bad)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["deep", path.name]


def test_that_links_and_devices_in_a_tar_are_not_followed(tmp_path):
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in (("link.png", tarfile.SYMTYPE), ("pipe.png", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        archive.add(_file(tmp_path / "a.png"), "a.png")
    assert {bad.path: bad.reason for bad in scanned(path).bad} == {
        "link.png": "not an ordinary file",
        "pipe.png": "not an ordinary file",
    }


def test_that_an_array_that_would_run_code_is_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(EngineError, match="no array of images"):
        scanned(tmp_path / "x.npy")


def _file(path: Path) -> Path:
    path.write_bytes(PNG)
    return path


def test_that_originals_may_go_while_a_run_reads_what_was_prepared(tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    for number in range(4):
        photo(number).save(folder / f"{number}.png")
    made = prepared(folder)
    before = np.array(made.images)
    shutil.rmtree(folder)
    assert np.array_equal(made.images, before)
