"""Decode a folder of pictures once, into one array on disk that later runs reuse."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import psutil
from numpy.typing import NDArray

from gan_engine import durable, paths
from gan_engine.data.names import Entry, walk
from gan_engine.data.parallel import Clock, in_order, workers
from gan_engine.data.scan import (
    BadFile,
    bad_files,
    hidden_pictures,
    kinds_of,
    never,
    objections,
)
from gan_engine.drafts import escape
from gan_engine.errors import DataError, SpaceError
from gan_engine.imaging import Crop, ImageError, ImageShape, decode
from gan_engine.schema import Message

if TYPE_CHECKING:
    from gan_engine.data_settings import DataSettings

_FORMAT = 2  # raise it when the same picture is decoded to other pixels: old arrays are remade
_HEADER_BYTES = 128


@dataclass(frozen=True)
class PrepareProgress:
    """`done` of `total` pictures are decoded."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Prepared:
    """A folder of pictures as one array.

    Attributes:
        path: The array's file.
        images: (N, H, W, C) uint8, read-only, mapped from the file.
        bad: Pictures that could not be used.
        reused: Whether it was there already.
        files: Each image's escaped path inside the folder.
    """

    path: Path
    images: NDArray[np.uint8]
    bad: tuple[BadFile, ...]
    reused: bool
    files: tuple[str, ...]


def prepare(
    settings: DataSettings, cancelled: Callable[[], bool] = never
) -> Iterator[PrepareProgress | Prepared]:
    """Yield progress at most twenty times a second, then the array; nothing more once cancelled.

    Pictures that cannot be decoded to their end are left out and listed.

    Raises:
        DataError: There is no such folder, or fewer than two usable pictures in it.
        SpaceError: The disk has too little space, which is known before anything is decoded.
    """
    entries = list[Entry]()
    for entry in walk(settings.path):
        if cancelled():
            return
        entries.append(entry)
    entries.sort()
    pictures = [entry for entry in entries if entry.verdict == "picture"]
    if len(pictures) < 2:
        _refuse(settings.path, len(pictures), bad_files(entries), entries)
    folder = paths.cache() / "prepared" / fingerprint(settings, pictures)
    ready = _read(folder, settings.shape)
    if ready is not None:
        yield ready
        return
    require_space(folder, len(pictures) * math.prod(settings.shape))
    yield from _make(folder, settings, pictures, entries, cancelled)


def fingerprint(settings: DataSettings, pictures: Sequence[Entry]) -> str:
    """Return a name for exactly these files decoded in exactly this way."""
    digest = hashlib.sha256()
    how = (_FORMAT, *settings.shape, *_how(settings))
    digest.update(json.dumps(how).encode())
    for entry in pictures:
        digest.update(json.dumps((entry.name, entry.size, entry.modified)).encode())
    return digest.hexdigest()[:32]


def _how(settings: DataSettings) -> tuple[str, str, str, Crop]:
    return settings.fit, settings.background.lower(), settings.filter, settings.crop


def require_space(folder: Path, needed: int) -> None:
    """Raise SpaceError, naming both figures, unless `folder`'s disk has `needed` bytes free."""
    there = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    free = shutil.disk_usage(there).free
    if needed + 2**20 > free:
        raise SpaceError(
            "The prepared pictures need {needed:,.0f} MB; {folder} has {free:,.0f} MB free.",
            hint="Free some space, or make the images smaller.",
            needed=math.ceil(needed / 1e6),
            free=math.floor(free / 1e6),
            folder=escape(os.fspath(there)),
        )


def _refuse(path: Path, usable: int, bad: Sequence[BadFile], entries: Sequence[Entry]) -> None:
    others = [entry.name for entry in entries if entry.verdict == "other"]
    problem = objections(path, usable, bad, kinds_of(others), hidden_pictures(others))[0]
    text, hint = problem.text, str(problem.hint)
    if isinstance(text, Message):
        raise DataError(text.template, hint=hint, **text.values)
    raise DataError(text, hint=hint)


