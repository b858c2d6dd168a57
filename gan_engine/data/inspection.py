"""A second, closer look at a folder's pictures: which are equal, alike, blank, or grey after all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PIL import Image

from gan_engine.data import aside
from gan_engine.data.likeness import SIDE, Look, alike, look
from gan_engine.data.memory import Memory, heard, tell
from gan_engine.data.names import Entry, walk
from gan_engine.data.parallel import Clock, in_order, never, workers
from gan_engine.data.scan import BadFile
from gan_engine.drafts import escape
from gan_engine.errors import FileError
from gan_engine.imaging import ImageError, ImageShape, decode
from gan_engine.pictures import bytes_or_rows

_PIECE = 2**20


@dataclass(frozen=True)
class InspectProgress:
    """`done` of `total` looks at pictures are taken; equal sizes are looked at twice."""

    done: int
    total: int


@dataclass(frozen=True)
class Inspection:
    """What a closer look at every picture of a folder found; paths are escaped and relative.

    Attributes:
        folder: The folder that was looked at.
        looked_at: How many pictures.
        duplicates: Groups of files that are equal, byte by byte; the first of each is kept, whose
            name is the shortest: copies are called “… (copy)”, “… (2)”.
        similar: Groups that look the same; the largest file, which comes first, is kept.
        blank: Pictures of almost one colour.
        grey: Pictures without any colour, however they are stored.
        brightness: How many pictures have which mean brightness, in 16 steps from black to white.
        bad: Pictures that cannot be decoded to their end.
    """

    folder: Path
    looked_at: int
    duplicates: tuple[tuple[str, ...], ...]
    similar: tuple[tuple[str, ...], ...]
    blank: tuple[str, ...]
    grey: tuple[str, ...]
    brightness: tuple[int, ...]
    bad: tuple[BadFile, ...]


def inspect_folder(
    folder: Path, cancelled: Callable[[], bool] = never, apart: bool = False
) -> Iterator[InspectProgress | Inspection]:
    """Yield progress at most twenty times a second, then the findings; nothing more once cancelled.

    Every picture is decoded once, small; what was seen is kept until the file changes. `apart` as
    in `scan_folder`.

    Raises:
        DataError: There is no such folder, or it may not be opened.
    """
    entries = list[Entry]()
    for entry in walk(folder):
        if cancelled():
            return
        if entry.verdict == "picture":
            entries.append(entry)
    entries.sort()
    memory, clock = Memory("looks", folder), Clock()
    if apart and sum(memory.get(entry) is None for entry in entries) >= aside.WORTH:
        for done, total in aside.remembered("looks", folder, cancelled):
            yield InspectProgress(done, total)
        if cancelled():
            return
        memory = Memory("looks", folder)
    sizes: dict[int, int] = {}
    for entry in entries:
        sizes[entry.size] = sizes.get(entry.size, 0) + 1
    unseen = [entry for entry in entries if memory.get(entry) is None]
    unread = [e for e in entries if sizes[e.size] > 1 and not (memory.get(e) or ["", ""])[1]]
    done, total = 0, len(unseen) + len(unread)
    for entry, seen in in_order(partial(_seen, folder), unseen, workers(), cancelled):
        if cancelled():
            memory.save(entries)
            return
        memory.put(entry, [seen, ""])
        done += 1
        if clock.due():
            yield InspectProgress(done, total)
    if cancelled():
        memory.save(entries)
        return
    for entry, digest in in_order(partial(_digest, folder), unread, workers(), cancelled):
        if cancelled():
            memory.save(entries)
            return
        memory.put(entry, [memory.get(entry)[0], digest])
        done += 1
        if clock.due():
            yield InspectProgress(done, total)
    memory.save(entries)
    if cancelled():
        return
    yield InspectProgress(total, total)
    yield _found(folder, entries, memory)


def _plainness(name: str) -> tuple[int, str]:
    return len(name), name


def _seen(folder: Path, entry: Entry) -> list[object]:
    """Return a look at a picture, or why there is none, as a memory holds it."""
    try:
        shape = ImageShape(SIDE, SIDE, 3)
        return [*look(decode(folder / entry.name, shape, "stretch", filter="box"))]
    except ImageError as error:
        return tell(error.reason)


def _digest(folder: Path, entry: Entry) -> str:
    """Return a name for a file's content; unreadable files have none in common."""
    digest = hashlib.sha256()
    try:
        with bytes_or_rows(folder / entry.name) as source:
            if isinstance(source, Image.Image):
                digest.update(source.tobytes())
            else:
                while piece := source.read(_PIECE):
                    digest.update(piece)
    except (FileError, OSError):
        return entry.name
    return digest.hexdigest()


def _found(folder: Path, entries: Sequence[Entry], memory: Memory) -> Inspection:
    looks, bad = dict[str, Look](), list[BadFile]()
    sizes, equal = dict[str, int](), dict[str, list[str]]()
    for entry in entries:
        seen, digest = memory.get(entry)
        name = escape(entry.name)
        if len(seen) == 2:
            bad.append(BadFile(name, heard(seen)))
            continue
        looks[name], sizes[name] = Look(*seen), entry.size
        if digest:
            equal.setdefault(digest, []).append(name)
    duplicates = tuple(tuple(sorted(g, key=_plainness)) for g in equal.values() if len(g) > 1)
    spare = {name for group in duplicates for name in group[1:]}
    one_each = [name for name in looks if name not in spare and not looks[name].blank]
    similar = [
        sorted((one_each[index] for index in group), key=lambda name: (-sizes[name], name))
        for group in alike([looks[name] for name in one_each])
    ]
    brightness = [0] * 16
    for one in looks.values():
        brightness[one.brightness // 16] += 1
    return Inspection(
        folder=folder,
        looked_at=len(entries),
        duplicates=duplicates,
        similar=tuple(tuple(group) for group in similar),
        blank=tuple(name for name, one in looks.items() if one.blank),
        grey=tuple(name for name, one in looks.items() if one.grey),
        brightness=tuple(brightness),
        bad=tuple(bad),
    )
