"""Prepared arrays on disk: written piece by piece, taken up after a kill, verified, cleaned up."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import psutil
from numpy.typing import NDArray

from gan_engine import durable, paths
from gan_engine.data.memory import heard, tell
from gan_engine.data.ondisk import OnDisk

HEADER_BYTES = 128
ARRAY, LIST = "images.npy", "list.json"
_JOURNAL = "done.jsonl"
_PIECE = 2**24  # bytes with a checksum of their own
_PATIENCE = 2.0  # seconds of work that a kill may cost
_VERIFIED = 2**26  # bytes that are read again before an array is reused


@dataclass
class Outcome:
    """What became of the pictures so far; `done` of them were looked at, `labels` name classes."""

    done: int = 0
    files: list[str] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)
    excluded: list[tuple[str, str]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PreparedSet:
    """A prepared array in the cache; it can always be made again from its pictures.

    Attributes:
        path: Its folder in the cache.
        source: The escaped path of the pictures it was made from.
        images: How many images.
        shape: Their height, width and channels.
        bytes: How much space it takes.
        used: When a run last used it, in seconds since 1970.
    """

    path: Path
    source: str
    images: int
    shape: tuple[int, ...]
    bytes: int
    used: float


class Writer:
    """An array that is being written, and the journal by which it is taken up after a kill.

    Leave the block without `finish` and nothing is left; be killed in it and everything is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.outcome = folder, Outcome()
        self._mark = f"{durable.TEMPORARY}{os.getpid()}-{threading.get_ident()}-"
        self._pieces: list[tuple[int, str]] = []
        self._whole, self._piece, self._bytes = hashlib.sha256(), hashlib.sha256(), 0
        self._told, self._due = [0, 0, 0], 0.0

    def __enter__(self) -> Writer:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._adopt()
            data, journal = (self.folder / (self._mark + name) for name in (ARRAY, _JOURNAL))
            data.touch()
            self._data = open(data, "r+b")
            self._journal = open(journal, "a+b")
            self._take_up()
        except BaseException:
            self.__exit__()
            raise
        self._due = time.monotonic() + _PATIENCE
        return self

    def __exit__(self, *_: object) -> None:
        for name in ("_data", "_journal"):
            with contextlib.suppress(AttributeError, OSError):
                getattr(self, name).close()
        _delete(self.folder.glob(f"{self._mark}*"))

    def add(self, name: str, pixels: NDArray[np.uint8]) -> None:
        """Append one image."""
        self._data.write(pixels.data)
        self._whole.update(pixels.data)
        self._piece.update(pixels.data)
        self._bytes += pixels.nbytes
        self.outcome.files.append(name)

    def rest(self) -> None:
        """Note that one more picture is done; now and then, make sure that it survives a kill."""
        self.outcome.done += 1
        if self._bytes >= _PIECE or time.monotonic() >= self._due:
            self._note()
            self._due = time.monotonic() + _PATIENCE

    def finish(self, shape: tuple[int, ...], about: dict[str, Any]) -> None:
        """Put the array and its list in their place, both whole."""
        self._note()
        self._data.seek(0)
        self._data.write(npy_header((len(self.outcome.files), *shape)))
        self._sync(self._data)
        self._data.close()
        written = self.folder / (self._mark + ARRAY)
        if not _pieces_are_right(written, self._pieces, every=1):
            raise durable.changed(self.folder / ARRAY)
        durable.rename(written, self.folder / ARRAY)
        told = {
            "sha256": self._whole.hexdigest(),
            "pieces": self._pieces,
            "shape": shape,
            "files": self.outcome.files,
            "bad": [(name, tell(reason)) for name, reason in self.outcome.bad],
            "excluded": [(name, tell(reason)) for name, reason in self.outcome.excluded],
            "labels": self.outcome.labels,
            **about,
        }
        durable.write(self.folder / LIST, json.dumps(told, indent=1).encode())

    def _note(self) -> None:
        line = {"done": self.outcome.done, "bytes": self._bytes, "sha256": self._piece.hexdigest()}
        lists = self._lists()
        files, *reasons = (one[told:] for one, told in zip(lists, self._told, strict=True))
        fresh = [files, *([(name, tell(reason)) for name, reason in one] for one in reasons)]
        self._told = [len(one) for one in lists]
        if self._bytes:
            self._pieces.append((self._bytes, self._piece.hexdigest()))
        self._sync(self._data)
        self._journal.write(json.dumps({**line, "lists": fresh}).encode() + b"\n")
        self._sync(self._journal)
        self._piece, self._bytes = hashlib.sha256(), 0

    def _take_up(self) -> None:
        """Go on behind the last piece of a killed writer whose checksum is right."""
        self._journal.seek(0)
        self._data.seek(0)
        self._data.write(npy_header((0,)))
        right = 0
        for text in self._journal.readlines():
            if not self._retell(text):
                break
            right += len(text)
        self._told = [len(one) for one in self._lists()]
        self._journal.truncate(right)
        self._data.seek(HEADER_BYTES + sum(length for length, _ in self._pieces))
        self._data.truncate()

    def _retell(self, text: bytes) -> bool:
        """Take one line of the journal for done, where the data is what it says."""
        try:
            line = json.loads(text)
            data = self._data.read(int(line["bytes"]))
            done, [files, bad, excluded] = int(line["done"]), line["lists"]
        except (ValueError, KeyError, TypeError):
            return False
        digest = hashlib.sha256(data).hexdigest()
        if digest != line["sha256"] or len(data) != line["bytes"]:
            return False
        self._whole.update(data)
        if data:
            self._pieces.append((len(data), digest))
        self.outcome.done = done
        self.outcome.files += files
        self.outcome.bad += [(name, heard(reason)) for name, reason in bad]
        self.outcome.excluded += [(name, heard(reason)) for name, reason in excluded]
        return True

    def _lists(self) -> tuple[list[Any], list[Any], list[Any]]:
        return self.outcome.files, self.outcome.bad, self.outcome.excluded

    def _adopt(self) -> None:
        """Take over what a killed process left, and delete what further ones did."""
        adopted = False
        for journal in sorted(self.folder.glob(f"{durable.TEMPORARY}*-{_JOURNAL}")):
            if adopted or not _abandoned(journal):
                continue
            with contextlib.suppress(OSError):  # somebody else was faster
                array = journal.with_name(journal.name.removesuffix(_JOURNAL) + ARRAY)
                os.replace(array, self.folder / (self._mark + ARRAY))
                os.replace(journal, self.folder / (self._mark + _JOURNAL))
                adopted = True
        _delete(p for p in self.folder.glob(f"{durable.TEMPORARY}*") if _abandoned(p))

    @staticmethod
    def _sync(file: BinaryIO) -> None:
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    """Write an array into `folder`; a disk that is full or read-only is one sentence and one hint.

    Raises:
        SpaceError: The disk is full or not writable; nothing is left of what was begun.
    """
    try:
        with Writer(folder) as writer:
            yield writer
    except OSError as error:
        raise durable.space_error(error, folder / ARRAY) from error


