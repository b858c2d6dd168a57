"""Compressed tars as files one can seek in: gzip by marks to go on from, other kinds in memory."""

from __future__ import annotations

import bisect
import bz2
import io
import lzma
import os
import threading
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import psutil

from gan_engine.schema import Message

SUFFIXES = {
    ".tar.gz": "gz",
    ".tgz": "gz",
    ".tar.bz2": "bz2",
    ".tbz2": "bz2",
    ".tar.xz": "xz",
    ".txz": "xz",
}
"""What the names of compressed tars end with, and how they are compressed."""

MAX_RATIO = 200
"""What unpacks to more than so many times its size is a bomb."""

DAMAGE = (zlib.error, lzma.LZMAError, EOFError)

_MAGIC = b"\x1f\x8b"  # what a gzip stream begins with
_SMALL = 2**16
_PIECE = 2**16  # of the packed file, fed at once
_SIP = 2**13  # of that, so that a bomb is known before it is large
_SPACING = 2**20  # unpacked bytes between two marks, at first
_MOST_MARKS = 512  # each takes some 45 kB; beyond, every second is dropped
_AT_ONCE = 2**22
_MOST_AT_ONCE = 2**24  # no header of a tar is larger


class PackedError(Exception):
    """A compressed file is not read; its one argument says why."""


class _Mark(NamedTuple):
    """Where unpacking may begin: at `unpacked`, with the packed byte `packed` next."""

    unpacked: int
    packed: int
    state: Any


class Gzip:
    """The marks of one gzip file; any number of readers, in any threads, add to them."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, os.stat(path).st_size
        self._spacing, self._lock = _SPACING, threading.Lock()
        self._marks = [_Mark(0, 0, _fresh())]

    def before(self, offset: int) -> _Mark:
        """Return the last mark up to an unpacked offset."""
        with self._lock:
            at = bisect.bisect_right(self._marks, offset, key=lambda mark: mark.unpacked) - 1
            mark = self._marks[at]
            return mark._replace(state=mark.state.copy())

    def note(self, unpacked: int, packed: int, state: Any) -> None:
        """Remember a place to begin at, where there is none nearby."""
        with self._lock:
            if unpacked >= self._marks[-1].unpacked + self._spacing:
                self._marks.append(_Mark(unpacked, packed, state.copy()))
                if len(self._marks) > _MOST_MARKS:
                    self._marks, self._spacing = self._marks[::2], 2 * self._spacing


class _Reader(io.RawIOBase):
    """Reads what a gzip file holds, forwards; going back begins at the mark before."""

    def __init__(self, gzip: Gzip) -> None:
        self._gzip = gzip
        self._file = open(gzip.path, "rb")  # noqa: SIM115
        self._at = 0
        self._begin(gzip.before(0))

    def _begin(self, mark: _Mark) -> None:
        self._state, self._start, self._ready = mark.state, mark.unpacked, b""
        self._packed = mark.packed
        self._file.seek(mark.packed)

    def close(self) -> None:
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            raise io.UnsupportedOperation("the end is not known")
        self._at = max(0, offset + (self._at if whence == os.SEEK_CUR else 0))
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        ahead = self._gzip.before(self._at) if self._far() else None
        if ahead is not None and (ahead.unpacked > self._start or self._at < self._start):
            self._begin(ahead)
        while self._at >= self._start + len(self._ready):
            if not self._unpack():
                return 0
        from_ = self._at - self._start
        data = self._ready[from_ : from_ + len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _far(self) -> bool:
        """Whether another mark may be a better place to begin at than here."""
        return self._at < self._start or self._at > self._start + len(self._ready) + _SPACING

    def _unpack(self) -> bool:
        """Unpack the next piece; False at the end of the file."""
        data = self._file.read(_PIECE)
        if not data and not self._state.eof:
            if self._packed == 0 or self._packed >= self._gzip.size:
                raise EOFError("it ends too early")
            return False
        self._start += len(self._ready)
        pieces, more, ahead = list[bytes](), bool(data), self._start
        while data:
            if self._state.eof:  # another gzip stream may follow the first
                data = data.lstrip(b"\0")
                if not _MAGIC.startswith(data[:2]):  # but what is none belongs to nobody
                    self._file.seek(0, os.SEEK_END)
                    break
                if not data:
                    break
                self._state = _fresh()
            pieces.append(self._state.decompress(data[:_SIP]))
            data = self._state.unused_data + data[_SIP:]
            ahead += len(pieces[-1])
            check_ratio(ahead, self._gzip.size)
        self._packed = self._file.tell()
        self._ready = b"".join(pieces)
        if not self._state.eof:
            self._gzip.note(self._start + len(self._ready), self._packed, self._state)
        return more


def _fresh() -> Any:
    return zlib.decompressobj(wbits=31)


class _Careful(io.BufferedReader):
    """Refuses to read more at once than any header of a tar needs."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0 or size > _MOST_AT_ONCE:
            raise PackedError(Message("it claims more than is safe"))
        return super().read(size)


def opened(path: Path, kind: str, headers: bool = False) -> BinaryIO:
    """Open a compressed file as what it holds, to seek and read in.

    Args:
        path: The file.
        kind: How it is compressed: a value of `SUFFIXES`.
        headers: Whether only headers of a tar are read, none of which is large.

    Raises:
        PackedError: It is a bomb, or too large to be held in memory.
        OSError, EOFError, zlib.error, lzma.LZMAError: It cannot be read, or is damaged.
    """
    found = os.stat(path)
    if kind == "gz":
        reader = _Reader(_marks(path, found.st_size, found.st_mtime_ns))
        return (_Careful if headers else io.BufferedReader)(reader, _PIECE)
    return io.BytesIO(_held(path, kind, found.st_size, found.st_mtime_ns))


@lru_cache(maxsize=8)
def _marks(path: Path, size: int, modified: int) -> Gzip:
    return Gzip(path)


@lru_cache(maxsize=1)
def _held(path: Path, kind: str, size: int, modified: int) -> bytes:
    """Return all that a file holds: of these kinds nobody can begin in the middle."""
    most = psutil.virtual_memory().available // 4
    unpacker: Any = bz2.BZ2Decompressor() if kind == "bz2" else lzma.LZMADecompressor()
    held = io.BytesIO()
    with open(path, "rb") as file:
        while not unpacker.eof:
            data = file.read(_PIECE) if unpacker.needs_input else b""
            if unpacker.needs_input and not data:
                raise EOFError("it ends too early")
            held.write(unpacker.decompress(data, _AT_ONCE))
            check_ratio(held.tell(), size)
            if held.tell() > most:
                text = (
                    "it is too large to be held in memory; pack it as .tar.gz, .zip or plain .tar"
                )
                raise PackedError(Message(text))
    return held.getvalue()


def check_ratio(unpacked: int, packed: int) -> None:
    """Raise PackedError where something unpacks to more than is safe."""
    if unpacked > MAX_RATIO * packed + _SMALL:
        raise PackedError(
            Message(
                "it would unpack to {ratio:,.0f} times its size, more than the {most} that are safe",
                ratio=unpacked / max(packed, 1),
                most=MAX_RATIO,
            )
        )
