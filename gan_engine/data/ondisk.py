"""An array of images in a file, read when it is asked for: a disk that goes away is an error, told in words."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import threading
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_engine.drafts import escape
from gan_engine.errors import SpaceError
from gan_engine.schema import Message

_PIECES = 512
"""At most so many neighbours are read in one call; systems allow 1,024."""


class OnDisk:
    """Images (N, H, W, C) in a .npy file of bytes; what is read is a copy.

    The file is not mapped into memory: where its disk is unplugged or broken, or somebody shortens it,
    touching a map ends the whole program (SIGBUS). It stays open, so that a run goes on where it is
    deleted, and is opened anew after it could not be read. Several threads may read at once.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, path: Path) -> None:
        """Open the file and read its header.

        Raises:
            OSError: It cannot be opened.
            ValueError: It holds no array of bytes in C's order.
        """
        self.path = path
        with open(path, "rb") as file:
            version = np.lib.format.read_magic(file)
            if version != (1, 0):
                raise ValueError(f"an array of version {version}")
            self.shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
            self._start = file.tell()
        if fortran or dtype != self.dtype or len(self.shape) != 4:
            raise ValueError(f"no array of images in bytes: {dtype} {self.shape}")
        self.nbytes = math.prod(self.shape)
        self._row = math.prod(self.shape[1:])
        self._open: _Open | None = _Open(path, self._start + self.nbytes)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: int | slice | NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return one image, or a stretch or choice of them.

        Raises:
            SpaceError: They cannot be read.
        """
        if isinstance(which, int):
            one: NDArray[np.uint8] = self[np.array([range(len(self))[which]])][0]
            return one
        chosen = np.arange(*which.indices(len(self))) if isinstance(which, slice) else which
        found = np.empty((len(chosen), *self.shape[1:]), np.uint8)
        self.read(chosen, found)
        return found

    def read(self, indices_N: NDArray[np.int64], into_NHWC: NDArray[np.uint8]) -> None:
        """Fill `into_NHWC` with the images at `indices_N`, going forwards over the disk.

        Raises:
            SpaceError: They cannot be read; `into_NHWC` holds anything.
        """
        if not len(indices_N):  # memory of no bytes has no address
            return
        order = np.argsort(indices_N, kind="stable")
        bytes_of, row, runs = into_NHWC.data.cast("B"), self._row, list[_Run]()
        for index, place in zip(indices_N[order].tolist(), order.tolist(), strict=True):
            at = self._start + index * row
            if not runs or at != runs[-1].end or len(runs[-1].pieces) == _PIECES:
                runs.append(_Run(at, at))
            runs[-1].pieces.append(bytes_of[place * row : (place + 1) * row])
            runs[-1].end += row
        with self._told():
            file = self._opened()
            for run in runs:
                file.will_want(run)
            for run in runs:
                file.fill(run)

    def _opened(self) -> _Open:
        if self._open is None:
            self._open = _Open(self.path, self._start + self.nbytes)
        return self._open

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._open = None
            raise SpaceError(
                "The prepared images cannot be read: {why}.",
                hint="Bring back the disk or folder {folder}, then go on.",
                why=error.strerror or type(error).__name__,
                folder=escape(os.fspath(self.path.parent)),
            ) from error


@dataclass
class _Run:
    """What lies together in the file, from a byte to another, and where in memory it goes."""

    at: int
    end: int
    pieces: list[memoryview] = field(default_factory=list)


class _Open:
    """An open file, closed when nobody reads it any more."""

    def __init__(self, path: Path, size: int) -> None:
        self._handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self._handle)
        self._turn = threading.Lock()
        if os.fstat(self._handle).st_size < size:
            raise _ended()

    def will_want(self, run: _Run) -> None:
        """Let the disk fetch what will be read soon: many requests at once are done sooner than in turn."""
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._handle, run.at, run.end - run.at, os.POSIX_FADV_WILLNEED)

    def fill(self, run: _Run) -> None:
        """Read one run to its end; it is used up."""
        at, pieces = run.at, run.pieces
        while pieces:
            got = self._read(pieces, at)
            if not got:
                raise _ended()
            at += got
            while pieces and got >= len(pieces[0]):
                got -= len(pieces.pop(0))
            if got:
                pieces[0] = pieces[0][got:]

    def _read(self, pieces: list[memoryview], at: int) -> int:
        if hasattr(os, "preadv"):
            return os.preadv(self._handle, pieces, at)
        with self._turn:  # a system on which reading moves the place that all threads share
            os.lseek(self._handle, at, os.SEEK_SET)
            found = os.read(self._handle, len(pieces[0]))
        pieces[0][: len(found)] = found
        return len(found)


def _ended() -> OSError:
    return OSError(errno.EIO, Message("the file has become too short"))