def unfinished_bytes(folder: Path) -> int:
    """Return how much of an array a killed process left, for the next one to go on with."""
    return max((path.stat().st_size for path in folder.glob(f"{durable.TEMPORARY}*")), default=0)


def read(folder: Path, shape: Sequence[int]) -> tuple[OnDisk, Outcome] | None:
    """Return what is prepared in `folder`, or None where it is missing, unfinished or damaged.

    Size and shape are checked, and the checksums of as many pieces as take a few hundredths of a
    second, spread over the whole array; of small arrays that is every piece.
    """
    path = folder / ARRAY
    try:
        told = json.loads((folder / LIST).read_text(encoding="utf-8"))
        images = OnDisk(path)
        outcome = Outcome(
            len(told["files"]),
            [str(name) for name in told["files"]],
            [(str(name), heard(reason)) for name, reason in told["bad"]],
            [(str(name), heard(reason)) for name, reason in told["excluded"]],
            {str(name): str(label) for name, label in told.get("labels", {}).items()},
        )
        pieces = [(int(length), str(digest)) for length, digest in told["pieces"]]
        whole = images.shape == (len(outcome.files), *shape)
        whole = whole and path.stat().st_size == HEADER_BYTES + images.nbytes
        if not whole or sum(length for length, _ in pieces) != images.nbytes:
            return None
        if not _pieces_are_right(path, pieces):
            return None
        os.utime(folder / LIST)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return images, outcome


