"""Images are read from their file piece by piece; a file that fails is told in words, and read again."""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from gan_engine.data.dataset import Images
from gan_engine.data.ondisk import OnDisk
from gan_engine.errors import SpaceError

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), np.uint8)
HEADER = 128


@pytest.fixture(params=["at a place", "after a seek"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An array's file, read in one call, and as on a system without one."""
    if request.param == "after a seek":
        monkeypatch.delattr(os, "preadv", raising=False)
    np.save(tmp_path / "images.npy", PIXELS)
    return tmp_path / "images.npy"


def read(images: OnDisk, *indices: int) -> np.ndarray:
    into = np.zeros((len(indices), *PIXELS.shape[1:]), np.uint8)
    images.read(np.array(indices, np.int64), into)
    return into


@pytest.mark.parametrize(
    "indices", [[7], [3, 2, 1, 0], [5, 5, 5], [19, 0, 18, 1, 17], [*range(20)], []], ids=str
)
def test_that_images_come_in_the_order_asked_for(path: Path, indices: list[int]) -> None:
    assert np.array_equal(read(OnDisk(path), *indices), PIXELS[indices])


def test_that_it_is_asked_like_an_array(path: Path) -> None:
    images = OnDisk(path)
    assert (images.shape, images.dtype, images.nbytes) == (PIXELS.shape, np.uint8, PIXELS.nbytes)
    assert np.array_equal(images[3], PIXELS[3])
    assert np.array_equal(images[-1], PIXELS[-1])
    for some in (slice(None), slice(4, 9), slice(None, None, 7), slice(15, 99), slice(9, 4)):
        assert np.array_equal(images[some], PIXELS[some])
    assert np.array_equal(images[np.array([4, 1])], PIXELS[[4, 1]])
    with pytest.raises(IndexError):
        images[20]


@pytest.mark.skipif(not hasattr(os, "preadv"), reason="a system without it")
def test_that_neighbours_are_read_in_one_call_and_short_reads_are_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "images.npy", PIXELS)
    images, plain, calls = OnDisk(tmp_path / "images.npy"), os.preadv, list[int]()

    def counted(handle: int, pieces: Sequence[memoryview], at: int) -> int:
        calls.append(len(pieces))
        return plain(handle, pieces, at)

    monkeypatch.setattr(os, "preadv", counted)
    assert np.array_equal(read(images, 9, 3, 10, 4, 0), PIXELS[[9, 3, 10, 4, 0]])
    assert calls == [1, 2, 2]
    monkeypatch.setattr(os, "preadv", lambda h, p, at: plain(h, [p[0][:100]], at))
    assert np.array_equal(images[:], PIXELS)


def test_that_a_file_that_becomes_too_short_is_told_and_read_again_once_it_is_whole(
    path: Path,
) -> None:
    images, whole = OnDisk(path), path.read_bytes()
    os.truncate(path, HEADER + PIXELS[:10].nbytes - 1)
    assert np.array_equal(read(images, *range(9)), PIXELS[:9])
    with pytest.raises(SpaceError, match="too short") as told:
        read(images, 9)
    assert str(path.parent) in str(told.value.hint)
    with pytest.raises(SpaceError, match="too short"):  # opened anew, it is known at once
        read(images, 0)
    path.unlink()
    with pytest.raises(SpaceError, match="No such file"):
        read(images, 0)
    path.write_bytes(whole)
    assert np.array_equal(images[:], PIXELS)


@pytest.mark.skipif(not hasattr(os, "preadv"), reason="a system without it")
def test_that_a_broken_disk_is_told_and_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "images.npy", PIXELS)
    images = OnDisk(tmp_path / "images.npy")
    opens, reads = os.open, os.preadv

    def broken(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def mended(path: Path, flags: int) -> int:
        monkeypatch.setattr(os, "preadv", reads)
        return opens(path, flags)

    monkeypatch.setattr(os, "preadv", broken)
    monkeypatch.setattr(os, "open", mended)
    with pytest.raises(SpaceError, match="Input/output error"):
        read(images, 0)
    assert np.array_equal(read(images, 0), PIXELS[:1])


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open file")
def test_that_images_that_are_deleted_can_still_be_read(path: Path) -> None:
    images = OnDisk(path)
    path.unlink()
    assert np.array_equal(images[:], PIXELS)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is mapped and open")
def test_that_the_file_is_never_mapped_and_is_closed_in_the_end(path: Path) -> None:
    images = OnDisk(path)
    made = Images(images, 4, torch.device("cpu"), 0)
    made.show(np.arange(4))
    made.some(2, 2)
    assert str(path) not in Path("/proc/self/maps").read_text(encoding="utf-8")
    assert str(path) in opened()
    made.close()
    del images, made
    gc.collect()
    assert str(path) not in opened()


def opened() -> list[str]:
    found = []
    for handle in os.listdir("/proc/self/fd"):
        if os.path.lexists(f"/proc/self/fd/{handle}"):
            found.append(os.readlink(f"/proc/self/fd/{handle}"))
    return found


@pytest.mark.parametrize("shape", [(20, 8, 8), (20, 192)], ids=str)
def test_that_what_is_no_array_of_images_is_refused(shape: tuple[int, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="no array of images"):
        OnDisk(tmp_path / "x.npy")
    np.save(tmp_path / "x.npy", PIXELS.astype(np.float32))
    with pytest.raises(ValueError, match="no array of images"):
        OnDisk(tmp_path / "x.npy")
