"""Compressed tars are read from any place, by many at once, and bombs are refused early."""

from __future__ import annotations

import contextlib
import gzip
import io
import random
import tarfile
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gan_engine import archives, packed
from gan_engine.archives import ArchiveError

MODES = {"gz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}


def blob(seed: int, size: int) -> bytes:
    return np.random.default_rng(seed).integers(0, 256, size, np.uint8).tobytes()


def packed_tar(path: Path, files: dict[str, bytes], mode: str) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def read(path: Path, name: str) -> bytes:
    with archives.opened(path, name) as source:
        assert not hasattr(source, "mode")
        return source.read()  # type: ignore[union-attr]


@pytest.fixture
def files() -> dict[str, bytes]:
    return {f"{number:03}.bin": blob(number, 150_000 + 1000 * number) for number in range(24)}


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many marks, few of them kept."""
    monkeypatch.setattr(packed, "_SPACING", 100_000)
    monkeypatch.setattr(packed, "_MOST_MARKS", 8)


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("kind", MODES)
def test_that_every_file_is_read_in_any_order_by_many_at_once(tmp_path, files, kind):
    path = packed_tar(tmp_path / f"x.tar.{kind}", files, MODES[kind])
    assert [member.name for member in archives.listing(path)] == list(files)
    names = list(files) * 2
    random.Random(0).shuffle(names)
    with ThreadPoolExecutor(4) as pool:
        for name, data in zip(names, pool.map(lambda n: read(path, n), names), strict=True):
            assert data == files[name]


@pytest.mark.usefixtures("often")
def test_that_reading_the_last_file_does_not_unpack_all_before_it(tmp_path, files, monkeypatch):
    path = packed_tar(tmp_path / "x.tar.gz", files, "w:gz")
    list(archives.listing(path))
    fed = [0]
    unpack = packed._Reader._unpack

    def counting(reader: packed._Reader) -> bool:
        fed[0] += 1
        return unpack(reader)

    monkeypatch.setattr(packed._Reader, "_unpack", counting)
    monkeypatch.setattr(archives, "_known", lambda *_: known)
    known = {member.name: member for member in archives._tar(path)}
    fed[0] = 0
    assert read(path, "023.bin") == files["023.bin"]
    assert fed[0] < path.stat().st_size / packed._PIECE / 2


def test_that_several_gzip_streams_are_one_archive(tmp_path, files):
    plain = packed_tar(tmp_path / "x.tar", files, "w").read_bytes()
    path = tmp_path / "x.tar.gz"
    pieces = [plain[at : at + 700_001] for at in range(0, len(plain), 700_001)]
    path.write_bytes(b"".join(gzip.compress(piece) for piece in pieces))
    assert [member.name for member in archives.listing(path)] == list(files)
    for name in ("000.bin", "023.bin", "011.bin"):
        assert read(path, name) == files[name]


def test_that_what_stands_behind_the_last_stream_is_let_be(tmp_path, files):
    whole = packed_tar(tmp_path / "x.tar.gz", files, "w:gz").read_bytes()
    path = tmp_path / "x.tar.gz"
    for behind in (b"\0" * 200_000, b"\0\0signed by nobody\xff" * 9):
        path.write_bytes(whole + behind)
        assert [member.name for member in archives.listing(path)] == list(files)
        with packed.opened(path, "gz") as found:
            assert found.read() == gzip.decompress(whole)
    path.write_bytes(whole + b"\0" * 200_000 + gzip.compress(b"and more"))
    with packed.opened(path, "gz") as found:
        assert found.read() == gzip.decompress(whole) + b"and more"


@pytest.mark.parametrize("share", [0.9, 0.5, 0.2])
def test_that_half_an_archive_is_read_as_far_as_it_goes(tmp_path, files, share):
    """Where it breaks off four bytes say nothing of how much it holds."""
    path = packed_tar(tmp_path / "x.tar.gz", files, "w:gz")
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)] + b"\xff" * 4)
    found = list[str]()
    with pytest.raises(ArchiveError, match="damaged"):
        found.extend(member.name for member in archives.listing(path))
    assert found == list(files)[: len(found)]


@pytest.mark.parametrize("kind", MODES)
def test_that_a_bomb_is_refused_before_it_takes_memory(tmp_path, kind):
    path = packed_tar(tmp_path / f"x.tar.{kind}", {"a.png": b"\0" * 100_000_000}, MODES[kind])
    tracemalloc.start()
    with pytest.raises(ArchiveError, match="times its size"):
        list(archives.listing(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80_000_000


def test_that_what_does_not_fit_in_memory_is_refused_with_a_way_out(tmp_path, files, monkeypatch):
    path = packed_tar(tmp_path / "x.tar.xz", files, "w:xz")
    monkeypatch.setattr(packed.psutil, "virtual_memory", lambda: type("", (), {"available": 10**6}))
    with pytest.raises(ArchiveError, match=r"pack it as \.tar\.gz"):
        list(archives.listing(path))


def test_that_a_header_that_claims_too_much_is_refused(tmp_path):
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 300_000_000
    path = tmp_path / "x.tar.gz"
    with gzip.open(path, "wb") as file:
        file.write(info.tobuf(tarfile.PAX_FORMAT))
        file.write(blob(0, 3_000_000))
    with pytest.raises(ArchiveError, match="more than is safe"):
        list(archives.listing(path))


@pytest.mark.parametrize("kind", MODES)
def test_that_damage_is_refused_or_read_and_nothing_else(tmp_path, kind):
    small = {f"{n}.bin": blob(n, 3000) for n in range(4)}
    path = packed_tar(tmp_path / f"x.tar.{kind}", small, MODES[kind])
    good, rng, refused = path.read_bytes(), random.Random(kind), 0
    for _ in range(60):
        damaged = bytearray(good)
        for _ in range(rng.choice((1, 3, 9))):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged[: rng.randrange(len(good))] if rng.random() < 0.3 else damaged)
        with contextlib.suppress(*packed.DAMAGE):  # in a picture: told by who decodes it
            refused += damaged_archive(path, small)
    assert refused


def damaged_archive(path: Path, small: dict[str, bytes]) -> bool:
    """Read everything that can be read; return whether the archive said that it is damaged."""
    try:
        for member in archives.listing(path):
            if member.name in small and not member.refusal:
                read(path, member.name)
    except ArchiveError as error:
        return bool(error.reason)
    return False