def _read(folder: Path, shape: ImageShape) -> Prepared | None:
    """Return what is prepared in `folder`, or None where it is missing, unfinished or damaged."""
    path = folder / "images.npy"
    try:
        told = json.loads((folder / "list.json").read_text(encoding="utf-8"))
        images = np.load(path, mmap_mode="r")
        files = tuple(str(name) for name in told["files"])
        bad = tuple(BadFile(str(name), str(reason)) for name, reason in told["bad"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if images.dtype != np.uint8 or images.shape != (len(files), *shape):
        return None
    if path.stat().st_size != _HEADER_BYTES + images.size:
        return None
    return Prepared(path, images, bad, reused=True, files=files)


def _make(
    folder: Path,
    settings: DataSettings,
    pictures: Sequence[Entry],
    entries: Sequence[Entry],
    cancelled: Callable[[], bool],
) -> Iterator[PrepareProgress | Prepared]:
    path, shape = folder / "images.npy", settings.shape
    files, bad, clock, digest = list[str](), bad_files(entries), Clock(), hashlib.sha256()
    with _unfinished(path) as file:
        file.write(_header((len(pictures), *shape)))
        results = in_order(partial(_decoded, settings), pictures, workers())
        for done, (entry, result) in enumerate(results, 1):
            if cancelled():
                return
            if isinstance(result, ImageError):
                bad.append(BadFile(escape(entry.name), result.reason))
            else:
                file.write(result.data)
                digest.update(result.data)
                files.append(escape(entry.name))
            if clock.due():
                yield PrepareProgress(done, len(pictures))
        if len(files) < 2:
            _refuse(settings.path, len(files), bad, entries)
        _finish(file, path, _header((len(files), *shape)))
        bad.sort(key=lambda one: one.path)
        told: dict[str, Any] = {"sha256": digest.hexdigest(), "files": files}
        told["bad"] = [(one.path, one.reason) for one in bad]
        durable.write(folder / "list.json", json.dumps(told, indent=1).encode())
    yield PrepareProgress(len(pictures), len(pictures))
    images = np.load(path, mmap_mode="r")
    yield Prepared(path, images, tuple(bad), reused=False, files=tuple(files))


def _decoded(settings: DataSettings, entry: Entry) -> NDArray[np.uint8] | ImageError:
    try:
        return decode(settings.path / entry.name, settings.shape, *_how(settings))
    except ImageError as error:
        return error


@contextlib.contextmanager
def _unfinished(path: Path) -> Iterator[BinaryIO]:
    """Open a file that will be `path` once `_finish` was called, and is deleted otherwise."""
    name = f"{durable.TEMPORARY}{os.getpid()}-{threading.get_ident()}-{path.name}"
    temporary = path.with_name(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        with open(temporary, "wb") as file:
            yield file
    except OSError as error:
        raise durable.space_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _finish(file: BinaryIO, path: Path, header: bytes) -> None:
    file.seek(0)
    file.write(header)
    file.flush()
    os.fsync(file.fileno())
    file.close()
    os.replace(file.name, path)
    durable.sync_folder(path.parent)


def _header(shape: tuple[int, ...]) -> bytes:
    """Return the start of a .npy file, always as long, so that it can be corrected at the end."""
    text = repr({"descr": "|u1", "fortran_order": False, "shape": shape})
    start = b"\x93NUMPY\x01\x00" + (_HEADER_BYTES - 10).to_bytes(2, "little")
    return start + text.encode().ljust(_HEADER_BYTES - 11) + b"\n"


def _sweep(folder: Path) -> None:
    """Delete the unfinished arrays of processes that are gone."""
    for stray in folder.glob(f"{durable.TEMPORARY}*"):
        pid = stray.name.removeprefix(durable.TEMPORARY).split("-")[0]
        if not pid.isdigit() or not psutil.pid_exists(int(pid)):
            with contextlib.suppress(OSError):
                stray.unlink()
