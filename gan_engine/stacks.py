"""Arrays of images in .npy and .npz files, one row a picture."""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import psutil
from numpy.typing import NDArray
from PIL import Image

from gan_engine.schema import Message

SUFFIXES = frozenset((".npy", ".npz"))

_CHANNELS = (1, 3, 4)
_MAX_PIXELS = 2**26
_SAMPLE = 64  # so many rows decide what the numbers of a whole array mean
_ROWS = 10_000_000


class StackError(Exception):
    """A file is no array of images; its one argument says why."""


class _Plan(NamedTuple):
    """What an array is: how large, of what, and which axis is what."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool = False


class _InFile:
    """The rows of an array in a file, each read when it is asked for.

    Not mapped: where its disk goes, touching a map ends the whole program (SIGBUS).
    """

    def __init__(self, path: Path, start: int, plan: _Plan) -> None:
        self._path, self._start = path, start
        self.shape, self.dtype = _in_rows(plan.shape), plan.dtype
        self._count = math.prod(self.shape[1:])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, number: int) -> NDArray[Any]:
        with open(self._path, "rb") as file:
            file.seek(self._start + number * self._count * self.dtype.itemsize)
            data = file.read(self._count * self.dtype.itemsize)
        return np.frombuffer(data, self.dtype, self._count).reshape(self.shape[1:])


class Stack:
    """An array of images; rows are named by their number."""

    def __init__(self, rows: NDArray[Any] | _InFile) -> None:
        self._rows = rows
        self._low, self._high = _meaning(rows)
        self._digits = max(6, len(str(len(rows) - 1)))
        self.row_bytes = math.prod(rows.shape[1:]) * rows.dtype.itemsize
        """How many bytes one picture has."""

    def names(self) -> Iterator[str]:
        """Yield each row's name."""
        return (f"{number:0{self._digits}}" for number in range(len(self._rows)))

    def picture(self, name: str) -> Image.Image:
        """Return one row in 8 bits: "L", "RGB" or "RGBA".

        Raises:
            StackError: There is no such row, or it cannot be read any more.
        """
        number = int(name) if name.isdecimal() and name.isascii() and len(name) < 12 else -1
        if not 0 <= number < len(self._rows):
            raise StackError(Message("it is not there"))
        try:
            row = _channels_last(self._rows[number])
        except (OSError, ValueError) as error:
            raise StackError(_why(error)) from error
        if row.dtype != np.uint8:
            values = np.nan_to_num(row.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
            scaled = (values - self._low) * (255 / (self._high - self._low))
            row = np.rint(scaled.clip(0, 255)).astype(np.uint8)
        return Image.fromarray(row[..., 0] if row.shape[-1] == 1 else np.ascontiguousarray(row))


def read(path: Path) -> Stack:
    """Return the array of images in a .npy or .npz file; the largest, where there are several.

    Raises:
        StackError: There is none, or it is damaged, or larger than memory allows.
    """
    try:
        found = os.stat(path)
        return _read(path, found.st_size, found.st_mtime_ns)
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise StackError(_why(error)) from error
    except (SyntaxError, TypeError, OverflowError, RuntimeError, MemoryError) as error:
        raise StackError(_why(error)) from error


@lru_cache(maxsize=2)
def _read(path: Path, size: int, modified: int) -> Stack:
    if path.suffix.lower() == ".npy":
        with open(path, "rb") as file:
            plan = _plan(file)
            _check(plan)
            if not plan.fortran:
                if size < (whole := file.tell() + _bytes(plan)):
                    raise EOFError(f"{size:,} of {whole:,} bytes")
                return Stack(_InFile(path, file.tell(), plan))
            _require_memory(_bytes(plan))  # rows do not lie together
            file.seek(0)
            return _stack(np.lib.format.read_array(file, allow_pickle=False))
    with zipfile.ZipFile(path) as archive:
        plans: dict[str, _Plan] = {}
        for info in archive.infolist():
            if info.filename.endswith(".npy"):
                with archive.open(info) as member:
                    plan = _plan(member)  # type: ignore[arg-type]
                if _is_images(plan):
                    plans[info.filename] = plan
        if not plans:
            raise StackError(Message("it holds no array of images"))
        name = max(plans, key=lambda one: _bytes(plans[one]))
        info = archive.getinfo(name)
        _check(plans[name])
        needed = _bytes(plans[name])
        if needed > 200 * max(info.compress_size, 2**16):
            raise StackError(Message("it would unpack to more than 200 times its size"))
        _require_memory(needed)
        with archive.open(name) as member:
            return _stack(np.lib.format.read_array(member, allow_pickle=False))


def _stack(array: NDArray[Any]) -> Stack:
    return Stack(array.reshape(_in_rows(array.shape)))


def _require_memory(needed: int) -> None:
    if needed > psutil.virtual_memory().available / 2:
        raise StackError(Message("it needs more memory than there is; save it as .npy"))


def _plan(file: BinaryIO) -> _Plan:
    version = np.lib.format.read_magic(file)
    reader = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, fortran, dtype = reader(file)
    return _Plan(shape, dtype, fortran)


def _bytes(plan: _Plan) -> int:
    total = plan.dtype.itemsize
    for extent in plan.shape:
        total *= extent
    return total


def _is_images(plan: _Plan) -> bool:
    shape = plan.shape
    layout = len(shape) in (2, 3) or (
        len(shape) == 4 and (shape[3] in _CHANNELS or shape[1] in _CHANNELS)
    )
    return plan.dtype.kind in "uifb" and layout and all(extent > 0 for extent in shape)


def _check(plan: _Plan) -> None:
    if not _is_images(plan):
        raise StackError(
            Message("it holds no array of images (its shape is {shape})", shape=str(plan.shape))
        )
    rows, *rest = plan.shape if len(plan.shape) > 2 else (1, *plan.shape)
    if rows > _ROWS or np.prod(rest, dtype=np.float64) > 4 * _MAX_PIXELS:
        raise StackError(
            Message("it claims more than is safe (its shape is {shape})", shape=str(plan.shape))
        )


def _in_rows(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of an array of images with a picture in each row: a single one has none yet."""
    single = len(shape) == 2 or (len(shape) == 3 and shape[2] in (3, 4))
    return (1, *shape) if single else shape


def _channels_last(row: NDArray[Any]) -> NDArray[Any]:
    """Return a picture as (H, W, C), as a view."""
    if row.ndim == 2:
        return row[..., None]
    return row if row.shape[2] in _CHANNELS else row.transpose(1, 2, 0)


def _meaning(rows: NDArray[Any] | _InFile) -> tuple[float, float]:
    """Return which numbers are black and white, the same for every row."""
    if rows.dtype.kind == "b":
        return 0.0, 1.0
    if rows.dtype.newbyteorder("=") == np.uint16:
        return 0.0, 65535.0
    some = range(0, len(rows), max(1, len(rows) // _SAMPLE))
    numbers = (np.nan_to_num(rows[i].astype(np.float32), posinf=0.0, neginf=0.0) for i in some)
    ends = [(float(row.min()), float(row.max())) for row in numbers]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    integers = rows.dtype.kind in "ui"
    ranges = [(0.0, 255.0), (0.0, 65535.0)]
    if not integers:
        ranges = [(0.0, 1.0), (-1.0, 1.0), *ranges]
    for black, white in ranges:
        if low >= black - 1e-3 and high <= white + 1e-3:
            return black, white
    return low, high if high > low else low + 1


def _why(error: Exception) -> str:
    why = (str(error).splitlines() or [""])[0][:160] or type(error).__name__
    return Message("the file is damaged ({why})", why=why)
