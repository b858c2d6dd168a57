"""Archives read in place, like folders: zip, tar, and arrays of images; nothing is unpacked to disk."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image

from gan_engine import packed, stacks
from gan_engine.errors import FileError
from gan_engine.schema import Message

SUFFIXES = frozenset((".zip", ".tar", ".npz", ".npy", *packed.SUFFIXES))
"""What the names of archives end with."""

_UNREAD = {".zst": "Zstandard", ".tzst": "Zstandard", ".lz4": "LZ4", ".7z": "7-Zip", ".rar": "RAR"}
_ONE_FILE = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz"}  # what is no tar is no folder either

MAX_RATIO = packed.MAX_RATIO
"""An archive, or a picture in one, that unpacks to more than so many times its size is a bomb."""

MAX_BYTES = 2**28
"""What is unpacked at most for one picture."""

_SMALL = 2**16  # a plain little picture may pack well without being a bomb
_STORED, _DEFLATED = 0, 8
_LABEL = ".cls"
_LONGEST_LABEL = 64
_DAMAGE = (  # what zipfile and tarfile throw at damaged files
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    KeyError,
    IndexError,
    RuntimeError,
    MemoryError,
    packed.PackedError,
    *packed.DAMAGE,
)


class Member(NamedTuple):
    """One file of an archive: where its bytes are, or why they are not read.

    `label` is what a WebDataset's file of a class (.cls) says; it belongs to the picture beside it.
    """

    name: str
    size: int
    start: int = 0
    packed: int = 0
    method: int = _STORED
    checksum: int | None = None
    refusal: str = ""
    label: str = ""


class ArchiveError(FileError):
    """An archive, or a file in it, cannot be read; `reason` is a phrase that says why."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = reason
        super().__init__(
            "“{name}” cannot be read: {reason}.",
            hint="Unpack it and choose the folder, or pack it again as zip.",
            name=path.name,
            reason=reason,
        )


def ending(name: str) -> str:
    """Return a name's suffix, of compressed tars both parts of it: “.tar.gz”."""
    low = name.lower()
    both = (suffix for suffix in packed.SUFFIXES if low.endswith(suffix))
    return next(both, os.path.splitext(low)[1])


def unread_archive(name: str, among_others: bool = False) -> str:
    """Return what an archive of this name is packed with that is not read here, else nothing.

    With `among_others` a single file that is compressed, a list of names perhaps, is no archive.
    """
    return (_UNREAD if among_others else _UNREAD | _ONE_FILE).get(ending(name), "")


def is_archive(path: Path) -> bool:
    """Return whether `path` is an ordinary file whose name says that it is an archive."""
    with contextlib.suppress(OSError, ValueError):
        return ending(path.name) in SUFFIXES and stat.S_ISREG(os.stat(path).st_mode)
    return False


def find(path: Path) -> tuple[Path, str] | None:
    """Return the archive that `path` leads into and the name inside, or None where there is none."""
    for parent in path.parents:
        if is_archive(parent):
            return parent, path.relative_to(parent).as_posix()
    return None


def listing(archive: Path) -> Iterator[Member]:
    """Yield every file of an archive; nothing is unpacked.

    Raises:
        ArchiveError: It is damaged, or a bomb.
    """
    if archive.suffix.lower() in stacks.SUFFIXES:
        yield from _rows(archive)
        return
    reader = _zip if archive.suffix.lower() == ".zip" else _tar
    try:
        yield from reader(archive)
    except _DAMAGE as error:
        raise ArchiveError(archive, _why(error)) from error


@contextlib.contextmanager
def opened(archive: Path, name: str) -> Iterator[BinaryIO | Image.Image]:
    """Open one file of an archive to read from, or one row of an array as a picture.

    Raises:
        ArchiveError: There is no such file in it, or it is damaged, or a bomb.
    """
    if archive.suffix.lower() in stacks.SUFFIXES:
        yield _row(archive, name)
        return
    member = _index(archive).get(name)
    if member is None:
        raise ArchiveError(archive, Message("it is not there"))
    if member.refusal:
        raise ArchiveError(archive, member.refusal)
    if not member.size:
        raise ArchiveError(archive, Message("the file is empty"))
    with _source(archive) as file:
        if member.checksum is None:
            yield io.BufferedReader(_Slice(file, member.start, member.size))
        else:
            yield io.BytesIO(_unpacked(archive, file, member))


def _source(archive: Path, headers: bool = False) -> BinaryIO:
    """Open an archive's own bytes, of a compressed tar those of the tar in it."""
    kind = packed.SUFFIXES.get(ending(archive.name))
    try:
        return packed.opened(archive, kind, headers) if kind else open(archive, "rb")
    except _DAMAGE as error:
        raise ArchiveError(archive, _why(error)) from error


def _index(archive: Path) -> dict[str, Member]:
    try:
        found = os.stat(archive)
    except OSError as error:
        raise ArchiveError(archive, _why(error)) from error
    return _known(archive, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=16)
def _known(archive: Path, size: int, modified: int) -> dict[str, Member]:
    return {member.name: member for member in listing(archive)}


# --- zip -----------------------------------------------------------------------------------------


