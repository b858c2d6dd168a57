"""Decode a folder of pictures once, into one array on disk that later runs reuse."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gan_engine import paths
from gan_engine.data import store
from gan_engine.data.inspection import Inspection, inspect_folder, spare
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
from gan_engine.imaging import Crop, ImageError, decode, read_header
from gan_engine.schema import Message

if TYPE_CHECKING:
    from gan_engine.data_settings import DataSettings

_FORMAT = 3  # raise it when the same picture is decoded to other pixels: old arrays are remade
_BY_NAME = Message("the settings name it among those to leave out")


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
        excluded: Pictures that the settings leave out, each with its reason.
    """

    path: Path
    images: NDArray[np.uint8]
    bad: tuple[BadFile, ...]
    reused: bool
    files: tuple[str, ...]
    excluded: tuple[BadFile, ...] = ()


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
    ready = store.read(folder, settings.shape)
    if ready is not None:
        images, outcome = ready
        yield _prepared(folder / store.ARRAY, images, outcome, reused=True)
        return
    before = 0
    left_out: dict[str, str] = {
        escape(entry.name): _BY_NAME for entry in pictures if _is_named(settings, entry)
    }
    if settings.looks_inside:
        for message in inspect_folder(settings.path, cancelled):
            if isinstance(message, Inspection):
                left_out |= spare(settings, message, left_out)
                break
            before = message.total
            yield PrepareProgress(message.done, message.total + len(pictures))
        else:
            return
    wanted = [entry for entry in pictures if escape(entry.name) not in left_out]
    needed = len(wanted) * math.prod(settings.shape) - store.unfinished_bytes(folder)
    require_space(folder, needed)
    yield from _make(folder, settings, wanted, entries, left_out, before, cancelled)


def fingerprint(settings: DataSettings, pictures: Sequence[Entry]) -> str:
    """Return a name for exactly these files decoded in exactly this way."""
    digest = hashlib.sha256()
    chosen = settings.skip_duplicates, settings.skip_similar, settings.skip_blank
    how = (_FORMAT, *settings.shape, *_how(settings), *chosen, settings.min_side, settings.exclude)
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


def _make(
    folder: Path,
    settings: DataSettings,
    wanted: Sequence[Entry],
    entries: Sequence[Entry],
    left_out: Mapping[str, str],
    before: int,
    cancelled: Callable[[], bool],
) -> Iterator[PrepareProgress | Prepared]:
    clock, total = Clock(), before + len(wanted)
    with store.writing(folder) as writer:
        outcome = writer.outcome
        rest = wanted[outcome.done :]
        for entry, result in in_order(partial(_decoded, settings), rest, workers()):
            if cancelled():
                return
            name = escape(entry.name)
            if isinstance(result, ImageError):
                outcome.bad.append((name, result.reason))
            elif isinstance(result, Message):
                outcome.excluded.append((name, result))
            else:
                writer.add(name, result)
            writer.rest()
            if clock.due():
                yield PrepareProgress(before + outcome.done, total)
        outcome.bad += [(one.path, one.reason) for one in bad_files(entries)]
        outcome.excluded += left_out.items()
        outcome.bad.sort()
        outcome.excluded.sort()
        if len(outcome.files) < 2:
            bad = [BadFile(*one) for one in (*outcome.bad, *outcome.excluded)]
            _refuse(settings.path, len(outcome.files), bad, entries)
        writer.finish(settings.shape, {"source": escape(os.fspath(settings.path))})
    yield PrepareProgress(total, total)
    path = folder / store.ARRAY
    yield _prepared(path, np.load(path, mmap_mode="r"), outcome, reused=False)


def _prepared(
    path: Path, images: NDArray[np.uint8], outcome: store.Outcome, *, reused: bool
) -> Prepared:
    return Prepared(
        path,
        images,
        bad=tuple(BadFile(*one) for one in outcome.bad),
        reused=reused,
        files=tuple(outcome.files),
        excluded=tuple(BadFile(*one) for one in outcome.excluded),
    )


def _is_named(settings: DataSettings, entry: Entry) -> bool:
    return bool(settings.exclude) and settings.excludes(escape(entry.name))


def _decoded(settings: DataSettings, entry: Entry) -> NDArray[np.uint8] | ImageError | Message:
    """Return one picture as the networks will see it, or why they will not."""
    path = settings.path / entry.name
    try:
        if settings.min_side:
            side = min(read_header(path)[:2])
            if side < settings.min_side:
                return Message("its shorter side has {side} pixels only", side=side)
        return decode(path, settings.shape, *_how(settings))
    except ImageError as error:
        return error
