"""What is in a folder of pictures, and what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from gan_engine.data import aside
from gan_engine.data.classes import classes_of
from gan_engine.data.memory import Memory, heard, tell
from gan_engine.data.names import SUFFIXES, Entry, pictures_of, walk
from gan_engine.data.parallel import Clock, in_order, never
from gan_engine.drafts import escape
from gan_engine.imaging import ImageError, ImageHeader, read_header
from gan_engine.problems import Problem
from gan_engine.schema import Message

Thing = TypeVar("Thing")

FEW = 100
"""With fewer pictures than this, networks learn them by heart."""

_HEADER_THREADS = 2  # one waits for the disk while the other reads; more wait for each other
_HEADERS_AT_ONCE = 16  # handing a single header to a thread costs more than reading it


@dataclass(frozen=True)
class BadFile:
    """A picture that cannot be used, by its escaped path inside the folder, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class ScanNames:
    """The pictures there are, by escaped relative path, sorted; nothing is known of them yet."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class ScanProgress:
    """`done` of `total` pictures are known; while names are still being listed `done` is 0."""

    done: int
    total: int


@dataclass(frozen=True)
class DatasetReport:
    """What a folder holds; every file in it is counted exactly once in `total`.

    Attributes:
        folder: The folder that was looked at, with everything below it.
        files: Usable pictures, by escaped relative path, sorted.
        bad: Pictures that cannot be used.
        others: How many files are no pictures, hidden ones included.
        sizes: How many pictures have which (width, height), upright; the most frequent first.
        modes: How many have which mode of Pillow's.
        formats: How many have which file format.
        classes: How many are in which immediate subfolder, or of which label.
        other_kinds: How many of the others have which suffix.
        hidden: A hidden subfolder that holds pictures, if any.
        dimensions: The upright (width, height) of each of `files`.
        marks: Which of `files` are out of the ordinary, by what they are; see `MARKS`.
        signature: A name for exactly these pictures as they are now.
        labels: The class that a shard names for some of `files`.
        kinds: The mode and the format of each of `files`.
    """

    folder: Path
    files: tuple[str, ...]
    bad: tuple[BadFile, ...]
    others: int
    sizes: dict[tuple[int, int], int]
    modes: dict[str, int]
    formats: dict[str, int]
    classes: dict[str, int]
    other_kinds: dict[str, int] = field(default_factory=dict)
    hidden: str = ""
    dimensions: tuple[tuple[int, int], ...] = ()
    marks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    signature: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    kinds: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> int:
        """How many files there are."""
        return len(self.files) + len(self.bad) + self.others

    def without(self, unreadable: Sequence[BadFile]) -> DatasetReport:
        """Return the report once a closer look has found pictures that cannot be decoded."""
        gone = {one.path: one for one in unreadable}
        kept = [place for place, name in enumerate(self.files) if name not in gone]
        if len(kept) == len(self.files):
            return self
        more = [gone[name] for name in self.files if name in gone]
        files = tuple(self.files[place] for place in kept)
        labels = {name: label for name, label in self.labels.items() if name not in gone}
        sizes = tuple(self.dimensions[place] for place in kept)
        kinds = tuple(self.kinds[place] for place in kept)
        return replace(
            self,
            files=files,
            bad=tuple(sorted((*self.bad, *more), key=lambda one: one.path)),
            sizes=_counted(sizes),
            modes=_counted(mode for mode, _ in kinds),
            formats=_counted(kind for _, kind in kinds),
            classes=classes_of(files, labels).counts,
            dimensions=sizes,
            marks={
                mark: tuple(name for name in names if name not in gone)
                for mark, names in self.marks.items()
            },
            labels=labels,
            kinds=kinds,
        )

    def problems(self) -> list[Problem]:
        """Return what keeps a run from learning from this folder, or will make it learn badly."""
        return objections(
            self.folder, len(self.files), self.bad, self.other_kinds, hidden=self.hidden
        )


MARKS: dict[str, Callable[[ImageHeader], bool]] = {
    "rotated": lambda header: header.rotated,
    "grey": lambda header: header.mode in ("1", "L", "LA", "I", "F") or "I;16" in header.mode,
    "alpha": lambda header: header.alpha,
    "cmyk": lambda header: header.mode == "CMYK",
    "deep": lambda header: header.depth == 16,
    "float": lambda header: header.depth == 32,
    "palette": lambda header: header.mode in ("P", "PA"),
    "animated": lambda header: header.frames > 1,
    "profile": lambda header: header.profile,
}
"""What a header tells of a picture that is out of the ordinary."""


def scan_folder(
    folder: Path, cancelled: Callable[[], bool] = never, apart: bool = False
) -> Iterator[ScanProgress | ScanNames | DatasetReport]:
    """Yield progress at most twenty times a second, then the report; nothing more once cancelled.

    In between come the names, as soon as all are known.

    Only headers are read: a picture that is cut short is found when it is prepared.

    Args:
        folder: What to look into.
        cancelled: Asked often; True ends the scan.
        apart: Whether a process of its own reads the headers of many pictures, so that other
            threads of this one are not kept waiting.

    Raises:
        DataError: There is no such folder, or it may not be opened.
    """
    clock, entries = Clock(), list[Entry]()
    for entry in walk(folder):
        if cancelled():
            return
        entries.append(entry)
        if clock.due():
            yield ScanProgress(0, len(entries))
    entries.sort()
    pictures = pictures_of(entries)
    yield ScanNames(tuple(escape(entry.name) for entry in pictures))
    memory = Memory("headers", folder)
    unknown = [entry for entry in pictures if memory.get(entry) is None]
    yield ScanProgress(len(pictures) - len(unknown), len(pictures))
    if apart and len(unknown) >= aside.WORTH:
        for done, total in aside.remembered("headers", folder, cancelled):
            yield ScanProgress(done, total)
        if cancelled():
            return
        memory = Memory("headers", folder)
        unknown = [entry for entry in pictures if memory.get(entry) is None]
    done = len(pictures) - len(unknown)
    some = _HEADERS_AT_ONCE
    batches = [unknown[at : at + some] for at in range(0, len(unknown), some)]
    for batch, told in in_order(partial(_headers, folder), batches, _HEADER_THREADS, cancelled):
        if cancelled():
            memory.save(pictures)
            return
        for entry, header_or_reason in zip(batch, told, strict=True):
            memory.put(entry, header_or_reason)
        done += len(batch)
        if clock.due():
            yield ScanProgress(done, len(pictures))
    memory.save(pictures)
    if cancelled():
        return
    yield ScanProgress(len(pictures), len(pictures))
    headers: list[tuple[Entry, ImageHeader]] = []
    bad = bad_files(entries)
    for entry in pictures:
        known = memory.get(entry)
        if isinstance(known[0], str):
            bad.append(BadFile(escape(entry.name), heard(known)))
        else:
            headers.append((entry, ImageHeader(*known)))
    yield _report(folder, entries, pictures, headers, bad)


def _headers(folder: Path, batch: Sequence[Entry]) -> list[list[Any]]:
    return [_header_or_reason(folder, entry) for entry in batch]


def _header_or_reason(folder: Path, entry: Entry) -> list[Any]:
    """Return a picture's header, or why it has none, as a memory holds it."""
    try:
        return list(read_header(folder / entry.name))
    except ImageError as error:
        return tell(error.reason)