def _zip(archive: Path) -> Iterator[Member]:
    with zipfile.ZipFile(archive) as file:
        infos = [info for info in file.infolist() if not info.is_dir()]
    unpacked, size = sum(info.file_size for info in infos), archive.stat().st_size
    if unpacked > MAX_RATIO * size + _SMALL:
        raise ArchiveError(archive, _bomb(unpacked, size))
    for info in infos:
        yield Member(
            _clean(info.filename),
            info.file_size,
            info.header_offset,
            info.compress_size,
            info.compress_type,
            info.CRC,
            _objection(info),
        )


def _objection(info: zipfile.ZipInfo) -> str:
    if leads_out(_clean(info.filename)):
        return Message("its name leads out of the archive")
    if info.flag_bits & 0x1:
        return Message("it is encrypted")
    if info.compress_type not in (_STORED, _DEFLATED):
        return Message("it is packed in an unusual way; pack it again as an ordinary zip")
    if info.file_size > max(_SMALL, MAX_RATIO * info.compress_size):
        return _bomb(info.file_size, info.compress_size)
    return _too_large(info.file_size)


def _unpacked(archive: Path, file: BinaryIO, member: Member) -> bytes:
    """Return the bytes of a file in a zip, never more than its directory promised."""
    file.seek(member.start)
    local = file.read(30)
    if len(local) < 30 or not local.startswith(b"PK\3\4"):
        raise ArchiveError(archive, Message("the archive is damaged"))
    name_length, extra_length = struct.unpack("<HH", local[26:30])
    file.seek(name_length + extra_length, os.SEEK_CUR)
    data = file.read(member.packed)
    if member.method == _DEFLATED:
        try:
            data = zlib.decompressobj(-15).decompress(data, member.size + 1)
        except zlib.error as error:
            raise ArchiveError(archive, _why(error)) from error
    if len(data) != member.size or zlib.crc32(data) != member.checksum:
        raise ArchiveError(archive, Message("its checksum in the archive does not match"))
    return data


# --- tar -----------------------------------------------------------------------------------------


def _tar(archive: Path) -> Iterator[Member]:
    # The colon: what is compressed is unpacked here alone, within limits.
    with _source(archive, headers=True) as source, tarfile.open(fileobj=source, mode="r:") as file:
        for info in file:
            if info.isdir():
                continue
            refusal = _oddity(archive, info)
            yield Member(
                _clean(info.name),
                info.size,
                info.offset_data,
                info.size,
                refusal=refusal,
                label="" if refusal else _label(file, info),
            )


def _label(file: tarfile.TarFile, info: tarfile.TarInfo) -> str:
    """Return the class that a file of a shard names; nothing where it is no such file."""
    if not info.name.lower().endswith(_LABEL) or info.size > _LONGEST_LABEL:
        return ""
    held = file.extractfile(info)
    text = held.read().decode("utf-8", "replace").strip() if held else ""
    return text if text.isprintable() else ""


def _oddity(archive: Path, info: tarfile.TarInfo) -> str:
    if not info.isreg() or info.issparse():
        return Message("not an ordinary file")
    if leads_out(info.name):
        return Message("its name leads out of the archive")
    plain = archive.suffix.lower() == ".tar"
    if plain and info.offset_data + info.size > archive.stat().st_size:
        return Message("the archive is cut short")
    return _too_large(info.size)


def _clean(name: str) -> str:
    """Return a name as `find` will ask for it: `/` between parts, none of them empty."""
    name = name.replace("\\", "/")
    parts = "/".join(part for part in name.split("/") if part not in ("", "."))
    return f"/{parts}" if name.startswith("/") else parts


def leads_out(name: str) -> bool:
    """Return whether a name in an archive would lead out of the folder that stands for it."""
    return name.startswith("/") or ".." in name.split("/") or name[1:2] == ":"


class _Slice(io.RawIOBase):
    """A part of an open file, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


# --- arrays --------------------------------------------------------------------------------------


def _rows(archive: Path) -> Iterator[Member]:
    try:
        stack = stacks.read(archive)
    except stacks.StackError as error:
        raise ArchiveError(archive, error.args[0]) from error
    for name in stack.names():
        yield Member(name, stack.row_bytes)


def _row(archive: Path, name: str) -> Image.Image:
    try:
        return stacks.read(archive).picture(name)
    except stacks.StackError as error:
        raise ArchiveError(archive, error.args[0]) from error


# --- words ---------------------------------------------------------------------------------------


def _bomb(unpacked: int, packed: int) -> str:
    ratio = unpacked / max(packed, 1)
    return Message(
        "it would unpack to {ratio:,.0f} times its size, more than the {most} that are safe",
        ratio=ratio,
        most=MAX_RATIO,
    )


def _too_large(size: int) -> str:
    if size <= MAX_BYTES:
        return ""
    cap = MAX_BYTES // 2**20
    return Message("it is larger than the {cap} MB that are unpacked at most", cap=cap)


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return Message("it cannot be read ({why})", why=error.strerror)
    if isinstance(error, tarfile.ReadError):
        return Message("it is no plain tar archive, or damaged")
    if isinstance(error, packed.PackedError):
        reason: str = error.args[0]
        return reason
    why = (str(error).splitlines() or [""])[0][:160] or type(error).__name__
    return Message("the archive is damaged ({why})", why=why)
