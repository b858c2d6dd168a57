"""Decode a folder of pictures once, into one array on disk that later runs reuse."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gan_engine import paths
from gan_engine.data import store
from gan_engine.data.exclusion import left_out
from gan_engine.data.inspection import Inspection, inspect_folder
from gan_engine.data.names import Entry, pictures_of, walk
from gan_engine.data.ondisk import OnDisk
from gan_engine.data.pairs import Refusal, Unit, decoded, pair_up, units_of, without
from gan_engine.data.parallel import Clock, in_order, never, workers
from gan_engine.data.scan import (
    BadFile,
    DatasetReport,
    ScanProgress,
    bad_files,
    hidden_pictures,
    kinds_of,
    objections,
    scan_folder,
    signature,
)
from gan_engine.drafts import escape
from gan_engine.durable import nearest_folder
from gan_engine.errors import DataError, SpaceError
from gan_engine.problems import Problem
from gan_engine.schema import Message

if TYPE_CHECKING:
    from gan_engine.data_settings import DataSettings

_FORMAT = 3  # raise it when the same picture is decoded to other pixels: old arrays are remade


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
        images: (N, H, W, C) uint8, read from the file; of pairs a's channels, then b's.
        bad: Pictures that could not be used.
        reused: Whether it was there already.
        files: Each image's escaped path inside the folder; of a pair in two folders a's.
        excluded: Pictures that the settings leave out, each with its reason.
        signature: A name for exactly the pictures that it was made from.
        labels: The class that a shard names for some of `files`.
    """

    path: Path
    images: OnDisk
    bad: tuple[BadFile, ...]
    reused: bool
    files: tuple[str, ...]
    excluded: tuple[BadFile, ...] = ()
    signature: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


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
    pictures = pictures_of(entries)
    if len(pictures) < 2:
        _refuse(settings.path, len(pictures), bad_files(entries), entries)
    source = signature(pictures)
    folder = prepared_folder(settings, source)
    if ready := kept(settings, folder, source):
        yield ready
        return
    out = yield from _choose(settings, entries, pictures, cancelled)
    if out is None:
        return
    gone, before = out
    units, alone = units_of(settings, pictures)
    if settings.pairs == "folders" and not units:
        _refuse_unpaired(settings, pictures)
    wanted, gone = without(units, {**alone, **gone})
    needed = len(wanted) * math.prod(settings.prepared_shape) - store.unfinished_bytes(folder)
    require_space(folder, needed)
    for step in _make(folder, settings, wanted, entries, gone, before, cancelled):
        yield replace(step, signature=source) if isinstance(step, Prepared) else step


def kept(settings: DataSettings, folder: Path, source: str) -> Prepared | None:
    """Return the array in `folder` of the cache, made from pictures of this signature.

    None where there is none, or one of another shape, or a damaged one.
    """
    ready = store.read(folder, settings.prepared_shape)
    if ready is None:
        return None
    made = _prepared(folder / store.ARRAY, *ready, reused=True)
    return replace(made, signature=source)


def _choose(
    settings: DataSettings,
    entries: Sequence[Entry],
    pictures: Sequence[Entry],
    cancelled: Callable[[], bool],
) -> Generator[PrepareProgress, None, tuple[dict[str, str], int] | None]:
    """Return what is left out and how many looks that took; None once cancelled."""
    if settings.looks_at_headers or settings.looks_inside:
        report, before = None, 0
        for found in scan_folder(settings.path, cancelled):
            if isinstance(found, DatasetReport):
                report = found
            elif isinstance(found, ScanProgress):
                before = found.total
                yield PrepareProgress(found.done, found.total + len(pictures))
        if report is None:
            return None
    else:
        names, bad = tuple(escape(entry.name) for entry in pictures), tuple(bad_files(entries))
        report, before = DatasetReport(settings.path, names, bad, 0, {}, {}, {}, {}), 0
    if not settings.looks_inside:
        return left_out(settings, report), before
    for seen in inspect_folder(settings.path, cancelled):
        if isinstance(seen, Inspection):
            return left_out(settings, report, seen), before
        yield PrepareProgress(before + seen.done, before + seen.total + len(pictures))
    return None


def prepared_folder(settings: DataSettings, source: str) -> Path:
    """Return where the array of these settings and of pictures with this signature is kept."""
    return paths.cache() / "prepared" / fingerprint(settings, source)


def fingerprint(settings: DataSettings, source: str) -> str:
    """Return a name for files with this signature decoded in exactly this way."""
    chosen = settings.skip_duplicates, settings.skip_similar, settings.skip_blank
    names = settings.skip_kinds, settings.min_side, settings.exclude, settings.keep
    look = settings.fit, settings.background.lower(), settings.filter, settings.crop
    paired = (settings.pairs,) if settings.paired else ()
    how = (_FORMAT, *settings.shape, *look, *chosen, *names, *paired, source)
    return hashlib.sha256(json.dumps(how).encode()).hexdigest()[:32]


