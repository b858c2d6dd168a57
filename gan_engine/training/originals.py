"""The pictures a run began with: noted beside it, so that a resume notices when they have changed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from gan_engine import durable, paths
from gan_engine.data.memory import heard, tell
from gan_engine.data.names import Entry, pictures_of, walk
from gan_engine.data.prepare import Prepared, fingerprint, kept
from gan_engine.data.scan import BadFile, signature
from gan_engine.data_settings import DataSettings
from gan_engine.drafts import escape
from gan_engine.errors import DataError, ImagesChangedError, SpaceError
from gan_engine.history import History

Answer = Literal["ask", "prepared", "anew"]
"""What to do when the pictures are others than those a run began with."""

NAME = "images.json"
IMAGES = "images"
"""The kind of event by which a run's history keeps what it learned from."""
_FORMAT = 1


@dataclass(frozen=True)
class Record:
    """What a run was trained on: the array's name in the cache, and a name for its pictures."""

    prepared: str
    signature: str
    images: int


@dataclass(frozen=True)
class Learned:
    """Which pictures a run learned from when it last began.

    Attributes:
        used: How many images.
        left_out: Pictures that the settings left out, each with its reason.
        unreadable: Pictures that could not be read, each with its reason.
    """

    used: int
    left_out: tuple[BadFile, ...]
    unreadable: tuple[BadFile, ...]


def learned_from(prepared: Prepared) -> dict[str, Any]:
    """Return what a run's history keeps of its pictures."""
    return {
        "used": len(prepared.files),
        "left_out": [(one.path, tell(one.reason)) for one in prepared.excluded],
        "unreadable": [(one.path, tell(one.reason)) for one in prepared.bad],
    }


def learned(folder: Path) -> Learned | None:
    """Return which pictures the run in `folder` learned from; None where nobody knows."""
    history = History(folder)
    try:
        events = history.events(IMAGES)
    finally:
        history.close()
    if not events:
        return None
    last = events[-1].payload
    lists = (
        [BadFile(str(n), heard(why)) for n, why in last[name]]
        for name in ("left_out", "unreadable")
    )
    return Learned(int(last["used"]), *map(tuple, lists))


def note(folder: Path, prepared: Prepared) -> None:
    """Write down what the run in `folder` is trained on; a disk that is full costs only that."""
    _write(folder, Record(prepared.path.parent.name, prepared.signature, len(prepared.files)))


def _write(folder: Path, record: Record) -> None:
    with contextlib.suppress(SpaceError):
        told = json.dumps({"format": _FORMAT, **asdict(record)})
        durable.write(folder / NAME, told.encode())


def read(folder: Path) -> Record | None:
    """Return what the run in `folder` was trained on; None where nobody knows."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if told["format"] == _FORMAT:
            return Record(str(told["prepared"]), str(told["signature"]), int(told["images"]))
    return None


def pass_on(run: Path, branch: Path, before: DataSettings, after: DataSettings) -> None:
    """Note for a branch what its run began with, unless its settings make other images."""
    record = read(run)
    same = before.folder == after.folder and fingerprint(before, "") == fingerprint(after, "")
    if record is not None and same:
        _write(branch, record)


def settled(
    run: Path,
    settings: DataSettings,
    answer: Answer,
    images: int | None,
) -> Prepared | None:
    """Return the array to go on with where it is not that of the pictures as they are now.

    Args:
        run: The run's folder.
        settings: How its pictures are prepared.
        answer: What to do where they have changed.
        images: The total that was asked for, for whoever answers the question.

    Raises:
        ImagesChangedError: They have changed, or are gone, and nobody said what to do.
    """
    record = read(run)
    if record is None or answer == "anew":
        return None
    now: list[Entry] | None = None
    beyond = not paths.is_own(run) and paths.leads_to(settings.folder)
    with contextlib.suppress(DataError):
        now = None if beyond else pictures_of(walk(settings.path))
    if now is not None and signature(now) == record.signature:
        return None
    old = kept(settings, paths.cache() / "prepared" / record.prepared, record.signature)
    if old is not None and answer == "prepared":
        return old
    if now is None and old is None:
        return None  # preparing will say that the folder is not there, and what to do
    raise _question(run, settings, now, old, images)


def _question(
    run: Path,
    settings: DataSettings,
    now: Sequence[Entry] | None,
    old: Prepared | None,
    images: int | None,
) -> ImagesChangedError:
    if now is None:
        text = "The pictures of this run are no longer where they were, in “{folder}”."
        hint = "Go on with the images as they were prepared, or put the pictures back first."
    elif old is None:
        text = "“{folder}” has changed since this run began, and the prepared images are gone."
        hint = "Prepare the pictures that are there now, or put the old ones back first."
    else:
        text = (
            "“{folder}” has changed since this run began: {new:,} pictures are new, {gone:,} are"
            " gone, others may differ."
        )
        hint = "Go on with the images as they were prepared, or prepare anew."
    names = {escape(entry.name) for entry in now or ()}
    before = set(old.files) if old else set()
    known = before | {one.path for one in (*old.bad, *old.excluded)} if old else before
    return ImagesChangedError(
        text,
        hint=hint,
        run=run,
        images=images,
        prepared=old is not None,
        there=now is not None,
        folder=escape(settings.path.name),
        new=len(names - known),
        gone=len(before - names),
    )


def prepared_uses(root: Path | None = None) -> dict[str, list[str]]:
    """Return which runs of the library were trained on which arrays, by their names in the cache."""
    found: dict[str, list[str]] = {}
    with contextlib.suppress(OSError):
        for folder in sorted((root or paths.runs()).iterdir()):
            record = read(folder)
            if record is not None:
                found.setdefault(record.prepared, []).append(folder.name)
    return found
