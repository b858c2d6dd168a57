"""Arrays of images in .npy and .npz files, one row a picture."""

from __future__ import annotations

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


class Stack:
    """An array of images; rows are named by their number."""

    def __init__(self, array: NDArray[Any]) -> None:
        self._rows_NHWC = _channels_last(array)
        self._low, self._high = _meaning(self._rows_NHWC)
        self._digits = max(6, len(str(len(self._rows_NHWC) - 1)))

    @property
    def row_bytes(self) -> int:
        """How many bytes one picture has."""
        return int(self._rows_NHWC[0].nbytes)

    def names(self) -> Iterator[str]:
        """Yield each row's name."""
        return (f"{number:0{self._digits}}" for number in range(len(self._rows_NHWC)))

    def picture(self, name: str) -> Image.Image:
        """Return one row in 8 bits: "L", "RGB" or "RGBA"."""
        number = int(name) if name.isdecimal() and name.isascii() and len(name) < 12 else -1
        if not 0 <= number < len(self._rows_NHWC):
            raise StackError(Message("it is not there"))
        row = np.asarray(self._rows_NHWC[number])
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
            _check(_plan(file))
        return Stack(np.load(path, mmap_mode="r", allow_pickle=False))
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
        if needed > psutil.virtual_memory().available / 2:
            raise StackError(Message("it needs more memory than there is; save it as .npy"))
        with archive.open(name) as member:
            array: NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
    return Stack(array)


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


def _channels_last(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of images as (N, H, W, C), as a view."""
    if array.ndim == 2:
        return array[None, :, :, None]
    if array.ndim == 3:
        one = array.shape[2] in (3, 4)  # a single picture
        return array[None] if one else array[..., None]
    return array if array.shape[3] in _CHANNELS else array.transpose(0, 2, 3, 1)


def _meaning(rows_NHWC: NDArray[Any]) -> tuple[float, float]:
    """Return which numbers are black and white, the same for every row."""
    if rows_NHWC.dtype.kind == "b":
        return 0.0, 1.0
    if rows_NHWC.dtype == np.uint16:
        return 0.0, 65535.0
    step = max(1, len(rows_NHWC) // _SAMPLE)
    sample = np.nan_to_num(rows_NHWC[::step].astype(np.float32), posinf=0.0, neginf=0.0)
    low, high = float(sample.min()), float(sample.max())
    integers = rows_NHWC.dtype.kind in "ui"
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