def require_space(folder: Path, needed: int) -> None:
    """Raise SpaceError, naming both figures, unless `folder`'s disk has `needed` bytes free."""
    there = nearest_folder(folder)
    free = shutil.disk_usage(there).free
    if needed + 2**20 > free:
        raise SpaceError(
            "The prepared pictures need {needed:,.0f} MB; {folder} has {free:,.0f} MB free.",
            hint="Free some space, or make the images smaller.",
            needed=math.ceil(needed / 1e6),
            free=math.floor(free / 1e6),
            folder=escape(os.fspath(there)),
        )


def space_problem(settings: DataSettings, report: DatasetReport, left: int) -> Problem | None:
    """Return that the disk has too little space for the prepared array, at the size that mends it.

    Args:
        settings: How the pictures are prepared.
        report: What `scan_folder` found.
        left: How many of its pictures the settings leave out.
    """
    folder = prepared_folder(settings, report.signature)
    if (folder / store.LIST).is_file():
        return None  # it is there already
    needed = (len(report.files) - left) * math.prod(settings.shape)  # of two folders half a pair
    if settings.pairs == "side_by_side":
        needed *= 2
    try:
        require_space(folder, needed - store.unfinished_bytes(folder))
    except (SpaceError, OSError) as error:
        hint = error.hint if isinstance(error, SpaceError) else ""
        text = error.text if isinstance(error, SpaceError) else Message("The cache cannot be read.")
        return Problem("data.size", text, hint)
    return None


def _require_there(path: Path) -> None:
    """Raise DataError where the pictures are all gone: those read so far are not what was asked for."""
    with contextlib.suppress(DataError):
        if next(iter(walk(path)), None) is not None:
            return
    raise DataError(
        "“{folder}” is gone: its disk was unplugged, or it was moved.",
        hint="Bring it back to where it was, then start again.",
        folder=escape(path.name),
    )


def _refuse(path: Path, usable: int, bad: Sequence[BadFile], entries: Sequence[Entry]) -> None:
    others = [entry.name for entry in entries if entry.verdict == "other"]
    problem = objections(path, usable, bad, kinds_of(others), hidden_pictures(others))[0]
    text, hint = problem.text, str(problem.hint)
    if isinstance(text, Message):
        raise DataError(text.template, hint=hint, **text.values)
    raise DataError(text, hint=hint)


def _refuse_unpaired(settings: DataSettings, pictures: Sequence[Entry]) -> None:
    if pair_up([entry.name for entry in pictures]).folders:
        text = "No picture in “{folder}” has a partner of its name in the other folder."
    else:
        text = "There are no two folders “a” and “b” of pictures in “{folder}”."
    raise DataError(
        text,
        hint="Put what is given into “a” and what it becomes into “b”, under equal names.",
        folder=escape(settings.path.name),
    )


def _make(
    folder: Path,
    settings: DataSettings,
    wanted: Sequence[Unit],
    entries: Sequence[Entry],
    gone: Mapping[str, str],
    before: int,
    cancelled: Callable[[], bool],
) -> Iterator[PrepareProgress | Prepared]:
    clock, total = Clock(), before + len(wanted)
    with store.writing(folder) as writer:
        outcome = writer.outcome
        rest = wanted[outcome.done :]
        for unit, result in in_order(partial(decoded, settings), rest, workers(), cancelled):
            if cancelled():
                return
            if isinstance(result, Refusal):
                outcome.bad += result.bad
                outcome.excluded += result.excluded
            else:
                writer.add(unit.name, result)
            writer.rest()
            if clock.due():
                yield PrepareProgress(before + outcome.done, total)
        if cancelled():
            return
        if outcome.bad:
            _require_there(settings.path)
        unread = [one for one in bad_files(entries) if one.path not in gone]
        outcome.bad += [(one.path, one.reason) for one in unread]
        outcome.excluded += gone.items()
        outcome.bad.sort()
        outcome.excluded.sort()
        if len(outcome.files) < 2:
            bad = [BadFile(*one) for one in (*outcome.bad, *outcome.excluded)]
            _refuse(settings.path, len(outcome.files), bad, entries)
        outcome.labels = _labels(wanted, outcome.files)
        writer.finish(settings.prepared_shape, {"source": escape(os.fspath(settings.path))})
    yield PrepareProgress(total, total)
    path = folder / store.ARRAY
    yield _prepared(path, OnDisk(path), outcome, reused=False)


def _labels(units: Sequence[Unit], files: Iterable[str]) -> dict[str, str]:
    """Return the classes that shards name, of a pair that of its first picture."""
    said = {unit.name: label for unit in units if (label := unit.parts[0][0].label)}
    return {name: said[name] for name in files if name in said}


def _prepared(path: Path, images: OnDisk, outcome: store.Outcome, *, reused: bool) -> Prepared:
    return Prepared(
        path,
        images,
        bad=tuple(BadFile(*one) for one in outcome.bad),
        reused=reused,
        files=tuple(outcome.files),
        excluded=tuple(BadFile(*one) for one in outcome.excluded),
        labels=outcome.labels,
    )