def _report(
    folder: Path,
    entries: list[Entry],
    pictures: list[Entry],
    headers: list[tuple[Entry, ImageHeader]],
    bad: list[BadFile],
) -> DatasetReport:
    others = [entry.name for entry in entries if entry.verdict == "other"]
    files = tuple(escape(entry.name) for entry, _ in headers)
    labels = {escape(entry.name): entry.label for entry, _ in headers if entry.label}
    return DatasetReport(
        folder=folder,
        files=files,
        bad=tuple(sorted(bad, key=lambda file: file.path)),
        others=len(others),
        sizes=_counted((header.width, header.height) for _, header in headers),
        modes=_counted(header.mode for _, header in headers),
        formats=_counted(header.format for _, header in headers),
        classes=classes_of(files, labels).counts,
        other_kinds=kinds_of(others),
        hidden=hidden_pictures(others),
        dimensions=tuple((header.width, header.height) for _, header in headers),
        marks={
            mark: tuple(escape(entry.name) for entry, header in headers if has(header))
            for mark, has in MARKS.items()
        },
        signature=signature(pictures),
        labels=labels,
        kinds=tuple((header.mode, header.format) for _, header in headers),
    )


def signature(pictures: Iterable[Entry]) -> str:
    """Return a name for exactly these files, by their names, sizes, times and labels."""
    digest = hashlib.sha256()
    for entry in pictures:
        what = entry.name, entry.size, entry.modified, *filter(None, [entry.label])
        digest.update(json.dumps(what).encode())
    return digest.hexdigest()[:32]