def _pieces_are_right(path: Path, pieces: Sequence[tuple[int, str]], every: int = 0) -> bool:
    """Return whether an array's pieces have their checksums; by default, one in so `every` many."""
    total = sum(length for length, _ in pieces)
    every = every or max(1, -(-total // _VERIFIED))
    at, last = HEADER_BYTES, len(pieces) - 1
    with open(path, "rb") as file:
        for number, (length, digest) in enumerate(pieces):
            if number % every == 0 or number == last:
                file.seek(at)
                if hashlib.sha256(file.read(length)).hexdigest() != digest:
                    return False
            at += length
    return True


# --- the cache as a whole ------------------------------------------------------------------------


def prepared_sets() -> list[PreparedSet]:
    """Return the prepared arrays there are, the most recently used first."""
    found = []
    for folder in (paths.cache() / "prepared").glob("*/"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            size = sum(path.stat().st_size for path in folder.iterdir())
            told: dict[str, Any] = {"source": "", "files": (), "shape": ()}
            used = folder.stat().st_mtime
            if (folder / LIST).is_file():
                told |= json.loads((folder / LIST).read_text(encoding="utf-8"))
                used = (folder / LIST).stat().st_mtime
            shape, images = tuple(told["shape"]), len(told["files"])
            found.append(PreparedSet(folder, str(told["source"]), images, shape, size, used))
    return sorted(found, key=lambda one: -one.used)


def clean_prepared(budget: int, keep: Sequence[Path] = ()) -> int:
    """Delete the prepared arrays used longest ago until the rest fits `budget` bytes.

    Args:
        budget: 0 deletes all of them; originals are never touched, and a run that reads an
            array goes on with it.
        keep: Folders to leave alone, whatever they take.

    Returns:
        How many bytes are free again.
    """
    total, freed = 0, 0
    for one in prepared_sets():
        total += one.bytes
        if total <= budget or one.path in keep:
            continue
        if remove_prepared(one.path):
            freed += one.bytes
            total -= one.bytes
    return freed


def remove_prepared(folder: Path) -> bool:
    """Delete one prepared array of the cache; return whether it is gone.

    What is being written stays, and so does anything that is no part of the cache.
    """
    busy = any(not _abandoned(path) for path in folder.glob(f"{durable.TEMPORARY}*"))
    if busy or folder.parent != paths.cache() / "prepared":
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def npy_header(shape: tuple[int, ...]) -> bytes:
    """Return the start of a .npy file, always as long, so that it can be corrected at the end."""
    text = repr({"descr": "|u1", "fortran_order": False, "shape": shape})
    start = b"\x93NUMPY\x01\x00" + (HEADER_BYTES - 10).to_bytes(2, "little")
    return start + text.encode().ljust(HEADER_BYTES - 11) + b"\n"


def _abandoned(path: Path) -> bool:
    """Return whether the process that began a file is gone."""
    pid = path.name.removeprefix(durable.TEMPORARY).split("-")[0]
    return not pid.isdigit() or not psutil.pid_exists(int(pid))


def _delete(files: Iterator[Path]) -> None:
    for path in list(files):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