def bad_files(entries: Iterable[Entry]) -> list[BadFile]:
    """Return what is known to be unusable by name alone."""
    return [BadFile(escape(e.name), e.reason) for e in entries if e.verdict == "bad"]


def kinds_of(names: Iterable[str]) -> dict[str, int]:
    """Return how many names have which suffix, the most frequent first."""
    return _counted(escape(os.path.splitext(name)[1].lower()) for name in names)


def hidden_pictures(names: Iterable[str]) -> str:
    """Return a folder that hides pictures, or nothing."""
    folders = (os.path.split(n)[0] for n in names if os.path.splitext(n)[1].lower() in SUFFIXES)
    return escape(next((folder for folder in folders if folder), ""))


def _counted(things: Iterable[Thing]) -> dict[Thing, int]:
    return dict(Counter(things).most_common())


# --- verdict -------------------------------------------------------------------------------------


def objections(
    folder: Path,
    usable: int,
    bad: Sequence[BadFile],
    other_kinds: Mapping[str, int],
    hidden: str = "",
) -> list[Problem]:
    """Return what is wrong with a folder that holds `usable` pictures; errors stop a start."""
    name = escape(folder.name or os.fspath(folder))
    if not usable:
        return [_no_pictures(name, bad, other_kinds, hidden)]
    problems = []
    if usable == 1:
        text = Message("There is only one usable picture in “{folder}”.", folder=name)
        problems.append(_problem(text, "Choose a folder with a hundred pictures or more."))
    elif usable < FEW:
        text = Message("Only {count} pictures: the networks will copy them.", count=usable)
        problems.append(
            _problem(text, "Add more; a hundred is few, thousands are good.", "warning")
        )
    if bad:
        text = Message(
            "{count} of {total} pictures cannot be used; the first is “{path}”: {reason}.",
            count=len(bad),
            total=len(bad) + usable,
            path=bad[0].path,
            reason=bad[0].reason,
        )
        problems.append(_problem(text, "They are left out.", "warning"))
    return problems


def _no_pictures(
    name: str, bad: Sequence[BadFile], other_kinds: Mapping[str, int], hidden: str
) -> Problem:
    hint = "Choose a folder with pictures in it: PNG, JPEG, WebP, BMP, TIFF or GIF."
    if bad:
        text = (
            "None of the {count} pictures in “{folder}” can be used;"
            " the first is “{path}”: {reason}."
        )
        values = {"count": len(bad), "path": bad[0].path, "reason": bad[0].reason}
        return _problem(Message(text, folder=name, **values), "Mend them or choose another folder.")
    if hidden:
        text = "The only pictures in “{folder}” are hidden, in “{hidden}”."
        return _problem(Message(text, folder=name, hidden=hidden), "Choose that folder itself.")
    if not other_kinds:
        return _problem(Message("“{folder}” is empty.", folder=name), hint)
    found = ", ".join(
        f"{n} {kind or 'without an ending'}" for kind, n in list(other_kinds.items())[:4]
    )
    text = "There are no pictures in “{folder}”, only other files ({found})."
    return _problem(Message(text, folder=name, found=found), hint)


def _problem(text: str, hint: str, severity: Literal["error", "warning"] = "error") -> Problem:
    return Problem("data.folder", text, Message(hint), severity)
